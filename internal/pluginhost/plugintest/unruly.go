package plugintest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// Backends that answer as they should and break one rule of how a process behaves.

// slowToStart is ready only after more than a second.
func slowToStart() {
	time.Sleep(1300 * time.Millisecond)
	serve("slow-to-start", nil)
}

// cookieless serves whoever runs it.
func cookieless() {
	h := plugin.Handshake()
	must(os.Setenv(h.MagicCookieKey, h.MagicCookieValue))
	serve("cookieless", nil)
}

// unhelpful has nothing to say to whoever runs it by hand, not even that it failed.
func unhelpful() {
	if os.Getenv(plugin.CookieKey) != "" {
		serve("unhelpful", nil)
	}
}

// agreeable speaks whatever version it is asked for.
func agreeable() {
	fmt.Printf("1|%s|unix|%s/socket|grpc\n", os.Getenv("PLUGIN_PROTOCOL_VERSIONS"), os.Getenv("PLUGIN_UNIX_SOCKET_DIR"))
	time.Sleep(time.Minute)
}

// indifferent ends without a word when its version is not wanted.
func indifferent() {
	if os.Getenv("PLUGIN_PROTOCOL_VERSIONS") == "1" {
		serve("indifferent", nil)
	}
}

// loud prints where only the handshake belongs, past what go-plugin redirects.
func loud(b *backend) {
	b.open = func() { fmt.Fprintln(os.NewFile(1, "stdout"), "connected to the store") }
}

// misnamed says that it is another.
func misnamed() { serve("another", nil) }

// helpless has a key that nobody can make sense of.
func helpless() {
	type config struct {
		Key string `key:"key"`
	}
	plugin.Serve("helpless", func(context.Context, config) (sdk.Backend, error) { return &backend{acquire: grant}, nil })
}

// versionless, twofold and torn describe themselves as no author should.
func versionless() {
	serveAnswers(func(string, int) ([]byte, error) { return appendText(nil, 1, "versionless"), nil })
}

func twofold() {
	option := string(appendText(appendText(nil, 1, "key"), 2, "help"))
	serveAnswers(func(string, int) ([]byte, error) {
		return appendText(appendText(described("twofold"), 3, option), 3, option), nil
	})
}

func torn() {
	option := string(append(appendText(appendText(appendText(nil, 1, "key"), 2, "help"), 3, "default"), 0x20, 1))
	serveAnswers(func(string, int) ([]byte, error) { return appendText(described("torn"), 3, option), nil })
}

// described is a DescribeResponse with a name and a version.
func described(name string) []byte { return appendText(appendText(nil, 1, name), 2, "v1") }

// strict refuses requests with a field that it does not know.
func strict() {
	serveAnswers(func(_ string, size int) ([]byte, error) {
		if size > 0 {
			return nil, status.Error(codes.InvalidArgument, "what is this?")
		}
		return described("strict"), nil
	})
}

// lenient has no lease, whatever its configuration is.
func lenient() {
	serveAnswers(func(string, int) ([]byte, error) { return []byte{0x12, 0}, nil })
}

// clinging lives on without its host.
func clinging() {
	serveAnswers(func(string, int) ([]byte, error) { return described("clinging"), nil })
}

// littering ends as it should, and leaves its socket behind.
func littering() {
	host := os.Getppid()
	go func() {
		for os.Getppid() == host {
			time.Sleep(10 * time.Millisecond)
		}
		os.Exit(0)
	}()
	serveAnswers(func(method string, _ int) ([]byte, error) {
		if strings.HasSuffix(method, "/Shutdown") {
			os.Exit(0)
		}
		return described("littering"), nil
	})
}

// breeding ends as it should, and leaves a child behind.
func breeding() {
	child := exec.Command("sleep", "60")
	child.Stderr = os.Stderr
	must(child.Start())
	serve("breeding", nil)
}

// serveAnswers answers calls by their method, and the size of their request, with
// bytes, and never ends by itself.
func serveAnswers(answer func(method string, size int) ([]byte, error)) {
	serveGRPC("", func() { select {} }, grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		var request, reply emptypb.Empty // their fields are unknown, and are kept as they are
		if err := stream.RecvMsg(&request); err != nil {
			return err
		}
		message, err := answer(method, len(request.ProtoReflect().GetUnknown()))
		if err != nil {
			return err
		}
		must(proto.Unmarshal(message, &reply))
		return stream.SendMsg(&reply)
	}))
}
