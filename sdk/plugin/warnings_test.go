package plugin

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// A warner warns in each call before it answers.
type warner struct {
	answers
	say []string
}

func (w *warner) warn(ctx context.Context) {
	for _, text := range w.say {
		sdk.Warn(ctx, "%s", text)
	}
}

func (w *warner) Acquire(ctx context.Context, l sdk.Lease) (sdk.Lease, error) {
	w.warn(ctx)
	return w.answers.Acquire(ctx, l)
}

func (w *warner) Renew(ctx context.Context, l sdk.Lease) (sdk.Lease, error) {
	w.warn(ctx)
	return w.answers.Renew(ctx, l)
}

func (w *warner) Release(ctx context.Context, l sdk.Lease) error {
	w.warn(ctx)
	return w.answers.Release(ctx, l)
}

func (w *warner) Current(ctx context.Context, r string) (sdk.Lease, error) {
	w.warn(ctx)
	return w.answers.Current(ctx, r)
}

func (w *warner) List(ctx context.Context, prefix string) iter.Seq2[sdk.Lease, error] {
	w.warn(ctx)
	return w.answers.List(ctx, prefix)
}

func (w *warner) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	w.warn(ctx)
	return w.answers.Setup(ctx, dryRun)
}

func (w *warner) Check(ctx context.Context) ([]sdk.Finding, error) {
	w.warn(ctx)
	return w.answers.Check(ctx)
}

// everyCall makes each call once.
func everyCall(ctx context.Context, c *Client) map[string]func() {
	l := example()
	return map[string]func(){
		"acquire": func() { _, _ = c.Acquire(ctx, l) },
		"renew":   func() { _, _ = c.Renew(ctx, l) },
		"release": func() { _ = c.Release(ctx, l) },
		"current": func() { _, _ = c.Current(ctx, l.Resource) },
		"list": func() {
			for range c.List(ctx, "") {
			}
		},
		"setup": func() { _, _ = c.Setup(ctx, true) },
		"check": func() { _, _ = c.Check(ctx) },
	}
}

// TestWarningsSurviveTheWire: each call brings what was said when the backend
// was opened and in the call, whatever its outcome.
func TestWarningsSurviveTheWire(t *testing.T) {
	for _, fault := range []error{nil, sdk.ErrNotHeld, sdk.Refused("no"), errors.New("who knows")} {
		w := &warner{answers: answers{lease: example(), err: fault}, say: []string{"in the call", "in the call"}}
		c := connect(t, &service{open: func(ctx context.Context, _ map[string]string) (sdk.Backend, error) {
			sdk.Warn(ctx, "%s", "at the opening")
			return w, nil
		}})
		for name, call := range everyCall(t.Context(), c) {
			var heard []string
			c.OnWarning(func(text string) { heard = append(heard, text) })
			call()
			if want := []string{"at the opening", "in the call"}; !slices.Equal(heard, want) {
				t.Errorf("%s that ends with %v: heard %q, want %q", name, fault, heard, want)
			}
		}
	}
}

func TestWarningsOfAFailedOpening(t *testing.T) {
	c := connect(t, &service{open: func(ctx context.Context, _ map[string]string) (sdk.Backend, error) {
		sdk.Warn(ctx, "%s", "odd")
		return nil, sdk.Refused("no")
	}})
	for name, call := range everyCall(t.Context(), c) {
		var heard []string
		c.OnWarning(func(text string) { heard = append(heard, text) })
		call()
		if want := []string{"odd"}; !slices.Equal(heard, want) {
			t.Errorf("%s: heard %q, want %q", name, heard, want)
		}
	}
}

func TestWarningsAreBounded(t *testing.T) {
	w := &warner{say: []string{strings.Repeat("x", 2*maxText) + "\xff"}}
	for i := range 2 * maxWarnings {
		w.say = append(w.say, fmt.Sprint(i))
	}
	c := connect(t, &service{open: func(context.Context, map[string]string) (sdk.Backend, error) { return w, nil }})
	var heard []string
	c.OnWarning(func(text string) { heard = append(heard, text) })
	_, _ = c.Current(t.Context(), "r")
	if len(heard) != maxWarnings || len(heard[0]) > maxText+len("…") {
		t.Errorf("heard %d warnings, the first of %d bytes", len(heard), len(heard[0]))
	}
}

// TestWarningsOfAnyPlugin: the host does not rely on the bounds that the SDK
// keeps to.
func TestWarningsOfAnyPlugin(t *testing.T) {
	c := NewClient(nil)
	c.warned([]string{"nobody listens"})
	var heard []string
	c.OnWarning(func(text string) { heard = append(heard, text) })
	c.warned(slices.Repeat([]string{strings.Repeat("x", 2*maxText)}, 2*maxWarnings))
	if len(heard) != maxWarnings || len(heard[0]) > maxText+len("…") {
		t.Errorf("heard %d warnings, the first of %d bytes", len(heard), len(heard[0]))
	}
}

// TestLongAnswersAreClipped: the host does not rely on the SDK for that.
func TestLongAnswersAreClipped(t *testing.T) {
	long := strings.Repeat("é", maxText)
	got, err := checked(&backendpb.Lease{Resource: "r", Id: "1", Principal: long, Reason: long}, "r")
	if err != nil || len(got.Principal) > maxText+len("…") || len(got.Reason) > maxText+len("…") {
		t.Errorf("principal of %d bytes, reason of %d, %v", len(got.Principal), len(got.Reason), err)
	}
	if text := faultFromWire(&backendpb.Fault{Message: long}).Error(); len(text) > maxText+len("…") {
		t.Errorf("fault of %d bytes", len(text))
	}
}

func TestImpossibleDescriptions(t *testing.T) {
	many := make([]*backendpb.Option, maxOptions+1)
	for i := range many {
		many[i] = &backendpb.Option{Key: fmt.Sprint("k", i)}
	}
	for name, options := range map[string][]*backendpb.Option{
		"two lines":  {{Key: "a\n[default]"}},
		"upper case": {{Key: "A"}},
		"empty":      {{}},
		"long":       {{Key: strings.Repeat("a", maxKey+1)}},
		"many":       many,
	} {
		about := descriptionFromWire(&backendpb.DescribeResponse{Name: "n", Options: options})
		if about.fault() == nil {
			t.Errorf("%s: taken for a description", name)
		}
	}
}
