package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stormlock/stormlock/sdk/plugin"
)

// deathGrace is how long after a broken connection a process may take to be
// seen dead.
const deathGrace = 200 * time.Millisecond

// maxQuoted bounds what is shown of a line that should be a handshake, in bytes.
const maxQuoted = 200

var (
	errNotServing     = errors.New("the plugin does not serve")
	errForeignAddress = errors.New("the address is not the plugin's own")
)

// whyNotReady says why a plugin could not be talked to. go-plugin's own error
// guesses, at length and over several lines; the plugin's first line, its wait
// status and its last words tell.
func (p *Plugin) whyNotReady(err error) string {
	proc := p.started()
	if proc == nil {
		return startFailure(err)
	}
	line := proc.stdout.text()
	said, ok := parseHandshake(line)
	switch {
	case p.whyStopped() != "":
		return "it was stopped: " + p.whyStopped()
	case errors.Is(err, errNotServing):
		return "it said that it is ready, but does not serve" + p.said()
	case errors.Is(err, errForeignAddress):
		return "the address that it gave is not its own; is it a stormlock backend?"
	case ok && said.version != plugin.ProtocolVersion:
		return fmt.Sprintf("it speaks protocol version %d, this stormlock speaks %d; install matching versions", said.version, plugin.ProtocolVersion)
	case ok:
		return oneLine(err.Error()) + p.said()
	case line != "":
		return fmt.Sprintf("it printed %q on stdout instead of a handshake; is it a stormlock backend?", line[:min(len(line), maxQuoted)])
	case strings.Contains(err.Error(), "timeout"):
		return fmt.Sprintf("it was not ready within %s%s", startTime, p.said())
	}
	if !proc.ended(deathGrace) || proc.wasKilled() {
		return "it gave no handshake on stdout; is it a stormlock backend?" + p.said()
	}
	return "it ended with " + proc.state.String() + p.said()
}

// whyCanceled says why a start was given up.
func (p *Plugin) whyCanceled(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "it was not ready before the time was up" + p.said()
	}
	return "interrupted"
}

// started returns the process if it ever ran.
func (p *Plugin) started() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc == nil || p.proc.ID() == "" {
		return nil
	}
	return p.proc
}

func startFailure(err error) string {
	path, _ := errors.AsType[*fs.PathError](err)
	switch {
	case errors.Is(err, syscall.ENOEXEC):
		return "it is not a program for this system"
	case path != nil && path.Op == "fork/exec" && errors.Is(err, fs.ErrNotExist):
		return "it, or the interpreter that it names, does not exist"
	case path != nil && path.Op == "fork/exec":
		return path.Err.Error()
	case path != nil:
		return oneLine(err.Error()) + "; check TMPDIR"
	}
	return oneLine(err.Error())
}

// said quotes the end of the plugin's stderr.
func (p *Plugin) said() string { return p.stderr.quoted() }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// explainCall is a client interceptor: it turns "connection closed" into what
// became of the plugin. go-plugin's own calls end so in every stop.
func (p *Plugin) explainCall(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, call grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	err := call(ctx, method, req, reply, conn, opts...)
	if !plugin.IsBackendCall(method) {
		return err
	}
	return p.explain(err)
}

// explainStream does the same for streams.
func (p *Plugin) explainStream(ctx context.Context, desc *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := open(ctx, desc, conn, method, opts...)
	if !plugin.IsBackendCall(method) {
		return stream, err
	}
	if err != nil {
		return nil, p.explain(err)
	}
	return &explainedStream{stream, p}, nil
}

type explainedStream struct {
	grpc.ClientStream
	plugin *Plugin
}

func (s *explainedStream) RecvMsg(m any) error { return s.plugin.explain(s.ClientStream.RecvMsg(m)) }

func (p *Plugin) explain(err error) error {
	switch status.Code(err) {
	case codes.Unavailable:
		proc := p.started()
		if proc == nil || !proc.ended(deathGrace) {
			return err
		}
		if why := p.whyStopped(); why != "" {
			return status.Errorf(codes.Unavailable, "backend %s was stopped: %s", p.path, why)
		}
		time.Sleep(pipeGrace) // for its last words
		return status.Errorf(codes.Unavailable, "backend %s died: %s%s", p.path, proc.state, p.said())
	case codes.ResourceExhausted:
		if text := status.Convert(err).Message(); strings.Contains(text, "larger than max") { // gRPC's words
			return status.Errorf(codes.ResourceExhausted, "backend %s gave an answer that is too large: %s", p.path, oneLine(text))
		}
	case codes.Unimplemented:
		return status.Errorf(codes.Unimplemented, "backend %s lacks this operation; install a version that matches this stormlock", p.path)
	}
	return err
}
