package plugintest

import (
	"bytes"
	"context"
	"io"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/stormlock/stormlock/sdk"
)

// Backends that write, or answer, without measure.

// flooding writes on stderr for ever instead of answering an acquire.
func flooding(b *backend) {
	b.acquire = func(context.Context, sdk.Lease) (sdk.Lease, error) { return sdk.Lease{}, flood(os.Stderr) }
}

// babbling does that on its real stdout.
func babbling(b *backend) {
	b.acquire = func(context.Context, sdk.Lease) (sdk.Lease, error) {
		return sdk.Lease{}, flood(os.NewFile(1, "stdout"))
	}
}

func flood(w io.Writer) error {
	line := append(bytes.Repeat([]byte("x"), 1023), '\n')
	for {
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
}

// endless prints a first line that does not end.
func endless() {
	for {
		if _, err := os.Stdout.Write(bytes.Repeat([]byte("1|"), 512)); err != nil {
			return
		}
	}
}

// hugeAnswer is far more than a host takes.
const hugeAnswer = 16 << 20

// huge answers every call with a message that is far too large.
func huge() {
	serveGRPC("", func() { select {} }, grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		return stream.SendMsg(wrapperspb.Bytes(make([]byte, hugeAnswer)))
	}))
}
