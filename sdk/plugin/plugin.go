// Package plugin carries an [sdk.Backend] across a process boundary.
//
// Authors need one function of it, [Serve]; a whole plugin is
//
//	func main() { plugin.Serve("redis", redis.Open) }
//
// where Open turns a configuration struct into a backend. The struct's tags
// name the keys of the section [backend.redis]:
//
//	type Config struct {
//		URL    string `key:"url" default:"redis://localhost:6379" secret:"true" help:"where the server is"`
//		Prefix string `key:"prefix" help:"put before every resource"`
//	}
//
// Fields are strings, ints, bools or time.Durations. A key that is secret can
// also be given as KEY_file, an absolute path, or KEY_env, the name of an
// environment variable. An unknown key is an error that names the near miss. So
// is an empty value, which must not come to mean the default, unless the field
// has the tag empty:"true".
//
// A plugin may write to stderr as it likes: stormlock shows the end of it when
// the plugin dies, and all of it at --log-level debug. It must not print on
// stdout before Serve is called, for there the handshake is spoken.
//
// The other half, [Client], is for the host. This package is the only code
// that knows protobuf.
package plugin

import (
	"context"
	"errors"
	"strings"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// ProtocolVersion is the version of the protocol in backend.proto.
const ProtocolVersion = 1

// MaxMessageSize bounds every message in either direction, in bytes. The
// largest lease is under 6 KiB.
const MaxMessageSize = 1 << 20

// CookieKey is the environment variable that tells an executable that
// stormlock started it. It guards against mistakes, not against attacks.
const CookieKey = "STORMLOCK_BACKEND_COOKIE"

// Kind is the name under which go-plugin's host dispenses a [*Client].
const Kind = "backend"

// Handshake is what host and plugin agree on before they talk.
func Handshake() goplugin.HandshakeConfig {
	return goplugin.HandshakeConfig{
		ProtocolVersion:  ProtocolVersion,
		MagicCookieKey:   CookieKey,
		MagicCookieValue: "5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57",
	}
}

// HostPlugins is the plugin set for the host's side of go-plugin.
func HostPlugins() goplugin.PluginSet {
	return goplugin.PluginSet{Kind: &grpcPlugin{}}
}

// DescribeMethod is the full gRPC method name of the call that needs no
// configuration.
const DescribeMethod = backendpb.Backend_Describe_FullMethodName

// IsBackendCall tells a call of the backend's protocol, by its full gRPC method
// name, from go-plugin's own, some of which last as long as the connection.
func IsBackendCall(method string) bool {
	return strings.HasPrefix(method, "/"+backendpb.Backend_ServiceDesc.ServiceName+"/")
}

// grpcPlugin ties both halves to go-plugin. service is nil in the host.
type grpcPlugin struct {
	goplugin.NetRPCUnsupportedPlugin
	service backendpb.BackendServer
}

func (p *grpcPlugin) GRPCServer(_ *goplugin.GRPCBroker, server *grpc.Server) error {
	if p.service == nil {
		return errors.New("nothing to serve")
	}
	backendpb.RegisterBackendServer(server, p.service)
	return nil
}

func (p *grpcPlugin) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return NewClient(conn), nil
}
