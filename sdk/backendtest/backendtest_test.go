package backendtest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// observed stands for the test that a helper is given.
type observed struct {
	testing.TB
	complaints []string
}

func (o *observed) Helper() {}

func (o *observed) Errorf(format string, args ...any) {
	o.complaints = append(o.complaints, fmt.Sprintf(format, args...))
}

func (o *observed) Fatalf(format string, args ...any) {
	o.Errorf(format, args...)
	runtime.Goexit()
}

// fails tells whether a helper fails the test it is given.
func fails(t *testing.T, helper func(t testing.TB)) bool {
	o := &observed{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		helper(o)
	}()
	<-ended
	return len(o.complaints) > 0
}

func TestChecksFailWhereTheyShould(t *testing.T) {
	t.Parallel()
	one, other := Want("deploy"), Want("deploy")
	later := one
	later.TTL = time.Hour
	for name, c := range map[string]struct {
		helper func(t testing.TB)
		fails  bool
	}{
		"Same of one":            {func(t testing.TB) { Same(t, one, later) }, false},
		"Same of two":            {func(t testing.TB) { Same(t, one, other) }, true},
		"About":                  {func(t testing.TB) { About(t, 55*time.Second, time.Minute) }, false},
		"About is more":          {func(t testing.TB) { About(t, 61*time.Second, time.Minute) }, true},
		"About is less":          {func(t testing.TB) { About(t, 49*time.Second, time.Minute) }, true},
		"Says what it should":    {func(t testing.TB) { Says(t, errors.New("redis at x: gone"), "redis", "gone") }, false},
		"Says half":              {func(t testing.TB) { Says(t, errors.New("redis at x"), "redis", "gone") }, true},
		"Says too many lines":    {func(t testing.TB) { Says(t, errors.New("redis\nat x"), "redis") }, true},
		"Says nothing":           {func(t testing.TB) { Says(t, nil) }, true},
		"Within":                 {func(t testing.TB) { Within(t, time.Hour, func() {}) }, false},
		"Within is late":         {func(t testing.TB) { Within(t, 0, func() { time.Sleep(time.Millisecond) }) }, true},
		"Promptly":               {func(t testing.TB) { Promptly(t, func() {}) }, false},
		"PromptSince":            {func(t testing.TB) { PromptSince(t, time.Now()) }, false},
		"PromptSince is late":    {func(t testing.TB) { PromptSince(t, time.Now().Add(-Prompt)) }, true},
		"Eventually":             {func(t testing.TB) { Eventually(t, time.Hour, "it holds", sometime()) }, false},
		"Eventually never":       {func(t testing.TB) { Eventually(t, time.Millisecond, "it holds", func() bool { return false }) }, true},
		"IsUnknown":              {func(t testing.TB) { IsUnknown(t, "acquire", errors.New("cut off")) }, false},
		"IsUnknown of none":      {func(t testing.TB) { IsUnknown(t, "acquire", nil) }, true},
		"IsUnknown of certain":   {func(t testing.TB) { IsUnknown(t, "acquire", fmt.Errorf("x: %w", sdk.ErrInvalid)) }, true},
		"Acquire of a held lock": {func(t testing.TB) { Acquire(t, refusing{}, one) }, true},
		"Release of no lock":     {func(t testing.TB) { Release(t, refusing{}, one) }, true},
		"GiveUp unanswered":      {func(t testing.TB) { GiveUp(t, refusing{}, one) }, true},
		"List of no store":       {func(t testing.TB) { List(t, refusing{}, "") }, true},
		"StaysClosed":            {func(t testing.TB) { StaysClosed(t, refusing{}, answering(sdk.ErrUnavailable), "store") }, false},
		"StaysClosed but works":  {func(t testing.TB) { StaysClosed(t, refusing{}, answering(nil)) }, true},
		"StaysClosed unclearly":  {func(t testing.TB) { StaysClosed(t, refusing{}, answering(errors.New("store"))) }, true},
		"StaysClosed unsaid":     {func(t testing.TB) { StaysClosed(t, refusing{}, answering(sdk.ErrUnavailable), "closed") }, true},
		"StaysClosed does not":   {func(t testing.TB) { StaysClosed(t, jammed{}, nil) }, true},
		"Finds":                  {func(t testing.TB) { Finds(t, finds("mode", sdk.LevelOK, "one"), sdk.LevelOK, "mode", "on") }, false},
		"Finds another level":    {func(t testing.TB) { Finds(t, finds("mode", sdk.LevelOK, "one"), sdk.LevelError, "mode", "on") }, true},
		"Finds nothing":          {func(t testing.TB) { Finds(t, finding{}, sdk.LevelOK, "mode", "") }, true},
		"Finds two lines":        {func(t testing.TB) { Finds(t, finds("mode", sdk.LevelOK, "one\ntwo"), sdk.LevelOK, "mode", "on") }, true},
		"Finds in no store":      {func(t testing.TB) { Finds(t, refusing{}, sdk.LevelOK, "mode", "") }, true},
		"Spotless":               {func(t testing.TB) { Spotless(t, finds("mode", sdk.LevelOK, "one"), "mode") }, false},
		"Spotless but one":       {func(t testing.TB) { Spotless(t, finds("mode", sdk.LevelWarning, "one")) }, true},
		"Spotless but unseen":    {func(t testing.TB) { Spotless(t, finds("mode", sdk.LevelOK, "one"), "role") }, true},
		"FindingsOf":             {func(t testing.TB) { FindingsOf(t, finds("mode", sdk.LevelOK, "one"), "s3cr3t") }, false},
		"FindingsOf a secret":    {func(t testing.TB) { FindingsOf(t, finds("mode", sdk.LevelOK, "s3cr3t"), "s3cr3t") }, true},
		"FindingsOf twice":       {func(t testing.TB) { FindingsOf(t, finding{all: []sdk.Finding{twice, twice}}, "s3cr3t") }, true},
		"Say":                    {func(t testing.TB) { Findings{"mode": twice}.Say(t, "mode", sdk.LevelWarning, "one", "n") }, false},
		"Say another level":      {func(t testing.TB) { Findings{"mode": twice}.Say(t, "mode", sdk.LevelOK) }, true},
		"Say another text":       {func(t testing.TB) { Findings{"mode": twice}.Say(t, "mode", sdk.LevelWarning, "one", "x") }, true},
		"Say nothing":            {func(t testing.TB) { Findings{}.Say(t, "mode", sdk.LevelWarning) }, true},
		"WellBut":                {func(t testing.TB) { Findings{"mode": twice}.WellBut(t, "mode") }, false},
		"WellBut another":        {func(t testing.TB) { Findings{"mode": twice}.WellBut(t, "role") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fails(t, c.helper); got != c.fails {
				t.Errorf("fails = %t, want %t", got, c.fails)
			}
		})
	}
}

// answering is one operation, with its answer.
func answering(err error) map[string]Operation {
	return map[string]Operation{"acquire": func(context.Context, sdk.Backend) error { return err }}
}

// sometime returns what holds at the third look.
func sometime() func() bool {
	looks := 0
	return func() bool { looks++; return looks == 3 }
}

var _ sdk.Backend = refusing{}
