package plugin

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// answers is a backend that gives prepared answers and keeps what it is asked.
type answers struct {
	lease sdk.Lease
	err   error
	asked []sdk.Lease
}

func (a *answers) ask(l sdk.Lease) (sdk.Lease, error) {
	a.asked = append(a.asked, l)
	return a.lease, a.err
}

func (a *answers) Acquire(_ context.Context, l sdk.Lease) (sdk.Lease, error) { return a.ask(l) }
func (a *answers) Renew(_ context.Context, l sdk.Lease) (sdk.Lease, error)   { return a.ask(l) }
func (a *answers) Release(_ context.Context, l sdk.Lease) error              { _, err := a.ask(l); return err }

func (a *answers) Current(_ context.Context, r string) (sdk.Lease, error) {
	return a.ask(sdk.Lease{Resource: r})
}

func (a *answers) List(_ context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		a.asked = append(a.asked, sdk.Lease{Resource: prefix})
		for range 3 {
			if !yield(a.lease, nil) {
				return
			}
		}
		if a.err != nil {
			yield(sdk.Lease{}, a.err)
		}
	}
}

func (a *answers) Setup(_ context.Context, dryRun bool) ([]string, error) {
	return []string{fmt.Sprint("dry run: ", dryRun), "not \xff valid"}, a.err
}

func (a *answers) Check(context.Context) ([]sdk.Finding, error) {
	return []sdk.Finding{sdk.Found(sdk.LevelOK, "version", "7.0"), sdk.Found(sdk.LevelError, "not \xff valid", "not \xff valid"), {}}, a.err
}
func (a *answers) Close() error { return nil }

// connect serves a service in memory and returns a client of it.
func connect(t *testing.T, s backendpb.BackendServer) *Client {
	t.Helper()
	listener := bufconn.Listen(MaxMessageSize)
	life := newLifecycle()
	server := life.newServer(nil)
	backendpb.RegisterBackendServer(server, s)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:memory",
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return NewClient(conn)
}

func opened(t *testing.T, a *answers) *Client {
	t.Helper()
	return connect(t, &service{open: func(context.Context, map[string]string) (sdk.Backend, error) { return a, nil }})
}

func example() sdk.Lease {
	return sdk.Lease{
		Resource: "prod/db 1", ID: "000102030405060708090a0b0c0d0e0f", Principal: "ana\t\"ø\" 😀",
		Reason: "two\nlines  ", Created: time.UnixMicro(1700000000123456).UTC(), TTL: 90 * time.Second,
		Fence: math.MaxUint64,
	}
}

func TestLeaseSurvivesTheWire(t *testing.T) {
	a := &answers{lease: example()}
	c := opened(t, a)
	got, err := c.Acquire(t.Context(), example())
	if err != nil || got != example() {
		t.Errorf("acquire: %+v, %v", got, err)
	}
	if a.asked[0] != example() {
		t.Errorf("the backend was asked for %+v", a.asked[0])
	}
	if got, err := c.Renew(t.Context(), example()); err != nil || got != example() {
		t.Errorf("renew: %+v, %v", got, err)
	}
	if got, err := c.Current(t.Context(), example().Resource); err != nil || got != example() {
		t.Errorf("current: %+v, %v", got, err)
	}
	for got, err := range c.List(t.Context(), "prod") {
		if err != nil || got != example() {
			t.Errorf("list: %+v, %v", got, err)
		}
	}
}

func TestZeroTimeSurvivesTheWire(t *testing.T) {
	l := example()
	l.Created = time.Time{}
	if got := fromWire(toWire(l)); got != l {
		t.Errorf("%+v became %+v", l, got)
	}
}

func TestTextThatIsNotUTF8IsReplaced(t *testing.T) {
	l := example()
	l.Principal = "an\xffa"
	c := opened(t, &answers{lease: l})
	got, err := c.Current(t.Context(), l.Resource)
	if err != nil || got.Principal != "an\uFFFDa" {
		t.Errorf("principal is %q, %v", got.Principal, err)
	}
}

func TestMillisDoNotOverflow(t *testing.T) {
	for n, want := range map[int64]time.Duration{
		1500:          1500 * time.Millisecond,
		-1:            -time.Millisecond,
		math.MaxInt64: math.MaxInt64 / 1_000_000 * 1_000_000,
		math.MinInt64: -math.MaxInt64 / 1_000_000 * 1_000_000,
	} {
		if got := millis(n); got != want {
			t.Errorf("millis(%d) is %d, want %d", n, got, want)
		}
	}
}

func TestErrorsSurviveTheWire(t *testing.T) {
	plain := errors.New("connection reset")
	for _, c := range []struct {
		err  error
		want error // what the client's error matches; nil for an unknown outcome
		text string
	}{
		{sdk.Unavailable("no route to 10.0.0.1"), sdk.ErrUnavailable, "no route to 10.0.0.1"},
		{sdk.Refused("not a lock"), sdk.ErrRefused, "not a lock"},
		{sdk.Invalid("too long"), sdk.ErrInvalid, "too long"},
		{fmt.Errorf("opening: %w", &sdk.ConfigError{Key: "url", Message: "is odd"}), sdk.ErrConfig, `key "url": is odd`},
		{sdk.NotSetUp("there is no table"), sdk.ErrNotSetUp, "there is no table"},
		{plain, nil, "connection reset"},
		{context.DeadlineExceeded, nil, "the store gave no answer in time"},
		{sdk.ErrNotHeld, sdk.ErrNotHeld, "not held"},
	} {
		client := opened(t, &answers{err: c.err})
		_, err := client.Renew(t.Context(), example())
		check(t, "renew", err, c.want, c.text)
		check(t, "release", client.Release(t.Context(), example()), c.want, c.text)

		// A question changes nothing, whatever becomes of it.
		want := c.want
		if want == nil {
			want = sdk.ErrUnavailable
		}
		_, err = client.Current(t.Context(), "r")
		check(t, "current", err, want, c.text)
	}
}

func check(t *testing.T, call string, err, want error, text string) {
	t.Helper()
	if err == nil || err.Error() != text {
		t.Errorf("%s: error is %q, want %q", call, err, text)
	}
	for _, sentinel := range []error{sdk.ErrUnavailable, sdk.ErrRefused, sdk.ErrInvalid, sdk.ErrConfig, sdk.ErrNotSetUp, sdk.ErrNotHeld, sdk.ErrHeld} {
		if errors.Is(err, sentinel) != errors.Is(want, sentinel) {
			t.Errorf("%s: errors.Is(%v, %v) is %t", call, err, sentinel, errors.Is(err, sentinel))
		}
	}
}

func TestHeldSurvivesTheWire(t *testing.T) {
	holder := example()
	c := opened(t, &answers{err: fmt.Errorf("sorry: %w", &sdk.HeldError{Lease: holder})})
	_, err := c.Acquire(t.Context(), example())
	held, ok := errors.AsType[*sdk.HeldError](err)
	if !ok || held.Lease != holder || !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("error is %v", err)
	}
}

func TestSetupSurvivesTheWire(t *testing.T) {
	a := &answers{}
	c := opened(t, a)
	for _, dryRun := range []bool{true, false} {
		for _, fault := range []error{nil, sdk.Refused("no permission")} {
			a.err = fault
			got, err := c.Setup(t.Context(), dryRun)
			want := []string{fmt.Sprint("dry run: ", dryRun), "not \uFFFD valid"}
			if !slices.Equal(got, want) || errors.Is(err, sdk.ErrRefused) != (fault != nil) {
				t.Errorf("dry run %t: %q, %v; want %q, %v", dryRun, got, err, want, fault)
			}
		}
	}
}

func TestFindingsSurviveTheWire(t *testing.T) {
	a := &answers{}
	c := opened(t, a)
	want := []sdk.Finding{
		{About: "version", Level: sdk.LevelOK, Message: "7.0"},
		{About: "not \uFFFD valid", Level: sdk.LevelError, Message: "not \uFFFD valid"},
		{Level: sdk.LevelWarning},
	}
	for _, fault := range []error{nil, sdk.Refused("no permission")} {
		a.err = fault
		got, err := c.Check(t.Context())
		if !slices.Equal(got, want) || errors.Is(err, sdk.ErrRefused) != (fault != nil) {
			t.Errorf("%+v, %v; want %+v, %v", got, err, want, fault)
		}
	}
}

// TestFaultOfACheckIsCertain: a check writes nothing, whatever went wrong.
func TestFaultOfACheckIsCertain(t *testing.T) {
	c := opened(t, &answers{err: errors.New("lost")})
	if _, err := c.Check(t.Context()); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// TestBackendOlderThanCheck: one finding says so.
func TestBackendOlderThanCheck(t *testing.T) {
	got, err := connect(t, &mute{}).Check(t.Context())
	if len(got) != 1 || got[0].Level != sdk.LevelWarning || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestListEndsWithTheFault(t *testing.T) {
	c := opened(t, &answers{lease: example(), err: sdk.Refused("no permission")})
	var leases, faults int
	for _, err := range c.List(t.Context(), "") {
		if err == nil {
			leases++
		} else if faults++; !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("error is %v", err)
		}
	}
	if leases != 3 || faults != 1 {
		t.Errorf("%d leases and %d faults", leases, faults)
	}
	for range c.List(t.Context(), "") {
		break // the caller may stop early
	}
}

func TestLongFaultsAreClipped(t *testing.T) {
	own := "ééé." + strings.Repeat("é", MaxMessageSize) // the limit is within a character
	c := opened(t, &answers{err: errors.New(own)})
	_, err := c.Renew(t.Context(), example())
	if want := own[:maxText-1] + "…"; err == nil || err.Error() != want {
		t.Errorf("error is %.60v; want the first %d bytes of the backend's", err, maxText-1)
	}
}

func TestBadArgumentsNeverReachTheBackend(t *testing.T) {
	bad := example()
	bad.Resource = ""
	a := &answers{}
	c := opened(t, a)
	_, err := c.Acquire(t.Context(), bad)
	check(t, "client", err, sdk.ErrInvalid, "resource is empty")

	// Another host may not check.
	answer, err := c.rpc.Acquire(t.Context(), &backendpb.AcquireRequest{Lease: toWire(bad)})
	if err != nil || answer.GetFault().GetKind() != backendpb.Fault_KIND_INVALID {
		t.Errorf("server: %v, %v", answer, err)
	}
	answer, err = c.rpc.Acquire(t.Context(), &backendpb.AcquireRequest{})
	if err != nil || answer.GetFault().GetKind() != backendpb.Fault_KIND_INVALID {
		t.Errorf("server, no lease at all: %v, %v", answer, err)
	}
	renewed, err := c.rpc.Renew(t.Context(), &backendpb.RenewRequest{Lease: toWire(bad)})
	if err != nil || renewed.GetFault().GetKind() != backendpb.Fault_KIND_INVALID {
		t.Errorf("server: %v, %v", renewed, err)
	}
	released, err := c.rpc.Release(t.Context(), &backendpb.ReleaseRequest{Lease: toWire(bad)})
	if err != nil || released.GetFault().GetKind() != backendpb.Fault_KIND_INVALID {
		t.Errorf("server: %v, %v", released, err)
	}
	current, err := c.rpc.Current(t.Context(), &backendpb.CurrentRequest{})
	if err != nil || current.GetFault().GetKind() != backendpb.Fault_KIND_INVALID {
		t.Errorf("server: %v, %v", current, err)
	}
	if len(a.asked) != 0 {
		t.Errorf("the backend was asked for %+v", a.asked)
	}
}

func TestFirstCallOpens(t *testing.T) {
	var sections []map[string]string
	c := connect(t, &service{open: func(_ context.Context, section map[string]string) (sdk.Backend, error) {
		sections = append(sections, section)
		return &answers{lease: example()}, nil
	}})
	c.Configure(map[string]string{"url": "x"})
	for range 2 {
		if _, err := c.Current(t.Context(), example().Resource); err != nil {
			t.Fatal(err)
		}
	}
	if len(sections) != 1 || sections[0]["url"] != "x" {
		t.Errorf("opened with %v", sections)
	}
	c.Configure(map[string]string{"url": "y"})
	_, err := c.Acquire(t.Context(), example())
	check(t, "another configuration", err, sdk.ErrInvalid, "the configuration differs from that of the first call")
}

// TestFailedOpen: nothing was asked of the store, whatever the error is.
func TestFailedOpen(t *testing.T) {
	for _, test := range []struct {
		err, want error
		text      string
	}{
		{&sdk.ConfigError{Key: "url", Message: "is odd"}, sdk.ErrConfig, `key "url": is odd`},
		{errors.New("no such device"), sdk.ErrUnavailable, "no such device"},
	} {
		c := connect(t, &service{open: func(context.Context, map[string]string) (sdk.Backend, error) { return nil, test.err }})
		_, err := c.Acquire(t.Context(), example())
		check(t, "acquire", err, test.want, test.text)
	}
}

func TestEndedContextSendsNothing(t *testing.T) {
	a := &answers{lease: example()}
	c := opened(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Acquire(ctx, example())
	if !errors.Is(err, sdk.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want certainty that nothing was sent", err)
	}
	if len(a.asked) != 0 {
		t.Errorf("the backend was asked for %+v", a.asked)
	}
}

// mute answers every call without an outcome, as a newer backend might, and
// Current with impossible leases.
type mute struct {
	backendpb.UnimplementedBackendServer
	current *backendpb.Lease
}

func (*mute) Acquire(context.Context, *backendpb.AcquireRequest) (*backendpb.AcquireResponse, error) {
	return &backendpb.AcquireResponse{}, nil
}

func (*mute) Renew(context.Context, *backendpb.RenewRequest) (*backendpb.RenewResponse, error) {
	return &backendpb.RenewResponse{}, nil
}

func (*mute) Release(context.Context, *backendpb.ReleaseRequest) (*backendpb.ReleaseResponse, error) {
	return &backendpb.ReleaseResponse{}, nil
}

func (*mute) Setup(context.Context, *backendpb.SetupRequest) (*backendpb.SetupResponse, error) {
	return &backendpb.SetupResponse{}, nil
}

func (m *mute) Current(context.Context, *backendpb.CurrentRequest) (*backendpb.CurrentResponse, error) {
	return &backendpb.CurrentResponse{Outcome: &backendpb.CurrentResponse_Current{Current: m.current}}, nil
}

func TestAnswerWithoutOutcome(t *testing.T) {
	c := connect(t, &mute{})
	_, err := c.Acquire(t.Context(), example())
	check(t, "acquire", err, nil, noOutcome("Acquire"))
	_, err = c.Renew(t.Context(), example())
	check(t, "renew", err, nil, noOutcome("Renew"))
	check(t, "release", c.Release(t.Context(), example()), nil, noOutcome("Release"))
	_, err = c.Setup(t.Context(), false)
	check(t, "setup", err, nil, noOutcome("Setup"))
}

func TestImpossibleLeases(t *testing.T) {
	for name, lease := range map[string]*backendpb.Lease{
		"nothing":          nil,
		"another resource": {Resource: "other", Id: "1"},
		"no id":            {Resource: "r"},
		"two lines":        {Resource: "r", Id: "abc\nfoo"},
		"a long id":        {Resource: "r", Id: strings.Repeat("1", sdk.MaxIDLen+1)},
	} {
		if got, err := connect(t, &mute{current: lease}).Current(t.Context(), "r"); !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
