package pluginhost

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stormlock/stormlock/internal/owner"
)

// AfterTheCheck has do called between the check of an executable and its start.
func AfterTheCheck(t *testing.T, do func()) {
	t.Helper()
	checked = do
	t.Cleanup(func() { checked = func() {} })
}

// WithoutGoPlugin is what connecting comes to if go-plugin panics.
func WithoutGoPlugin(ctx context.Context) error { return (&Plugin{}).connect(ctx) }

// SetStartTime shortens how long a start may take.
func SetStartTime(t *testing.T, d time.Duration) {
	t.Helper()
	saved := startTime
	startTime = d
	t.Cleanup(func() { startTime = saved })
}

// Settled reports whether go-plugin had noticed the end when Stop returned.
func Settled(p *Plugin) bool { return p.settled }

// Environment is what a plugin gets.
func Environment(host, goPlugin []string) []string { return environment(host, goPlugin) }

// TailOf returns what is kept of a plugin's stderr.
func TailOf(written string) string {
	t := &tail{most: maxStderr}
	_, _ = t.Write([]byte(written))
	return string(t.end)
}

// ExplainsCall reports whether an error of a gRPC method waits for the
// plugin's end to be explained.
func ExplainsCall(p *Plugin, method string) bool {
	broken := status.Error(codes.Unavailable, "broken")
	err := p.explainCall(context.Background(), method, nil, nil, nil,
		func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error { return broken })
	return !errors.Is(err, broken)
}

// TrustedOwner reports whether a file of this user is trusted in a directory
// that all can write.
func TrustedOwner(uid uint32) bool { return owner.Trusted(owned{uid: uid}) }

type owned struct {
	fs.FileInfo
	uid uint32
}

func (o owned) Sys() any { return &syscall.Stat_t{Uid: o.uid} }
