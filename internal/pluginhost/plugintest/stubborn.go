package plugintest

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"google.golang.org/grpc"
)

// serveNothing says the handshake, with more at its end, serves gRPC without
// any service, and ends when live returns, whatever becomes of its connections.
func serveNothing(more string, live func()) { serveGRPC(more, live) }

// serveGRPC does the same with options for the server.
func serveGRPC(more string, live func(), options ...grpc.ServerOption) {
	tell(PIDFile, strconv.Itoa(os.Getpid()))
	path := os.Getenv("PLUGIN_UNIX_SOCKET_DIR") + "/socket"
	listener, err := net.Listen("unix", path)
	if err != nil {
		panic(err)
	}
	fmt.Printf("1|1|unix|%s|grpc%s\n", path, more)
	go func() { _ = grpc.NewServer(options...).Serve(listener) }()
	live()
}
