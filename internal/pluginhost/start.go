package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// startTime is how long a plugin may take until it has said its handshake. A
// good one needs milliseconds. (A variable for the tests.)
var startTime = 10 * time.Second

// maxHeader bounds the headers of an answer, in bytes.
const maxHeader = 64 << 10

// checked is called between the check of an executable and its start. (For the
// tests.)
var checked = func() {}

// Options change how a plugin is run. The zero value is good.
type Options struct {
	// SHA256 is the hexadecimal hash that the executable must have; empty for
	// any.
	SHA256 string
	// Log, if not nil, is told each step and every line that the plugin
	// writes on stderr.
	Log hclog.Logger
}

// A Plugin is a backend's running executable. It must be stopped.
type Plugin struct {
	path    string
	log     hclog.Logger
	client  *goplugin.Client
	backend *plugin.Client

	stderr    *tail
	mu        sync.Mutex
	pinned    *os.File // the executable, if it is pinned, until proc has it
	proc      *process // nil until go-plugin asks for it
	socketDir string
	flood     string // why it was stopped, if it wrote without end
	canceled  bool   // no process may be made any more
	settled   bool   // go-plugin has noticed the end
	starting  chan struct{}
}

// Start runs a backend's executable and waits until it can be talked to, but
// not longer than ctx and ten seconds. The error is a [*RefusedError] if the
// executable is not the pinned one, otherwise a [*StartError]; nothing of the
// plugin is left then.
func Start(ctx context.Context, exe Candidate, opts Options) (*Plugin, error) {
	if exe.Refused != nil {
		return nil, exe.Refused
	}
	p := &Plugin{path: exe.Path, log: orNull(opts.Log), starting: make(chan struct{})}
	p.stderr = &tail{log: p.logLine(), most: maxStderr, over: func() { p.flooded("stderr", maxStderr) }}
	p.client = goplugin.NewClient(p.config())
	p.log.Debug("starting backend", "path", escape.Text(exe.Path))

	var failure error
	go func() {
		defer close(p.starting)
		if failure = p.check(exe, opts.SHA256); failure == nil {
			failure = p.connect(ctx)
		}
	}()
	select {
	case <-p.starting:
	case <-ctx.Done():
		p.Stop(0)
		settled(p.starting) // go-plugin may be about to leave a directory behind
		return nil, &StartError{exe.Path, p.whyCanceled(ctx.Err())}
	}
	if failure != nil {
		p.Stop(0)
		return nil, p.notStarted(failure)
	}
	return p, nil
}

// check looks at what is to be run and where it is to listen. Both may lie on a
// disk or behind a network that does not answer, so it is part of the start, which
// is bounded.
func (p *Plugin) check(exe Candidate, pin string) error {
	if reason := vetSocketBase(socketBase()); reason != "" {
		return &StartError{exe.Path, "there is no safe place for its socket: " + reason + "; check TMPDIR"}
	}
	file, err := pinned(exe, pin)
	if err != nil {
		return err
	}
	checked()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.canceled {
		_ = file.Close() // nil if it is not pinned, which does no harm
		return context.Canceled
	}
	p.pinned = file
	return nil
}

// notStarted says why there is no plugin: check's own words, or what became of
// the process.
func (p *Plugin) notStarted(err error) error {
	_, refused := errors.AsType[*RefusedError](err)
	_, said := errors.AsType[*StartError](err)
	if refused || said {
		return err
	}
	return &StartError{p.path, p.whyNotReady(err)}
}

// Backend returns the backend, which is to be configured before it is used.
func (p *Plugin) Backend() *plugin.Client { return p.backend }

// connect does go-plugin's part. Its code panics on some of the things that a
// plugin can say.
func (p *Plugin) connect(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("go-plugin panicked: %v", r)
		}
	}()
	protocol, err := p.client.Client()
	if err != nil {
		return err
	}
	raw, err := protocol.Dispense(plugin.Kind)
	if err != nil {
		return err
	}
	if err := reachable(ctx, protocol.(*goplugin.GRPCClient).Conn); err != nil {
		return err
	}
	p.backend = raw.(*plugin.Client)
	return nil
}

// reachable waits until the connection stands. A plugin that says a handshake
// and does not serve has certainly done nothing, which after the first request
// nobody could tell any more.
func reachable(ctx context.Context, conn *grpc.ClientConn) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for state := conn.GetState(); state != connectivity.Ready; state = conn.GetState() {
		if state == connectivity.TransientFailure || state == connectivity.Shutdown || !conn.WaitForStateChange(ctx, state) {
			return errNotServing
		}
	}
	return nil
}

func (p *Plugin) config() *goplugin.ClientConfig {
	return &goplugin.ClientConfig{
		HandshakeConfig:  plugin.Handshake(),
		Plugins:          plugin.HostPlugins(),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		RunnerFunc:       p.newRunner,
		SkipHostEnv:      true,
		StartTimeout:     startTime,
		AutoMTLS:         mutualTLS,
		Stderr:           p.stderr,
		SyncStdout:       p.stderr,
		SyncStderr:       p.stderr,
		// go-plugin panics on a stderr line such as {"@message":5} unless its
		// logger is off altogether.
		Logger:           hclog.New(&hclog.LoggerOptions{Level: hclog.Off}),
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: socketBase()},
		GRPCDialOptions: []grpc.DialOption{
			grpc.WithChainUnaryInterceptor(p.explainCall),
			grpc.WithChainStreamInterceptor(p.explainStream),
			grpc.WithMaxHeaderListSize(maxHeader),
			grpc.WithDefaultCallOptions(
				grpc.MaxCallRecvMsgSize(plugin.MaxMessageSize),
				grpc.MaxCallSendMsgSize(plugin.MaxMessageSize)),
		},
	}
}

// newRunner is go-plugin's RunnerFunc.
func (p *Plugin) newRunner(_ hclog.Logger, spec *exec.Cmd, socketDir string) (runner.Runner, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.canceled { // go-plugin leaves the directory behind then, and Stop is over
		_ = os.RemoveAll(socketDir)
		return nil, context.Canceled
	}
	p.socketDir = socketDir
	p.proc = newProcess(p.path, p.pinned, environment(os.Environ(), spec.Env), socketDir)
	p.proc.stdout.over = func() { p.flooded("stdout", maxStdout) }
	p.pinned = nil
	return p.proc, nil
}

func (p *Plugin) logLine() func(string) {
	if !p.log.IsDebug() {
		return nil
	}
	return func(line string) { p.log.Debug("backend says", "line", escape.Text(line)) }
}

func orNull(log hclog.Logger) hclog.Logger {
	if log == nil {
		return hclog.NewNullLogger()
	}
	return log
}
