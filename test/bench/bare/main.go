// Command bare is the least that go-plugin can be asked for: run as "bare host"
// it starts itself as a plugin over gRPC, makes one call and stops it. What it
// costs beyond two processes that do nothing ("bare nothing") is what no host
// that is built on go-plugin can go below.
package main

import (
	"context"
	"log"
	"os"
	"os/exec"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

func main() {
	switch {
	case len(os.Args) == 1:
		serve()
	case os.Args[1] == "host":
		host()
	}
}

var handshake = goplugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "BARE", MagicCookieValue: "bare"}

func plugins() goplugin.PluginSet { return goplugin.PluginSet{"empty": &empty{}} }

func quiet() hclog.Logger { return hclog.New(&hclog.LoggerOptions{Level: hclog.Off}) }

func serve() {
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: handshake, Plugins: plugins(), GRPCServer: goplugin.DefaultGRPCServer, Logger: quiet(),
	})
}

func host() {
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: handshake, Plugins: plugins(), Cmd: exec.Command(os.Args[0]), Logger: quiet(),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
	})
	defer client.Kill()
	protocol, err := client.Client()
	if err == nil {
		err = protocol.Ping()
	}
	if err != nil {
		log.Print(err)
	}
}

// empty serves nothing of its own: Ping is go-plugin's.
type empty struct {
	goplugin.NetRPCUnsupportedPlugin
}

func (*empty) GRPCServer(*goplugin.GRPCBroker, *grpc.Server) error { return nil }

func (*empty) GRPCClient(context.Context, *goplugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}
