package plugintest

import (
	"net"
	"time"

	"google.golang.org/grpc"
)

// serveWithoutShutdown serves gRPC without any service, and outlives its
// connections.
func serveWithoutShutdown(path string, ready func()) error {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	ready()
	go func() { _ = grpc.NewServer().Serve(listener) }()
	time.Sleep(time.Minute)
	return nil
}
