package etcd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// explain says what the fault of a request means that cannot have changed a
// lock: one that only reads, that makes an etcd lease, or that was turned away.
// Errors that are no faults say it themselves.
func (b *backend) explain(err error) error {
	f, ok := errors.AsType[*fault](err)
	if !ok {
		return err
	}
	for _, known := range refusals {
		if errors.Is(rpctypes.Error(f.err), known.name) {
			return known.kind("etcd at %s: %s; no lock was changed; %s", b.where, f, known.advice)
		}
	}
	return sdk.Unavailable("etcd at %s: %s; %s", b.where, f, b.advice(f.err))
}

// unknown says what the fault of a request means that may have changed a lock.
func (b *backend) unknown(err error) error {
	if !doubtful(err) {
		return b.explain(err)
	}
	return fmt.Errorf("etcd at %s: no answer to the request: %w", b.where, err)
}

// notVoided is for a release that found nothing to end.
func (b *backend) notVoided(err error) error {
	if !doubtful(err) {
		return b.explain(err)
	}
	return fmt.Errorf("etcd at %s: no lock has this lease id, but a late request might still take one with it: %w; release it again", b.where, err)
}

// busy is for who was overtaken too often.
func (b *backend) busy() error {
	return sdk.Unavailable("etcd at %s: others took or gave up the lock %d times meanwhile; try again", b.where, mostTries)
}

// unchecked is for a renewal that was carried out, but not checked.
func (b *backend) unchecked(err error) error {
	if f, ok := errors.AsType[*fault](err); ok {
		err = f
	} else {
		err = errors.New("other data lies there now")
	}
	return fmt.Errorf("etcd at %s: the lease was renewed, but whether the lock is still there is not known: %w", b.where, err)
}

// doubtful reports whether a request may have been carried out in spite of its
// fault. It was not if it never left, or if it was turned away with one of the
// refusals.
func doubtful(err error) bool {
	f, ok := errors.AsType[*fault](err)
	if !ok || !f.sent {
		return false
	}
	for _, known := range refusals {
		if errors.Is(rpctypes.Error(f.err), known.name) {
			return known.late
		}
	}
	return true
}

// refusals are what a server may answer instead of doing what it is asked to,
// and what to do about it. What is not here, such as a request that timed out on
// the server, may have been carried out. So may one answer that is here and comes
// late: of a transaction that fills the database, etcd says that the space is
// exceeded, and has carried it out.
var refusals = []struct {
	name   error
	kind   func(format string, args ...any) error
	late   bool
	advice string
}{
	{rpctypes.ErrPermissionDenied, sdk.Refused, false, `grant the user's role readwrite on the keys that begin with "prefix"`},
	{rpctypes.ErrAuthFailed, sdk.Refused, false, `check "user" and "password"`},
	{rpctypes.ErrUserEmpty, sdk.Refused, false, `the server wants to know who asks; give "user" and "password"`},
	{rpctypes.ErrUserNotFound, sdk.Refused, false, `check "user"`},
	{rpctypes.ErrAuthNotEnabled, sdk.Refused, false, `the server knows no users; remove "user" and "password"`},
	{rpctypes.ErrInvalidAuthToken, sdk.Refused, false, `the server does not know its own token; check its setting auth-token`},
	{rpctypes.ErrAuthOldRevision, sdk.Unavailable, false, "users or roles are being changed; try again"},
	{rpctypes.ErrNoLeader, sdk.Unavailable, false, "the members of the cluster cannot agree, or this one is cut off; try again"},
	{rpctypes.ErrNoSpace, sdk.Unavailable, true, "compact and defragment etcd's database, then disarm its alarm"},
	{rpctypes.ErrTooManyRequests, sdk.Unavailable, false, "the server has too much to do; try again"},
	{rpctypes.ErrLeaseNotFound, sdk.Unavailable, false, "the etcd lease ended before the lock was taken; try again"},
	{rpctypes.ErrCorrupt, sdk.Unavailable, false, "the members' data differ; do not use this cluster before it is mended"},
	{rpctypes.ErrNotCapable, sdk.Unavailable, false, "the server is starting; try again"},
	{rpctypes.Error(rpctypes.ErrGRPCNotSupportedForLearner), sdk.Unavailable, false, `the server does not vote yet; name others in "endpoints"`},
}

// advice is for faults that do not come from etcd itself.
func (b *backend) advice(err error) string {
	text := err.Error()
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case flooded(err), errors.Is(err, errIncomplete):
		return fmt.Sprintf("the server does not answer as etcd does; check %q", b.key)
	case status.Code(err) == codes.Canceled, errors.Is(err, context.Canceled):
		return "nothing was changed"
	case has("etcdserver:"):
		return "try again"
	case has("does not look like a TLS handshake"), has("handshake failed: EOF"), has("handshake failed: read"):
		return fmt.Sprintf("the server seems not to use TLS; check %q", b.key)
	case has("x509:"):
		return `check "ca_cert", and that the server's certificate is for this host`
	case has("tls:"), secure([]string{b.where}) && (has("broken pipe") || has("connection reset") || has("EOF")):
		return `check "cert_cert" and "cert_key", which the server may ask for`
	case has("server preface"):
		return fmt.Sprintf("the server does not answer as etcd does; check %q, and whether it wants TLS", b.key)
	}
	return fmt.Sprintf("check that the server is up and that %q is right", b.key)
}

// cause says in one line what gRPC reports.
func cause(err error) string {
	switch {
	case errors.Is(err, context.Canceled), status.Code(err) == codes.Canceled:
		return "the call was cancelled"
	case errors.Is(err, context.DeadlineExceeded), status.Code(err) == codes.DeadlineExceeded:
		return "no answer in time"
	case flooded(err):
		return bounded.ErrFlood.Error()
	}
	text := status.Convert(err).Message()
	if _, last, found := cutLast(text, `desc = "`); found {
		text = strings.TrimSuffix(last, `"`)
	}
	for _, noise := range []string{"etcdserver: ", "transport: ", "Error while dialing: "} {
		text = strings.TrimPrefix(text, noise)
	}
	return strings.NewReplacer("\n", "; ", `\"`, `"`, "authentication handshake", "TLS handshake").Replace(text)
}

// flooded reports whether gRPC refused to read an answer because of its size. It
// has no error of its own for that.
func flooded(err error) bool {
	text := status.Convert(err).Message()
	return status.Code(err) == codes.ResourceExhausted && strings.Contains(text, "larger than max") ||
		strings.Contains(text, "peer header list size")
}

func cutLast(text, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(text, separator); i >= 0 {
		return text[:i], text[i+len(separator):], true
	}
	return text, "", false
}
