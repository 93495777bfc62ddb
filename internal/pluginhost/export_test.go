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
)

// Hash returns the hash of a file as a pin.
func Hash(t *testing.T, path string) string {
	t.Helper()
	sum, err := fileHash(path)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

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
	t := &tail{}
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
func TrustedOwner(uid uint32) bool { return trustedOwner(owned{uid: uid}) }

type owned struct {
	fs.FileInfo
	uid uint32
}

func (o owned) Sys() any { return &syscall.Stat_t{Uid: o.uid} }
