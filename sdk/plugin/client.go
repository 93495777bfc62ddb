package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// Client is the host's half: an [sdk.Backend] at the other end of a
// connection. It checks arguments before they leave and answers when they
// arrive. Its errors are those of package sdk; any other one means that the
// state of the lock is unknown.
type Client struct {
	rpc     backendpb.BackendClient
	section map[string]string
	hear    func(warning string) // may be nil
}

var _ sdk.Backend = (*Client)(nil)

// NewClient returns a client that talks over conn. It does not own conn.
func NewClient(conn grpc.ClientConnInterface) *Client {
	return &Client{rpc: backendpb.NewBackendClient(conn)}
}

// Describe asks what the backend is and how it is configured. It needs no
// Configure.
func (c *Client) Describe(ctx context.Context) (Description, error) {
	answer, err := c.rpc.Describe(ctx, &backendpb.DescribeRequest{})
	if err != nil {
		return Description{}, nothingWritten(ctx, err)
	}
	about := descriptionFromWire(answer)
	return about, readOnly(about.fault())
}

// Configure sets the backend's configuration section, which travels with every
// request. It comes before the methods of [sdk.Backend] and sends nothing: a
// wrong section shows as a [*sdk.ConfigError] of the first of them.
func (c *Client) Configure(section map[string]string) { c.section = section }

// OnWarning sets who gets the texts of [sdk.Warn], which come with an answer.
// The same one may come with each.
func (c *Client) OnWarning(hear func(text string)) { c.hear = hear }

// Acquire implements [sdk.Backend].
func (c *Client) Acquire(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
	if err := ready(ctx, sdk.ValidateAcquire(want)); err != nil {
		return sdk.Lease{}, err
	}
	answer, err := c.rpc.Acquire(ctx, &backendpb.AcquireRequest{Lease: toWire(want), Config: c.section})
	if err != nil {
		return sdk.Lease{}, unknown(ctx, err)
	}
	c.warned(answer.GetWarnings())
	switch o := answer.GetOutcome().(type) {
	case *backendpb.AcquireResponse_Acquired:
		return checked(o.Acquired, want.Resource)
	case *backendpb.AcquireResponse_Held:
		held, err := checked(o.Held, want.Resource)
		if err != nil {
			return sdk.Lease{}, err
		}
		return sdk.Lease{}, &sdk.HeldError{Lease: held}
	case *backendpb.AcquireResponse_Fault:
		return sdk.Lease{}, faultFromWire(o.Fault)
	}
	return sdk.Lease{}, errors.New(noOutcome("Acquire"))
}

// Renew implements [sdk.Backend].
func (c *Client) Renew(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
	if err := ready(ctx, sdk.ValidateRenew(lease)); err != nil {
		return sdk.Lease{}, err
	}
	answer, err := c.rpc.Renew(ctx, &backendpb.RenewRequest{Lease: toWire(lease), Config: c.section})
	if err != nil {
		return sdk.Lease{}, unknown(ctx, err)
	}
	c.warned(answer.GetWarnings())
	switch o := answer.GetOutcome().(type) {
	case *backendpb.RenewResponse_Renewed:
		return checked(o.Renewed, lease.Resource)
	case *backendpb.RenewResponse_NotHeld:
		return sdk.Lease{}, sdk.ErrNotHeld
	case *backendpb.RenewResponse_Fault:
		return sdk.Lease{}, faultFromWire(o.Fault)
	}
	return sdk.Lease{}, errors.New(noOutcome("Renew"))
}

// Release implements [sdk.Backend].
func (c *Client) Release(ctx context.Context, lease sdk.Lease) error {
	if err := ready(ctx, sdk.ValidateRelease(lease)); err != nil {
		return err
	}
	answer, err := c.rpc.Release(ctx, &backendpb.ReleaseRequest{Lease: toWire(lease), Config: c.section})
	if err != nil {
		return unknown(ctx, err)
	}
	c.warned(answer.GetWarnings())
	switch o := answer.GetOutcome().(type) {
	case *backendpb.ReleaseResponse_Released:
		return nil
	case *backendpb.ReleaseResponse_NotHeld:
		return sdk.ErrNotHeld
	case *backendpb.ReleaseResponse_Fault:
		return faultFromWire(o.Fault)
	}
	return errors.New(noOutcome("Release"))
}

// Current implements [sdk.Backend].
func (c *Client) Current(ctx context.Context, resource string) (sdk.Lease, error) {
	if err := ready(ctx, sdk.ValidateResource(resource)); err != nil {
		return sdk.Lease{}, err
	}
	answer, err := c.rpc.Current(ctx, &backendpb.CurrentRequest{Resource: resource, Config: c.section})
	if err != nil {
		return sdk.Lease{}, nothingWritten(ctx, err)
	}
	c.warned(answer.GetWarnings())
	switch o := answer.GetOutcome().(type) {
	case *backendpb.CurrentResponse_Current:
		lease, err := checked(o.Current, resource)
		return lease, readOnly(err)
	case *backendpb.CurrentResponse_NotHeld:
		return sdk.Lease{}, sdk.ErrNotHeld
	case *backendpb.CurrentResponse_Fault:
		return sdk.Lease{}, readOnly(faultFromWire(o.Fault))
	}
	return sdk.Lease{}, sdk.Unavailable("%s", noOutcome("Current"))
}

// List implements [sdk.Backend].
func (c *Client) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ends the stream when the caller stops early
		if err := ready(ctx, sdk.ValidatePrefix(prefix)); err != nil {
			yield(sdk.Lease{}, err)
			return
		}
		stream, err := c.rpc.List(ctx, &backendpb.ListRequest{Prefix: prefix, Config: c.section})
		for err == nil {
			var batch []*backendpb.Lease
			batch, err = c.next(ctx, stream)
			for _, m := range batch {
				lease, wrong := listed(m, prefix)
				if !yield(lease, readOnly(wrong)) || wrong != nil {
					return
				}
			}
		}
		if !errors.Is(err, io.EOF) {
			yield(sdk.Lease{}, nothingWritten(ctx, err))
		}
	}
}

// listed is a lease of a list, if it can be one.
func listed(m *backendpb.Lease, prefix string) (sdk.Lease, error) {
	if !strings.HasPrefix(m.GetResource(), prefix) {
		return sdk.Lease{}, fmt.Errorf("the backend listed resource %q, which does not begin with %q", m.GetResource(), prefix)
	}
	return checked(m, m.GetResource())
}

// next returns the next leases of a list. What has no outcome is passed over if it
// warns.
func (c *Client) next(ctx context.Context, stream grpc.ServerStreamingClient[backendpb.ListResponse]) ([]*backendpb.Lease, error) {
	answer, err := stream.Recv()
	for err == nil && answer.GetOutcome() == nil && len(answer.GetWarnings()) > 0 {
		c.warned(answer.GetWarnings())
		answer, err = stream.Recv()
	}
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, nothingWritten(ctx, err)
	}
	c.warned(answer.GetWarnings())
	if fault := answer.GetFault(); fault != nil {
		return nil, readOnly(faultFromWire(fault))
	}
	batch := answer.GetLeases().GetLeases()
	switch {
	case len(batch) == 0: // nothing new, without end
		return nil, sdk.Unavailable("%s", noOutcome("List"))
	case len(batch) > maxBatch:
		return nil, sdk.Unavailable("the backend answered List with %d leases in one message; at most %d are allowed", len(batch), maxBatch)
	}
	return batch, nil
}

// Setup implements [sdk.Backend].
func (c *Client) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	if err := ready(ctx, nil); err != nil {
		return nil, err
	}
	answer, err := c.rpc.Setup(ctx, &backendpb.SetupRequest{DryRun: dryRun, Config: c.section})
	if err != nil {
		return nil, unknown(ctx, err)
	}
	c.warned(answer.GetWarnings())
	switch o := answer.GetOutcome().(type) {
	case *backendpb.SetupResponse_Done:
		return answer.GetStatements(), nil
	case *backendpb.SetupResponse_Fault:
		return answer.GetStatements(), faultFromWire(o.Fault)
	}
	return nil, errors.New(noOutcome("Setup"))
}

// Check implements [sdk.Backend]. A backend that is older than this call has
// one finding, which says so.
func (c *Client) Check(ctx context.Context) ([]sdk.Finding, error) {
	if err := ready(ctx, nil); err != nil {
		return nil, err
	}
	answer, err := c.rpc.Check(ctx, &backendpb.CheckRequest{Config: c.section})
	if status.Code(err) == codes.Unimplemented {
		return []sdk.Finding{sdk.Found(sdk.LevelWarning, "checks", "this backend has no checks of its own; see whether there is a newer one")}, nil
	}
	if err != nil {
		return nil, nothingWritten(ctx, err)
	}
	c.warned(answer.GetWarnings())
	findings := findingsFromWire(answer.GetFindings())
	switch o := answer.GetOutcome().(type) {
	case *backendpb.CheckResponse_Done:
		return findings, nil
	case *backendpb.CheckResponse_Fault:
		return findings, readOnly(faultFromWire(o.Fault))
	}
	return nil, sdk.Unavailable("%s", noOutcome("Check"))
}

// Close does nothing: the backend is closed when its process is stopped.
func (c *Client) Close() error { return nil }

// ready is the last look before a request leaves: until then it is certain
// that nothing was written.
func ready(ctx context.Context, invalid error) error {
	if invalid != nil {
		return invalid
	}
	if err := ctx.Err(); err != nil {
		return &outcome{sdk.ErrUnavailable, err, "nothing was sent: " + reason(err)}
	}
	return nil
}

// checked is a lease from an answer, if it can be the answer to the question.
func checked(m *backendpb.Lease, resource string) (sdk.Lease, error) {
	lease := fromWire(m)
	switch {
	case lease.Resource != resource:
		return sdk.Lease{}, fmt.Errorf("the backend answered for resource %q instead of %q", lease.Resource, resource)
	case sdk.ValidateResource(resource) != nil:
		return sdk.Lease{}, fmt.Errorf("the backend answered with the impossible resource %q", resource)
	case lease.ID == "" || len(lease.ID) > sdk.MaxIDLen || strings.ContainsFunc(lease.ID, unprintable):
		return sdk.Lease{}, errors.New("the backend answered with a lease that has no usable id")
	}
	lease.Principal, lease.Reason = clip(lease.Principal), clip(lease.Reason)
	return lease, nil
}

// unprintable keeps an id from being two lines, or none, on stdout.
func unprintable(r rune) bool { return r <= ' ' || r > '~' }

func noOutcome(call string) string {
	return "the backend answered " + call + " without an outcome that this stormlock knows; are their versions compatible?"
}

// outcome is a fault of the transport: what is certain, why, and the text.
type outcome struct {
	certain error // an sdk sentinel, or nil if the state of the lock is unknown
	cause   error // the context's error, or nil
	text    string
}

func (o *outcome) Error() string { return o.text }

func (o *outcome) Unwrap() []error {
	var errs []error
	for _, err := range []error{o.certain, o.cause} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// unknown is the error of a call that may have been carried out. One that the
// plugin does not implement was not.
func unknown(ctx context.Context, err error) error {
	if status.Code(err) == codes.Unimplemented {
		return nothingWritten(ctx, err)
	}
	return &outcome{nil, ended(ctx, err), transportText(ctx, err)}
}

// nothingWritten is the error of a call that writes nothing.
func nothingWritten(ctx context.Context, err error) error {
	if errors.Is(err, sdk.ErrUnavailable) || isCertain(err) {
		return err
	}
	return &outcome{sdk.ErrUnavailable, ended(ctx, err), transportText(ctx, err)}
}

// readOnly turns "unknown" into "unavailable": a question changes nothing.
func readOnly(err error) error {
	if err == nil || isCertain(err) {
		return err
	}
	return sdk.Unavailable("%s", err)
}

func isCertain(err error) bool {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return true
		}
	}
	return false
}

func transportText(ctx context.Context, err error) string {
	if end := ended(ctx, err); end != nil {
		return "the backend gave no answer: " + reason(end)
	}
	return status.Convert(err).Message()
}

// ended tells whether a call failed because its context did, here or, a
// moment earlier, at the other end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if status.Code(err) == codes.DeadlineExceeded {
		return context.DeadlineExceeded
	}
	return nil
}

func reason(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "the time is up"
	}
	return "interrupted"
}
