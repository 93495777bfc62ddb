package plugin

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// A lister is a backend that lists what a function yields.
type lister struct {
	answers
	list iter.Seq2[sdk.Lease, error]
}

func (l *lister) List(context.Context, string) iter.Seq2[sdk.Lease, error] { return l.list }

// listing serves a backend that lists what a function yields.
func listing(t *testing.T, list iter.Seq2[sdk.Lease, error]) *Client {
	t.Helper()
	return connect(t, &service{open: func(context.Context, map[string]string) (sdk.Backend, error) { return &lister{list: list}, nil }})
}

// numbered is the lease that comes as the n-th.
func numbered(n int) sdk.Lease {
	lease := example()
	lease.Resource = fmt.Sprintf("%06d", n)
	return lease
}

// upTo yields so many leases, and then a fault, if there is one.
func upTo(n int, fault error) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		for i := range n {
			if !yield(numbered(i), nil) {
				return
			}
		}
		if fault != nil {
			yield(sdk.Lease{}, fault)
		}
	}
}

// TestListIsWholeAndInOrder, and its fault comes behind all of it.
func TestListIsWholeAndInOrder(t *testing.T) {
	for _, n := range []int{0, 1, maxBatch, maxBatch + 1, 10_000} {
		for _, fault := range []error{nil, sdk.Refused("no permission")} {
			next := 0
			var got error
			for lease, err := range listing(t, upTo(n, fault)).List(t.Context(), "") {
				if got = err; err == nil && lease != numbered(next) {
					t.Fatalf("%d of %d is %+v", next, n, lease)
				}
				next++
			}
			if want := n + len(slices.DeleteFunc([]error{fault}, func(err error) bool { return err == nil })); next != want {
				t.Errorf("%d items, want %d", next, want)
			}
			if errors.Is(got, sdk.ErrRefused) != (fault != nil) {
				t.Errorf("%d leases end in %v, want %v", n, got, fault)
			}
		}
	}
}

// TestLargeLeasesFit: messages of the largest leases stay in their bounds.
func TestLargeLeasesFit(t *testing.T) {
	large := example()
	large.Resource = strings.Repeat("r", sdk.MaxResourceLen)
	large.Principal, large.Reason = strings.Repeat("é", maxText), strings.Repeat("é", maxText) // they are clipped
	const want = 3000
	got := 0
	for lease, err := range listing(t, func(yield func(sdk.Lease, error) bool) {
		for range want {
			if !yield(large, nil) {
				return
			}
		}
	}).List(t.Context(), "") {
		if err != nil || len(lease.Reason) < maxText {
			t.Fatalf("lease %d: %.100v, %v", got, lease, err)
		}
		got++
	}
	if got != want {
		t.Errorf("%d leases, want %d", got, want)
	}
}

// A sentStream keeps what is sent, after a pause, as a host takes that does
// something else as well.
type sentStream struct {
	grpc.ServerStream
	ctx   context.Context
	pause time.Duration
	sent  []*backendpb.ListResponse
}

func (s *sentStream) Context() context.Context { return s.ctx }

func (s *sentStream) Send(m *backendpb.ListResponse) error {
	time.Sleep(s.pause)
	s.sent = append(s.sent, m)
	return nil
}

// check checks that each message is in its bounds.
func (s *sentStream) check(t *testing.T) {
	t.Helper()
	for _, m := range s.sent {
		n, size := len(m.GetLeases().GetLeases()), proto.Size(m)
		if n == 0 || n > maxBatch || size > MaxMessageSize/4 {
			t.Errorf("a message of %d leases in %d bytes", n, size)
		}
	}
}

// TestLeasesShareMessages: those that are there while a message is being sent
// go with the next one, as many as fit; a store that pauses delays none.
func TestLeasesShareMessages(t *testing.T) {
	for _, c := range []struct {
		name        string
		list        iter.Seq2[sdk.Lease, error]
		least, most int // messages
	}{
		{"a store that is quicker", upTo(1+2*maxBatch, nil), 3, 4},
		{"a store that pauses", func(yield func(sdk.Lease, error) bool) {
			for i := range 3 {
				if !yield(numbered(i), nil) {
					return
				}
				time.Sleep(time.Hour)
			}
		}, 3, 3},
		{"large leases", func(yield func(sdk.Lease, error) bool) {
			large := example()
			large.Reason = strings.Repeat("x", sdk.MaxReasonLen)
			for range 100 {
				if !yield(large, nil) {
					return
				}
			}
		}, 4, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{open: func(context.Context, map[string]string) (sdk.Backend, error) { return &lister{list: c.list}, nil }}
				stream := &sentStream{ctx: t.Context(), pause: time.Second}
				if err := s.List(&backendpb.ListRequest{}, stream); err != nil {
					t.Fatal(err)
				}
				if n := len(stream.sent); n < c.least || n > c.most {
					t.Errorf("%d messages, want %d to %d", n, c.least, c.most)
				}
				stream.check(t)
			})
		})
	}
}

// A slowLister warns in the course of its list.
type slowLister struct{ lister }

func (w *slowLister) List(ctx context.Context, _ string) iter.Seq2[sdk.Lease, error] {
	sdk.Warn(ctx, "a slow server")
	return w.list
}

// TestWarningsOfAList come once: those of the opening before the leases, since a
// host may have enough of those, and others before a fault.
func TestWarningsOfAList(t *testing.T) {
	open := func(ctx context.Context, _ map[string]string) (sdk.Backend, error) {
		sdk.Warn(ctx, "not verified")
		return &slowLister{lister{list: upTo(3, sdk.Refused("no permission"))}}, nil
	}
	for most, want := range map[int][]string{
		10: {"not verified", "000000", "000001", "000002", "a slow server", "no permission"},
		1:  {"not verified", "000000"},
	} {
		var told []string
		c := connect(t, &service{open: open})
		c.OnWarning(func(text string) { told = append(told, text) })
		for lease, err := range c.List(t.Context(), "") {
			if err != nil {
				told = append(told, err.Error())
				continue
			}
			told = append(told, lease.Resource)
			if most--; most == 0 {
				break
			}
		}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	}
}

// TestListStopsEarly: a backend is not asked for more when nobody listens.
func TestListStopsEarly(t *testing.T) {
	ended := make(chan int, 1)
	c := listing(t, func(yield func(sdk.Lease, error) bool) {
		n := 0
		defer func() { ended <- n }()
		for yield(numbered(n), nil) {
			n++
		}
	})
	for range c.List(t.Context(), "") {
		break
	}
	backendtest.Eventually(t, 20*time.Second, "the backend stops", func() bool { return len(ended) == 1 })
}

// TestPanicInAList is a fault behind the leases that were there.
func TestPanicInAList(t *testing.T) {
	c := listing(t, func(yield func(sdk.Lease, error) bool) {
		yield(numbered(0), nil)
		panic("out of cheese")
	})
	var leases int
	var fault error
	for _, err := range c.List(t.Context(), "") {
		if fault = err; err == nil {
			leases++
		}
	}
	if leases != 1 || !errors.Is(fault, sdk.ErrUnavailable) || !strings.Contains(fault.Error(), "out of cheese") {
		t.Errorf("%d leases and %v", leases, fault)
	}
}

// A hostile host answers List with prepared messages.
type hostile struct {
	backendpb.UnimplementedBackendServer
	answers []*backendpb.ListResponse
}

func (h *hostile) List(_ *backendpb.ListRequest, stream grpc.ServerStreamingServer[backendpb.ListResponse]) error {
	for _, m := range h.answers {
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	return nil
}

func message(leases ...*backendpb.Lease) *backendpb.ListResponse {
	return &backendpb.ListResponse{Outcome: &backendpb.ListResponse_Leases{Leases: &backendpb.Leases{Leases: leases}}}
}

// TestHostileLists end in a fault, and what was right before it is kept.
func TestHostileLists(t *testing.T) {
	good := toWire(example())
	for _, c := range []struct {
		name   string
		answer *backendpb.ListResponse
		leases int // before the fault
		text   string
		prefix string
	}{
		{"too many", message(slices.Repeat([]*backendpb.Lease{good}, maxBatch+1)...), 0, "513 leases in one message", ""},
		{"a flood of nothing", message(slices.Repeat([]*backendpb.Lease{{}}, 400_000)...), 0, "400000 leases in one message", ""},
		{"more than a message", message(slices.Repeat([]*backendpb.Lease{good}, 20_000)...), 0, "larger than max", ""},
		{"none", message(), 0, noOutcome("List"), ""},
		{"nothing", &backendpb.ListResponse{}, 0, noOutcome("List"), ""},
		{"no resource", message(good, &backendpb.Lease{Id: "1"}, good), 1, `impossible resource ""`, ""},
		{"no id", message(good, &backendpb.Lease{Resource: "r"}, good), 1, "no usable id", ""},
		{"two lines", message(good, &backendpb.Lease{Resource: "r\nforged", Id: "1"}, good), 1, "impossible resource", ""},
		{"another prefix", message(good, toWire(numbered(1)), good), 1, `listed resource "000001", which does not begin with "prod/"`, "prod/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			leases, faults := 0, 0
			for lease, err := range connect(t, &hostile{answers: []*backendpb.ListResponse{c.answer, message(good)}}).List(t.Context(), c.prefix) {
				switch {
				case err == nil && lease == example():
					leases++
				case !errors.Is(err, sdk.ErrUnavailable), !strings.Contains(err.Error(), c.text):
					t.Errorf("got %+v, %v", lease, err)
				default:
					faults++
				}
			}
			if leases != c.leases || faults != 1 {
				t.Errorf("%d leases and %d faults, want %d and one", leases, faults, c.leases)
			}
		})
	}
}
