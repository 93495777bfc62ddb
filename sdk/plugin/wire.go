package plugin

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// maxText bounds the text of a fault on the wire, and that of a lease which
// another program wrote into the store. It is no less than what ours may hold.
const maxText = sdk.MaxReasonLen

// toWire makes the message of a lease. Text read from a store may have been
// written by anybody; protobuf carries valid UTF-8 only.
func toWire(l sdk.Lease) *backendpb.Lease {
	m := &backendpb.Lease{
		Resource:  validText(l.Resource),
		Id:        validText(l.ID),
		Principal: clip(validText(l.Principal)),
		Reason:    clip(validText(l.Reason)),
		TtlMillis: l.TTL.Milliseconds(),
		Fence:     l.Fence,
	}
	if !l.Created.IsZero() {
		m.CreatedMicros = l.Created.UnixMicro()
	}
	return m
}

func fromWire(m *backendpb.Lease) sdk.Lease {
	l := sdk.Lease{
		Resource:  m.GetResource(),
		ID:        m.GetId(),
		Principal: m.GetPrincipal(),
		Reason:    m.GetReason(),
		TTL:       millis(m.GetTtlMillis()),
		Fence:     m.GetFence(),
	}
	if m.GetCreatedMicros() != 0 {
		l.Created = time.UnixMicro(m.GetCreatedMicros()).UTC()
	}
	return l
}

// millis does not overflow: a TTL of 300 years must fail validation, not come
// round as a short one.
func millis(n int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(min(max(n, -most), most)) * time.Millisecond
}

func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// kinds is the one table between errors of the sdk and faults on the wire.
var kinds = []struct {
	err  error
	kind backendpb.Fault_Kind
}{
	{sdk.ErrNotSetUp, backendpb.Fault_KIND_NOT_SET_UP}, // before ErrConfig, which it also is
	{sdk.ErrConfig, backendpb.Fault_KIND_CONFIG},
	{sdk.ErrRefused, backendpb.Fault_KIND_REFUSED},
	{sdk.ErrInvalid, backendpb.Fault_KIND_INVALID},
	{sdk.ErrUnavailable, backendpb.Fault_KIND_UNAVAILABLE},
}

// faultToWire makes the message of an error that is not a refusal. fit is what its
// text goes through.
func faultToWire(err error, fit func(string) string) *backendpb.Fault {
	f := &backendpb.Fault{Message: clip(fit(validText(faultText(err))))}
	var bad *sdk.ConfigError
	if errors.As(err, &bad) {
		f.Key, f.Message = validText(bad.Key), clip(fit(validText(bad.Message)))
	}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			f.Kind = k.kind
			break
		}
	}
	return f
}

// faultText spares people Go's words for a context that ended, which is all
// that many a backend has to say.
func faultText(err error) string {
	switch err {
	case context.DeadlineExceeded:
		return "the store gave no answer in time"
	case context.Canceled:
		return "the call was cancelled"
	}
	return err.Error()
}

func faultFromWire(f *backendpb.Fault) error {
	text := clip(f.GetMessage())
	if text == "" {
		text = "the backend gave no reason"
	}
	switch f.GetKind() {
	case backendpb.Fault_KIND_CONFIG:
		return &sdk.ConfigError{Key: clip(f.GetKey()), Message: text}
	case backendpb.Fault_KIND_NOT_SET_UP:
		return sdk.NotSetUp("%s", text)
	case backendpb.Fault_KIND_REFUSED:
		return sdk.Refused("%s", text)
	case backendpb.Fault_KIND_INVALID:
		return sdk.Invalid("%s", text)
	case backendpb.Fault_KIND_UNAVAILABLE:
		return sdk.Unavailable("%s", text)
	}
	return errors.New(text)
}

func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}
