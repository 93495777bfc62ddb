package plugin

import (
	"context"
	"errors"
	"io"
	"iter"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// A strict backend fails the test if it is asked something that it should never
// see. It grants what it is asked for.
type strict struct{ t *testing.T }

func (s strict) expect(call string, err error) {
	if err != nil {
		s.t.Errorf("%s reached the backend although %v", call, err)
	}
}

func (s strict) Acquire(_ context.Context, l sdk.Lease) (sdk.Lease, error) {
	s.expect("acquire", sdk.ValidateAcquire(l))
	return l, nil
}

func (s strict) Renew(_ context.Context, l sdk.Lease) (sdk.Lease, error) {
	s.expect("renew", sdk.ValidateRenew(l))
	return l, nil
}

func (s strict) Release(_ context.Context, l sdk.Lease) error {
	s.expect("release", sdk.ValidateRelease(l))
	return nil
}

func (s strict) Current(_ context.Context, resource string) (sdk.Lease, error) {
	s.expect("current", sdk.ValidateResource(resource))
	return sdk.Lease{Resource: resource, ID: "1"}, nil
}

func (s strict) List(_ context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	s.expect("list", sdk.ValidatePrefix(prefix))
	return func(yield func(sdk.Lease, error) bool) { yield(sdk.Lease{Resource: "r", ID: "1"}, nil) }
}

func (s strict) Setup(context.Context, bool) ([]string, error) { return nil, nil }
func (s strict) Check(context.Context) ([]sdk.Finding, error)  { return nil, nil }
func (s strict) Close() error                                  { return nil }

// FuzzRequests: whatever a host sends, a backend sees nothing that is out of
// bounds, and each answer has an outcome and can be sent. Which request the
// bytes are is the first argument.
func FuzzRequests(f *testing.F) {
	f.Fuzz(func(t *testing.T, kind byte, data []byte) {
		s := &service{open: func(context.Context, map[string]string) (sdk.Backend, error) { return strict{t}, nil }}
		answer, err := request(t, s, kind, data)
		if err != nil || answer == nil {
			return
		}
		if bytes, err := proto.Marshal(answer); err != nil || len(bytes) > MaxMessageSize {
			t.Errorf("the answer cannot be sent: %d bytes, %v", len(bytes), err)
		}
		message := answer.ProtoReflect()
		if message.WhichOneof(message.Descriptor().Oneofs().ByName("outcome")) == nil {
			t.Errorf("%v has no outcome", answer)
		}
	})
}

// request carries out the request that some bytes are, if they are one.
func request(t *testing.T, s *service, kind byte, data []byte) (proto.Message, error) {
	t.Helper()
	ctx := t.Context()
	switch kind % 7 {
	case 0:
		return handle(ctx, data, &backendpb.AcquireRequest{}, s.Acquire)
	case 1:
		return handle(ctx, data, &backendpb.RenewRequest{}, s.Renew)
	case 2:
		return handle(ctx, data, &backendpb.ReleaseRequest{}, s.Release)
	case 3:
		return handle(ctx, data, &backendpb.CurrentRequest{}, s.Current)
	case 4:
		return handle(ctx, data, &backendpb.SetupRequest{}, s.Setup)
	case 5:
		return handle(ctx, data, &backendpb.CheckRequest{}, s.Check)
	}
	var req backendpb.ListRequest
	if err := proto.Unmarshal(data, &req); err != nil {
		return nil, err
	}
	stream := &lastSent{ctx: ctx}
	err := s.List(&req, stream)
	if stream.last == nil {
		return nil, err
	}
	return stream.last, err
}

func handle[Q, A proto.Message](ctx context.Context, data []byte, req Q, call func(context.Context, Q) (A, error)) (proto.Message, error) {
	if err := proto.Unmarshal(data, req); err != nil {
		return nil, err
	}
	return call(ctx, req)
}

// lastSent is a stream that keeps its last message.
type lastSent struct {
	grpc.ServerStream
	ctx  context.Context
	last *backendpb.ListResponse
}

func (s *lastSent) Context() context.Context             { return s.ctx }
func (s *lastSent) Send(m *backendpb.ListResponse) error { s.last = m; return nil }

// FuzzAnswers: whatever a plugin answers, the host gets a lease of the resource
// that it asked about, with an id that can be shown and texts in bounds, or an
// error of one of the kinds that it knows; a question never ends in "unknown".
func FuzzAnswers(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		c := NewClient(canned(data))
		c.OnWarning(func(text string) { checkText(t, text) })
		want := sdk.Lease{Resource: "r", ID: "000102030405060708090a0b0c0d0e0f", Principal: "ana", TTL: time.Minute}
		acquired, err := c.Acquire(t.Context(), want)
		checkAnswer(t, acquired, err)
		renewed, err := c.Renew(t.Context(), want)
		checkAnswer(t, renewed, err)
		current, err := c.Current(t.Context(), want.Resource)
		checkAnswer(t, current, err)
		if err != nil && !errors.Is(err, sdk.ErrNotHeld) && !isCertain(err) {
			t.Errorf("a question ends in %v", err)
		}
		if about, err := c.Describe(t.Context()); err == nil {
			checkText(t, about.Name+about.Version)
		}
		_ = c.Release(t.Context(), want)
		_, _ = c.Setup(t.Context(), true)
		findings, err := c.Check(t.Context())
		if err != nil && !isCertain(err) {
			t.Errorf("a check ends in %v", err)
		}
		for _, f := range findings {
			checkText(t, f.About+f.Message)
		}
		for lease, err := range c.List(t.Context(), "") {
			checkListed(t, lease, err)
		}
	})
}

func checkAnswer(t *testing.T, l sdk.Lease, err error) {
	t.Helper()
	if held, ok := errors.AsType[*sdk.HeldError](err); ok {
		l, err = held.Lease, nil
	}
	if err != nil {
		checkText(t, err.Error())
		return
	}
	if l.Resource != "r" || sdk.ValidateRelease(l) != nil {
		t.Errorf("the answer is taken for %+v", l)
	}
	checkText(t, l.Principal)
	checkText(t, l.Reason)
}

func checkListed(t *testing.T, l sdk.Lease, err error) {
	t.Helper()
	if err != nil {
		checkText(t, err.Error())
		if !isCertain(err) {
			t.Errorf("a list ends in %v", err)
		}
		return
	}
	if sdk.ValidateRelease(l) != nil {
		t.Errorf("the list has %+v", l)
	}
	checkText(t, l.Principal)
	checkText(t, l.Reason)
}

func checkText(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) || len(text) > 2*maxText {
		t.Errorf("text of %d bytes: %.100q", len(text), text)
	}
}

// canned answers every call with the same bytes.
type canned []byte

func (c canned) Invoke(_ context.Context, _ string, _, reply any, _ ...grpc.CallOption) error {
	if err := proto.Unmarshal(c, reply.(proto.Message)); err != nil {
		return status.Error(codes.Internal, "not a message")
	}
	return nil
}

func (c canned) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return &cannedStream{answer: c}, nil
}

// A cannedStream has one message.
type cannedStream struct {
	grpc.ClientStream
	answer canned
	over   bool
}

func (*cannedStream) SendMsg(any) error { return nil }
func (*cannedStream) CloseSend() error  { return nil }

func (s *cannedStream) RecvMsg(reply any) error {
	if s.over {
		return io.EOF
	}
	s.over = true
	return s.answer.Invoke(context.Background(), "", nil, reply)
}
