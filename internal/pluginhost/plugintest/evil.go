package plugintest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// Backends whose every text would act on a terminal, or forge a line of output.

// Hostile has every character that may do so, between letters so that nothing is
// trimmed. A line of it looks like one of stormlock's.
var Hostile = "a" + controls() + "\nstormlock: forged\tb\r" +
	// Arabic letter mark, marks and overrides of direction, isolates.
	"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" +
	// Without width, and without a mark: joiners, soft hyphen, fillers, selectors, tags.
	"\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u115f\u1160\u17b4\u180e\u3164\uffa0\ufe0f\U000e0041\U000e0100" +
	"\u2028\u2029z"

// HostileBytes also has what is no UTF-8. The wire does not let it through.
var HostileBytes = Hostile + "\xff\xc3(\x9b31m\xed\xa0\x80z"

// controls are C0, DEL and C1.
func controls() string {
	var b strings.Builder
	for r := rune(0); r <= 0x9f; r++ {
		if r < ' ' || r >= 0x7f {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// evilConfig has texts in its tags, where they are quoted as in source text.
type evilConfig struct {
	Token string `key:"token" secret:"true" default:"d\x1b[2J\u202e\nd" help:"h\x1b[2J\u202e\nstormlock: forged\nh"`
	Name  string `key:"name" help:"n\u009b\u200b\r\nn"`
	More  string `key:"more" required:"true" help:"m\u2028\tm"`
}

// evil does what the name of the resource says, in every call.
func evil() {
	plugin.Serve("evil", func(ctx context.Context, _ evilConfig) (sdk.Backend, error) {
		b := &backend{}
		b.acquire, b.renew = evilCall, evilCall
		b.release = func(lease sdk.Lease) error {
			_, err := evilCall(context.Background(), lease)
			return err
		}
		b.current, b.list = evilCurrent, evilList
		b.setup, b.check = evilSetup, evilCheck
		sdk.Warn(ctx, "%s", HostileBytes)
		return b, nil
	})
}

// evilCurrent also shows the lease that keeps others out.
func evilCurrent(ctx context.Context, resource string) (sdk.Lease, error) {
	lease, err := evilCall(ctx, sdk.Lease{Resource: resource})
	if held, ok := errors.AsType[*sdk.HeldError](err); ok {
		return held.Lease, nil
	}
	return lease, err
}

func evilSetup(dryRun bool) ([]string, error) {
	if dryRun {
		return []string{HostileBytes, "second\n" + Hostile}, nil
	}
	return []string{HostileBytes}, errors.New(HostileBytes)
}

func evilCheck() ([]sdk.Finding, error) {
	return []sdk.Finding{
		{About: HostileBytes, Level: sdk.LevelWarning, Message: HostileBytes},
		{About: "tab\tand\nline", Level: 99, Message: "second\n" + Hostile},
	}, sdk.Refused("%s", HostileBytes)
}

// evilFaults are the errors that the resources of their names are answered with.
var evilFaults = map[string]error{
	"unknown":     errors.New(HostileBytes),
	"unavailable": sdk.Unavailable("%s", HostileBytes),
	"refused":     sdk.Refused("%s", HostileBytes),
	"invalid":     sdk.Invalid("%s", HostileBytes),
	"unset":       sdk.NotSetUp("%s", HostileBytes),
	"config":      &sdk.ConfigError{Key: HostileBytes, Message: HostileBytes},
}

func evilCall(_ context.Context, want sdk.Lease) (sdk.Lease, error) {
	lease := sdk.Lease{
		Resource: want.Resource, ID: LateID, Principal: HostileBytes, Reason: HostileBytes, Created: time.Now(), TTL: time.Hour,
	}
	switch fault := evilFaults[want.Resource]; {
	case fault != nil:
		return sdk.Lease{}, fault
	case want.Resource == "held":
		return sdk.Lease{}, &sdk.HeldError{Lease: lease}
	case want.Resource == "panic":
		panic(HostileBytes)
	case want.Resource == "speak":
		fmt.Fprintln(os.Stderr, HostileBytes)
	case want.Resource == "die":
		evilEnd()
	case want.Resource == "another":
		lease.Resource = HostileBytes
	case want.Resource == "id":
		lease.ID = HostileBytes
	}
	return lease, nil
}

// evilLine prints something else where the handshake belongs.
func evilLine() {
	fmt.Println(strings.ReplaceAll(HostileBytes, "\n", " "))
	time.Sleep(time.Minute)
}

// evilEnd dies, and says why.
func evilEnd() {
	fmt.Fprintln(os.Stderr, HostileBytes)
	os.Exit(3)
}

// evilWire says on the wire what the SDK would not: hostile names, versions and
// messages of gRPC itself. All but Describe is such a message.
func evilWire() {
	serveAnswers(func(method string, _ int) ([]byte, error) {
		if !strings.HasSuffix(method, "/Describe") {
			return nil, status.Error(codes.Internal, HostileBytes)
		}
		return evilDescription(), nil
	})
}

// evilDescription is a DescribeResponse: name, version, and an option of key, help
// and default.
func evilDescription() []byte {
	var option, about []byte
	for number, text := range []string{"key", Hostile, Hostile} {
		option = appendText(option, number+1, text)
	}
	about = appendText(appendText(about, 1, Hostile), 2, Hostile)
	return appendText(about, 3, string(option))
}

func appendText(message []byte, number int, text string) []byte {
	message = protowire.AppendTag(message, protowire.Number(number), protowire.BytesType)
	return protowire.AppendString(message, text)
}
