package pluginhost

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/stormlock/stormlock/internal/itself"
)

// orphanHostName is what the process is called that hosts a plugin in order to be
// killed.
const orphanHostName = "stormlock-backend-orphan"

// An Orphan is a backend's executable whose host was killed.
type Orphan struct {
	process *os.Process
	dir     string
	stderr  *tail
	gone    chan struct{} // closed when the plugin and all that it started have ended
}

// Orphaned has another process run a backend's executable, talk to it and be killed.
func Orphaned(ctx context.Context, exe Candidate, pin string) (*Orphan, error) {
	host, err := itself.Command(orphanHostName, exe.Name, exe.Path, pin)
	if err != nil {
		return nil, err
	}
	// The plugin gets this pipe as its stderr, so that its end is seen here.
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	host.Stderr, host.SysProcAttr = w, sysProcAttr()
	in, err := host.StdinPipe() // held open for as long as this process lives
	if err != nil {
		return nil, err
	}
	defer in.Close()
	out, err := host.StdoutPipe()
	if err == nil {
		err = host.Start()
	}
	_ = w.Close()
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	o := &Orphan{stderr: &tail{most: maxStderr, over: func() {}}, gone: make(chan struct{})}
	go o.watch(r)
	stop := context.AfterFunc(ctx, func() { _ = host.Process.Kill() })
	defer stop()
	err = o.adopt(out)
	_ = host.Process.Kill()
	_ = host.Wait()
	if err != nil {
		o.Gone(deathGrace) // for its last words
		o.End()
		return nil, fmt.Errorf("%w%s", err, o.stderr.quoted())
	}
	return o, nil
}

// watch keeps what the plugin says, until it is gone.
func (o *Orphan) watch(stderr *os.File) {
	defer close(o.gone)
	defer stderr.Close()
	_, _ = io.Copy(o.stderr, stderr)
}

// A report is what the host says once it has talked to its plugin.
type report struct {
	PID int    `json:"pid"`
	Dir string `json:"dir"`
	Err string `json:"error"`
}

// adopt learns from the host what it has started.
func (o *Orphan) adopt(from io.Reader) error {
	var r report
	if err := json.NewDecoder(bufio.NewReader(from)).Decode(&r); err != nil {
		return fmt.Errorf("it could not be started: %w", err)
	}
	o.dir = r.Dir
	if r.PID > 0 {
		o.process, _ = os.FindProcess(r.PID)
	}
	if r.Err != "" {
		return errors.New(r.Err)
	}
	return nil
}

// Gone waits until the plugin, and whatever it has started, has ended, but not
// longer than limit. It returns how long that took since the host's end.
func (o *Orphan) Gone(limit time.Duration) (after time.Duration, gone bool) {
	began := time.Now()
	select {
	case <-o.gone:
		return time.Since(began), true
	case <-time.After(limit):
		return limit, false
	}
}

// Left are the names of files that lie where the plugin's socket was.
func (o *Orphan) Left() []string { return left(o.dir) }

// End kills the plugin if it still runs, and removes its directory.
func (o *Orphan) End() {
	select {
	case <-o.gone:
	default:
		if o.process != nil {
			_ = kill(o.process)
		}
	}
	if o.dir != "" {
		_ = os.RemoveAll(o.dir)
	}
}

// RunIfOrphanHost turns this process into the host of an orphan if it was started as
// one. It does not return then. It comes before anything else that a program does
// which calls [Orphaned].
func RunIfOrphanHost() {
	if os.Args[0] == orphanHostName && len(os.Args) == 4 {
		hostOrphan(Candidate{Name: os.Args[1], Path: os.Args[2]}, os.Args[3])
		os.Exit(0)
	}
}

// hostOrphan runs a plugin, talks to it and waits to be killed.
func hostOrphan(exe Candidate, pin string) {
	t, err := try(exe, Terms{SHA256: pin}, os.Stderr)
	if err == nil {
		defer t.End()
		_, _, err = t.Handshake(startTime)
	}
	if err == nil {
		err = greet(t)
	}
	tellReport(t, err)
	_, _ = io.Copy(io.Discard, os.Stdin) // it ends if whoever started us does
}

// greet talks to a plugin once.
func greet(t *Trial) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	if err := t.Dial(ctx); err != nil {
		return err
	}
	_, err := t.Backend().Describe(ctx)
	return err
}

func tellReport(t *Trial, err error) {
	var r report
	if t != nil {
		r.PID, r.Dir = t.proc.cmd.Process.Pid, t.proc.dir
	}
	if err != nil {
		r.Err = err.Error()
	}
	_ = json.NewEncoder(os.Stdout).Encode(r)
}
