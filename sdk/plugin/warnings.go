package plugin

import (
	"context"
	"slices"
	"sync"

	"github.com/stormlock/stormlock/sdk"
)

// maxWarnings bounds what one answer carries.
const maxWarnings = 8

// warnings are what a backend had to say beside its answer.
type warnings struct {
	mu    sync.Mutex
	texts []string
}

// add keeps a text, unless it was said already or enough was said.
func (w *warnings) add(text string) {
	text = clip(validText(text))
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.texts) < maxWarnings && !slices.Contains(w.texts, text) {
		w.texts = append(w.texts, text)
	}
}

func (w *warnings) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.texts)
}

// hearing returns the context of a call, and what was said in it in the end,
// that of the opening first.
func (s *service) hearing(ctx context.Context) (context.Context, func() []string) {
	var heard warnings
	ctx = sdk.CatchSecrets(sdk.CatchWarnings(ctx, heard.add), s.secrets.add)
	return ctx, func() []string {
		s.mu.Lock()
		all := s.opening.all()
		s.mu.Unlock()
		all = append(all, heard.all()...)
		for i, text := range all {
			all[i] = s.secrets.without(text)
		}
		return all
	}
}

// warned passes on what came with an answer, as far as it keeps to the bounds.
func (c *Client) warned(texts []string) {
	if c.hear == nil {
		return
	}
	for _, text := range texts[:min(len(texts), maxWarnings)] {
		c.hear(clip(text))
	}
}
