package plugin

import (
	"context"
	"errors"
	"maps"
	"sync"

	"google.golang.org/grpc"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// service answers the host's calls with a backend. Each handler validates its
// arguments, so that a backend never sees a bad one whoever the host is.
type service struct {
	backendpb.UnimplementedBackendServer
	about Description
	open  func(context.Context, map[string]string) (sdk.Backend, error)

	mu      sync.Mutex
	backend sdk.Backend
	section map[string]string
	opening warnings // what was said while it was opened; part of each answer

	secrets secrets
}

func (s *service) Describe(context.Context, *backendpb.DescribeRequest) (*backendpb.DescribeResponse, error) {
	return s.about.toWire(), nil
}

// opened returns the backend, which the first call opens. Whatever that fails
// of, nothing has been asked of the store.
func (s *service) opened(ctx context.Context, section map[string]string) (sdk.Backend, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.backend != nil {
		if !maps.Equal(section, s.section) {
			return nil, sdk.Invalid("the configuration differs from that of the first call")
		}
		return s.backend, nil
	}
	s.opening = warnings{}
	backend, err := s.open(sdk.CatchWarnings(ctx, s.opening.add), section)
	if err != nil {
		return nil, readOnly(err)
	}
	s.backend, s.section = backend, section
	return backend, nil
}

// fault is the message of an error that is not a refusal.
func (s *service) fault(err error) *backendpb.Fault { return faultToWire(err, s.secrets.without) }

func (s *service) close() {
	s.mu.Lock()
	backend := s.backend
	s.mu.Unlock()
	if backend != nil {
		_ = backend.Close()
	}
}

func (s *service) Acquire(ctx context.Context, req *backendpb.AcquireRequest) (answer *backendpb.AcquireResponse, _ error) {
	ctx, said := s.hearing(ctx)
	defer func() {
		if answer != nil { // as after a panic
			answer.Warnings = said()
		}
	}()
	want := fromWire(req.GetLease())
	backend, err := s.opened(ctx, req.GetConfig())
	if err == nil {
		err = sdk.ValidateAcquire(want)
	}
	var got sdk.Lease
	if err == nil {
		got, err = backend.Acquire(ctx, want)
	}
	var held *sdk.HeldError
	switch {
	case err == nil:
		return &backendpb.AcquireResponse{Outcome: &backendpb.AcquireResponse_Acquired{Acquired: toWire(got)}}, nil
	case errors.As(err, &held):
		return &backendpb.AcquireResponse{Outcome: &backendpb.AcquireResponse_Held{Held: toWire(held.Lease)}}, nil
	}
	return &backendpb.AcquireResponse{Outcome: &backendpb.AcquireResponse_Fault{Fault: s.fault(err)}}, nil
}

func (s *service) Renew(ctx context.Context, req *backendpb.RenewRequest) (answer *backendpb.RenewResponse, _ error) {
	ctx, said := s.hearing(ctx)
	defer func() {
		if answer != nil { // as after a panic
			answer.Warnings = said()
		}
	}()
	lease := fromWire(req.GetLease())
	backend, err := s.opened(ctx, req.GetConfig())
	if err == nil {
		err = sdk.ValidateRenew(lease)
	}
	var got sdk.Lease
	if err == nil {
		got, err = backend.Renew(ctx, lease)
	}
	switch {
	case err == nil:
		return &backendpb.RenewResponse{Outcome: &backendpb.RenewResponse_Renewed{Renewed: toWire(got)}}, nil
	case errors.Is(err, sdk.ErrNotHeld):
		return &backendpb.RenewResponse{Outcome: &backendpb.RenewResponse_NotHeld{NotHeld: &backendpb.NotHeld{}}}, nil
	}
	return &backendpb.RenewResponse{Outcome: &backendpb.RenewResponse_Fault{Fault: s.fault(err)}}, nil
}

func (s *service) Release(ctx context.Context, req *backendpb.ReleaseRequest) (answer *backendpb.ReleaseResponse, _ error) {
	ctx, said := s.hearing(ctx)
	defer func() {
		if answer != nil { // as after a panic
			answer.Warnings = said()
		}
	}()
	lease := fromWire(req.GetLease())
	backend, err := s.opened(ctx, req.GetConfig())
	if err == nil {
		err = sdk.ValidateRelease(lease)
	}
	if err == nil {
		err = backend.Release(ctx, lease)
	}
	switch {
	case err == nil:
		return &backendpb.ReleaseResponse{Outcome: &backendpb.ReleaseResponse_Released{Released: &backendpb.Done{}}}, nil
	case errors.Is(err, sdk.ErrNotHeld):
		return &backendpb.ReleaseResponse{Outcome: &backendpb.ReleaseResponse_NotHeld{NotHeld: &backendpb.NotHeld{}}}, nil
	}
	return &backendpb.ReleaseResponse{Outcome: &backendpb.ReleaseResponse_Fault{Fault: s.fault(err)}}, nil
}

func (s *service) Current(ctx context.Context, req *backendpb.CurrentRequest) (answer *backendpb.CurrentResponse, _ error) {
	ctx, said := s.hearing(ctx)
	defer func() {
		if answer != nil { // as after a panic
			answer.Warnings = said()
		}
	}()
	backend, err := s.opened(ctx, req.GetConfig())
	if err == nil {
		err = sdk.ValidateResource(req.GetResource())
	}
	var got sdk.Lease
	if err == nil {
		got, err = backend.Current(ctx, req.GetResource())
	}
	switch {
	case err == nil:
		return &backendpb.CurrentResponse{Outcome: &backendpb.CurrentResponse_Current{Current: toWire(got)}}, nil
	case errors.Is(err, sdk.ErrNotHeld):
		return &backendpb.CurrentResponse{Outcome: &backendpb.CurrentResponse_NotHeld{NotHeld: &backendpb.NotHeld{}}}, nil
	}
	return &backendpb.CurrentResponse{Outcome: &backendpb.CurrentResponse_Fault{Fault: s.fault(err)}}, nil
}

func (s *service) List(req *backendpb.ListRequest, stream grpc.ServerStreamingServer[backendpb.ListResponse]) error {
	ctx, said := s.hearing(stream.Context())
	warned := 0
	warn := func() (err error) {
		if texts := said()[warned:]; len(texts) > 0 {
			warned += len(texts)
			err = stream.Send(&backendpb.ListResponse{Warnings: texts})
		}
		return err
	}
	fault, err := s.list(ctx, req, stream, warn)
	if err == nil {
		err = warn()
	}
	if err == nil && fault != nil {
		err = stream.Send(s.listFault(fault))
	}
	return err
}

// list sends the leases. What the opening warned of comes before them, for a host
// need not listen to the end. fault is the backend's, err that of the stream.
func (s *service) list(ctx context.Context, req *backendpb.ListRequest, stream grpc.ServerStreamingServer[backendpb.ListResponse], warn func() error) (fault, err error) {
	backend, fault := s.opened(ctx, req.GetConfig())
	if fault == nil {
		fault = sdk.ValidatePrefix(req.GetPrefix())
	}
	if fault != nil {
		return fault, nil
	}
	if err := warn(); err != nil {
		return nil, err
	}
	out := newBatches(stream.Send)
	defer func() { err = out.end() }() // also after a panic
	for lease, fault := range backend.List(ctx, req.GetPrefix()) {
		if fault != nil {
			return fault, nil
		}
		if !out.add(lease) {
			break
		}
	}
	return nil, nil
}

func (s *service) listFault(err error) *backendpb.ListResponse {
	return &backendpb.ListResponse{Outcome: &backendpb.ListResponse_Fault{Fault: s.fault(err)}}
}

func (s *service) Setup(ctx context.Context, req *backendpb.SetupRequest) (answer *backendpb.SetupResponse, _ error) {
	ctx, said := s.hearing(ctx)
	defer func() {
		if answer != nil { // as after a panic
			answer.Warnings = said()
		}
	}()
	backend, err := s.opened(ctx, req.GetConfig())
	answer = &backendpb.SetupResponse{Outcome: &backendpb.SetupResponse_Done{Done: &backendpb.Done{}}}
	if err == nil {
		answer.Statements, err = backend.Setup(ctx, req.GetDryRun())
	}
	for i, statement := range answer.Statements {
		answer.Statements[i] = s.secrets.without(validText(statement))
	}
	if err != nil {
		answer.Outcome = &backendpb.SetupResponse_Fault{Fault: s.fault(err)}
	}
	return answer, nil
}

func (s *service) Check(ctx context.Context, req *backendpb.CheckRequest) (answer *backendpb.CheckResponse, _ error) {
	ctx, said := s.hearing(ctx)
	defer func() {
		if answer != nil { // as after a panic
			answer.Warnings = said()
		}
	}()
	backend, err := s.opened(ctx, req.GetConfig())
	answer = &backendpb.CheckResponse{Outcome: &backendpb.CheckResponse_Done{Done: &backendpb.Done{}}}
	if err == nil {
		var findings []sdk.Finding
		findings, err = backend.Check(ctx)
		answer.Findings = findingsToWire(findings, s.secrets.without)
	}
	if err != nil {
		answer.Outcome = &backendpb.CheckResponse_Fault{Fault: s.fault(err)}
	}
	return answer, nil
}
