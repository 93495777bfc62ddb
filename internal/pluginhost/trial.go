package pluginhost

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/stormlock/stormlock/sdk/plugin"
)

// Terms are how a [Trial] differs from what a host does. The zero value is what a
// host does.
type Terms struct {
	SHA256   string // as in [Options]
	ByHand   bool   // nothing says that a host has started it
	Protocol int    // the only version that is offered; 0 for this host's own
}

// A Trial is a backend's executable that is run for its conduct as a process to be
// looked at. [Start] runs it by go-plugin's client, which mends some of what is wrong
// with that and hides more. A trial must be ended. There is no TLS, on Windows neither.
type Trial struct {
	proc   *process
	began  time.Time
	stderr *tail
	conn   *grpc.ClientConn // once it was dialled

	mu     sync.Mutex
	stdout []byte
	read   chan struct{} // closed when a line is there, or all that will come
}

// Try runs an executable.
func Try(exe Candidate, terms Terms) (*Trial, error) { return try(exe, terms, nil) }

// try leaves the plugin our own stderr, if that is given, and the plugin to itself
// if this process is killed.
func try(exe Candidate, terms Terms, stderr *os.File) (*Trial, error) {
	if exe.Refused != nil {
		return nil, exe.Refused
	}
	file, err := pinned(exe, terms.SHA256)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(socketBase(), "plugin-dir")
	if err != nil {
		_ = file.Close() // nil if it is not pinned, which does no harm
		return nil, &StartError{exe.Path, startFailure(err)}
	}
	t := &Trial{read: make(chan struct{}), began: time.Now()}
	t.proc = newProcess(exe.Path, file, environment(os.Environ(), terms.variables(dir)), dir)
	if stderr != nil {
		t.proc.leave(stderr)
	}
	if err := t.proc.Start(context.Background()); err != nil {
		_ = os.RemoveAll(dir)
		return nil, &StartError{exe.Path, startFailure(err)}
	}
	t.listen()
	return t, nil
}

// variables are those that go-plugin's client sets.
func (t Terms) variables(dir string) []string {
	if t.ByHand {
		return nil
	}
	version := t.Protocol
	if version == 0 {
		version = plugin.ProtocolVersion
	}
	h := plugin.Handshake()
	return []string{
		h.MagicCookieKey + "=" + h.MagicCookieValue,
		"PLUGIN_MIN_PORT=0", "PLUGIN_MAX_PORT=0",
		"PLUGIN_PROTOCOL_VERSIONS=" + strconv.Itoa(version),
		"PLUGIN_UNIX_SOCKET_DIR=" + dir,
	}
}

// listen keeps what the process writes.
func (t *Trial) listen() {
	t.stderr = &tail{most: maxStderr, over: t.proc.stop}
	if t.proc.stderr != nil {
		go func() { _, _ = io.Copy(t.stderr, t.proc.stderr) }()
	}
	go func() {
		defer t.complete()
		buffer := make([]byte, maxFirstLine)
		for {
			n, err := t.proc.stdout.r.Read(buffer)
			t.said(buffer[:n])
			if err != nil {
				return
			}
		}
	}()
}

func (t *Trial) said(text []byte) {
	t.mu.Lock()
	t.stdout = append(t.stdout, text...)
	line, flood := strings.Contains(string(text), "\n"), len(t.stdout) > maxStdout
	t.mu.Unlock()
	if line {
		t.complete()
	}
	if flood {
		t.proc.stop()
	}
}

// complete says that the first line is there.
func (t *Trial) complete() {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-t.read:
	default:
		close(t.read)
	}
}

// Stdout is what the process has written there so far.
func (t *Trial) Stdout() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.stdout)
}

// Handshake waits for the first line on stdout, but not longer than limit, and
// returns the protocol version that it gives, and how long it took from the start. The
// version is 0 if it is no handshake; one that gives an address which is not the
// process's own is an error as well.
func (t *Trial) Handshake(limit time.Duration) (version int, after time.Duration, err error) {
	select {
	case <-t.read:
	case <-time.After(limit):
		return 0, limit, fmt.Errorf("it gave no handshake within %v%s", limit, t.words())
	}
	after = time.Since(t.began)
	h, err := t.handshake()
	return h.version, after, err
}

func (t *Trial) handshake() (handshake, error) {
	line, _, _ := strings.Cut(t.Stdout(), "\n")
	h, ok := parseHandshake(line)
	switch {
	case !ok && line != "":
		return h, fmt.Errorf("it printed %q on stdout instead of a handshake", line[:min(len(line), maxQuoted)])
	case !ok && t.proc.ended(deathGrace):
		return h, fmt.Errorf("it ended with %s%s", t.proc.state, t.words())
	case !ok:
		return h, fmt.Errorf("it gave no handshake on stdout%s", t.words())
	case !ownAddress(h.network, h.address, t.proc.dir):
		return h, fmt.Errorf("its handshake gives the address %q, which is not its own", h.address)
	}
	return h, nil
}

// words quotes the end of its stderr.
func (t *Trial) words() string { return t.stderr.quoted() }

// Dial connects to the process, whose handshake must have been read.
func (t *Trial) Dial(ctx context.Context) error {
	h, err := t.handshake()
	if err != nil {
		return err
	}
	t.conn, err = grpc.NewClient("passthrough:///backend",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, h.network, h.address)
		}))
	if err != nil {
		return err
	}
	t.conn.Connect()
	return reachable(ctx, t.conn)
}

// Backend is the client half of a process that was dialled.
func (t *Trial) Backend() *plugin.Client { return plugin.NewClient(t.conn) }

// Call makes one call of a process that was dialled, with a message as bytes.
func (t *Trial) Call(ctx context.Context, method string, message []byte) (answer []byte, err error) {
	err = t.conn.Invoke(ctx, method, &message, &answer, grpc.ForceCodec(asBytes{}))
	return answer, err
}

// Shutdown tells the process to end, as a host does.
func (t *Trial) Shutdown(ctx context.Context) error {
	_, err := t.Call(ctx, "/plugin.GRPCController/Shutdown", nil)
	return err
}

// Ended waits for the process to end, but not longer than limit.
func (t *Trial) Ended(limit time.Duration) bool { return t.proc.ended(limit) }

// State is how the process ended, which it must have.
func (t *Trial) State() *os.ProcessState { return t.proc.state }

// Left are the names of files that lie where the process's socket was.
func (t *Trial) Left() []string { return left(t.proc.dir) }

func left(dir string) (names []string) {
	entries, _ := os.ReadDir(dir) // it may have been removed
	for _, entry := range entries {
		names = append(names, filepath.Base(entry.Name()))
	}
	return names
}

// End kills the process if it still runs, and removes its directory.
func (t *Trial) End() {
	if t.conn != nil {
		_ = t.conn.Close()
	}
	t.proc.stop()
	t.proc.ended(killGrace)
	_ = os.RemoveAll(t.proc.dir)
}

// asBytes is a codec for messages that are bytes already.
type asBytes struct{}

func (asBytes) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }

func (asBytes) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte{}, data...)
	return nil
}

func (asBytes) Name() string { return "proto" }
