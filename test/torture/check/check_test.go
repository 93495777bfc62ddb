package check

import (
	"strings"
	"testing"
	"time"
)

// A story is a history made by hand, of resource r.
type story struct {
	name  string
	rules Rules
	ops   []Op
	want  string // part of the violation's line; none, if empty
}

// tell runs the stories of one checker.
func tell(t *testing.T, checker string, stories []story) {
	t.Helper()
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			var found []string
			for _, v := range Check(History{Start: simStart, Ops: s.ops}, s.rules) {
				if v.Checker == checker {
					found = append(found, v.String())
				}
			}
			all := strings.Join(found, "\n")
			if s.want == "" && all != "" || !strings.Contains(all, s.want) {
				t.Errorf("found %q, want %q", all, s.want)
			}
		})
	}
}

// o is a command; its times are in seconds, its TTL is 10 s.
func o(kind Kind, tag string, call, ret float64, outcome Outcome, more ...func(*Op)) Op {
	op := Op{Kind: kind, Resource: "r", Tag: tag, Call: sec(call), Return: sec(ret), Outcome: outcome}
	if kind == Acquire || kind == Renew {
		op.TTL = 10 * time.Second
	}
	for _, change := range more {
		change(&op)
	}
	return op
}

func sec(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func saw(tag string) func(*Op)     { return func(op *Op) { op.Seen = tag } }
func fence(n uint64) func(*Op)     { return func(op *Op) { op.Fence = n } }
func ttl(s float64) func(*Op)      { return func(op *Op) { op.TTL = sec(s) } }
func at(resource string) func(*Op) { return func(op *Op) { op.Resource = resource } }
func by(client int) func(*Op)      { return func(op *Op) { op.Client = client } }
func created(s float64) func(*Op)  { return func(op *Op) { op.Created = simStart.Add(sec(s)) } }
func told(s float64) func(*Op)     { return func(op *Op) { op.Told = sec(s) } }
func retried(op *Op)               { op.Retried = true }

func TestViolationIsPrintedInLines(t *testing.T) {
	got := Check(History{Ops: []Op{
		o(Acquire, "a", 1, 1.5, Acquired),
		o(Acquire, "b", 2, 2.25, Acquired, by(3)),
	}}, Rules{})[0].String()
	want := `exclusive: resource r: a and b were both held from 2.250s to 11.000s
        1.000s to     1.500s  client 0: acquire r (a) for 10s: acquired
        2.000s to     2.250s  client 3: acquire r (b) for 10s: acquired`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestOpIsOneLine(t *testing.T) {
	op := o(Release, "a", 0, 1, Released, retried, saw("b"), fence(7), created(0))
	op.Left = time.Second
	const want = "    0.000s to     1.000s  client 0: release r (a): released, saw b, fence 7, 1s left, created 2026-01-02T03:04:05Z, perhaps by an earlier attempt"
	if got := op.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
