package pluginhost

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin/runner"
)

// pipeGrace is how long a dead plugin's pipes stay open, so that its last
// words are read. A grandchild that inherited them could hold them for ever.
const pipeGrace = 100 * time.Millisecond

// process is the plugin's process, as go-plugin's runner.Runner. go-plugin's
// own runner waits for the pipes before it waits for the process, and so for
// as long as any descendant holds them; this one owns the pipes and closes
// them soon after the process has ended.
type process struct {
	cmd    *exec.Cmd
	pinned *os.File   // the file to run, nil if only its path is known; closed by whoever takes it out
	dir    string     // where its socket has to be
	stdout *firstLine // what go-plugin reads the handshake from
	stderr *os.File

	exited chan struct{} // closed when the process has been waited for
	state  *os.ProcessState

	mu   sync.Mutex
	proc *os.Process // nil until it runs
	ours bool        // Stop drives; go-plugin's Kill does nothing

	killed bool // by go-plugin, for it did not like what it was told
}

var _ runner.Runner = (*process)(nil)

// newProcess prepares an executable to run with the environment env and
// without our stdin. It is to listen in dir.
func newProcess(path string, pinned *os.File, env []string, dir string) *process {
	cmd := exec.Command(path)
	cmd.Env = env
	cmd.SysProcAttr = sysProcAttr()
	return &process{cmd: cmd, pinned: pinned, dir: dir, stdout: &firstLine{}, exited: make(chan struct{})}
}

// Start implements runner.Runner.
func (p *process) Start(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ours { // stopped before it ran
		return context.Canceled
	}
	if p.pinned != nil {
		defer p.forget()
		if err := runOpenFile(p.cmd, p.pinned); err != nil {
			return err
		}
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		return err
	}
	errR, errW, err := p.stderrPipe()
	if err != nil {
		return errors.Join(err, outR.Close(), outW.Close())
	}
	p.cmd.Stdout, p.stdout.r, p.stderr = outW, outR, errR
	err = p.cmd.Start()
	_, _ = outW.Close(), errW.Close() // the plugin has its own by now
	if err != nil {
		_, _ = outR.Close(), errR.Close()
		return err
	}
	p.proc = p.cmd.Process
	go p.reap()
	return nil
}

// stderrPipe makes the pipe that the plugin's stderr is, unless it has one already. A
// file that is nil does no harm when it is closed.
func (p *process) stderrPipe() (r, w *os.File, err error) {
	if p.cmd.Stderr != nil {
		return nil, nil, nil
	}
	r, w, err = os.Pipe()
	p.cmd.Stderr = w
	return r, w, err
}

// leave leaves the plugin alone when this process is killed, with a stderr that
// outlives it.
func (p *process) leave(stderr *os.File) {
	p.cmd.Stderr, p.cmd.SysProcAttr = stderr, leftAlone(p.cmd.SysProcAttr)
}

// reap waits for the process and then ends whoever reads its pipes.
func (p *process) reap() {
	_ = p.cmd.Wait()
	p.state = p.cmd.ProcessState
	close(p.exited)
	time.Sleep(pipeGrace)
	_, _ = p.stdout.Close(), p.stderr.Close()
}

// Wait implements runner.Runner.
func (p *process) Wait(context.Context) error {
	<-p.exited
	if !p.state.Success() {
		return errors.New(p.state.String())
	}
	return nil
}

// Kill implements runner.Runner. go-plugin calls it when a start fails and, on
// a clock of its own, during a stop; the second is our business.
//
// A plugin that has closed its stdout is most likely about to end. How it does
// tells more than that we have killed it.
func (p *process) Kill(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ours || p.proc == nil || p.ended(pipeGrace) {
		return nil
	}
	p.killed = true
	return kill(p.proc)
}

// wasKilled reports whether go-plugin had it killed.
func (p *process) wasKilled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.killed
}

// takeOver makes go-plugin's Kill do nothing from now on, and a start that has
// not happened impossible. It returns the process, nil if there is none.
func (p *process) takeOver() *os.Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ours = true
	p.forget()
	return p.proc
}

// forget closes the pinned file: the process has its own by now, or is not to be
// made any more.
func (p *process) forget() {
	_ = p.pinned.Close() // nil if it is not pinned, which does no harm
	p.pinned = nil
}

// gone reports whether the process has ended or never ran.
func (p *process) gone() bool { return p.ID() == "" || p.hasExited() }

// hasExited reports whether the process has been waited for.
func (p *process) hasExited() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// ended waits up to limit for the process to end.
func (p *process) ended(limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.exited:
		return true
	case <-timer.C:
		return p.hasExited()
	}
}

// Stdout implements runner.Runner.
func (p *process) Stdout() io.ReadCloser { return p.stdout }

// Stderr implements runner.Runner.
func (p *process) Stderr() io.ReadCloser { return p.stderr }

// Name implements runner.Runner.
func (p *process) Name() string { return p.cmd.Path }

// ID implements runner.Runner. It is empty before the start, which go-plugin
// takes to mean that there is nothing to kill.
func (p *process) ID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc == nil {
		return ""
	}
	return strconv.Itoa(p.proc.Pid)
}

// Diagnose implements runner.Runner. See diagnose.go for what users are told.
func (p *process) Diagnose(context.Context) string { return "" }

// PluginToHost implements runner.Runner. The plugin runs beside us, and what it
// says must lead to itself: to a socket in the directory that only we can
// enter, or on Windows to this machine.
func (p *process) PluginToHost(network, addr string) (string, string, error) {
	if !ownAddress(network, addr, p.dir) {
		return "", "", errForeignAddress
	}
	return network, addr, nil
}

// HostToPlugin implements runner.Runner.
func (p *process) HostToPlugin(network, addr string) (string, string, error) {
	return network, addr, nil
}
