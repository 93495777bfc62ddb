package check

import (
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"
)

// linearizable looks for an order in which the commands could have been carried
// out, each between its begin and its end, so that a correct lock would have
// answered as was told.
func (b *book) linearizable() []Violation {
	const checker = "linearizable"
	model, history := b.porcupine()
	result, info := porcupine.CheckOperationsVerbose(model, history, b.rules.timeout())
	switch result {
	case porcupine.Ok:
		return nil
	case porcupine.Unknown:
		return []Violation{violation(checker, nil, "resource %s: no order was found or ruled out in %s: checker time-out; judge a shorter history, or give it more time",
			b.resource, b.rules.timeout())}
	}
	stuck, before := blocked(info, history)
	return []Violation{violation(checker, append(before, stuck), "resource %s: no correct lock gives these answers; the last of these cannot follow",
		b.resource)}
}

// porcupine puts the moves into the library's terms.
func (b *book) porcupine() (porcupine.Model, []porcupine.Operation) {
	m := model{rules: b.rules, limits: b.limits()}
	var history []porcupine.Operation
	for _, v := range b.moves() {
		history = append(history, porcupine.Operation{
			ClientId: v.op.Client, Input: v, Call: int64(v.call), Return: int64(v.ret),
		})
	}
	return m.porcupine(), history
}

func (m model) porcupine() porcupine.Model {
	n := porcupine.NondeterministicModel{
		Init: func() []any { return []any{state{}} },
		Step: func(s, input, _ any) []any {
			var next []any
			for _, s := range m.step(s.(state), input.(move)) {
				next = append(next, s)
			}
			return next
		},
		Hash:          func(s any) uint64 { return s.(state).hash() },
		DescribeState: func(s any) string { return fmt.Sprintf("%+v", s) },
	}
	return n.ToModel()
}

// blocked finds, in the order that got furthest, the command that fits nowhere,
// and what led to it: the last few before it, and those about the same lease.
func blocked(info porcupine.LinearizationInfo, history []porcupine.Operation) (*Op, []*Op) {
	const shown, about = 5, 8
	order := furthest(info)
	stuck := -1
	for i, o := range history {
		if !slices.Contains(order, i) && (stuck < 0 || o.Return < history[stuck].Return) {
			stuck = i
		}
	}
	op := operation(history, stuck)
	var before []*Op
	for at, i := range slices.Backward(order) {
		other := operation(history, i)
		if at >= len(order)-shown || other.concerns(op) && len(before) < shown+about {
			before = append(before, other)
		}
	}
	slices.Reverse(before)
	return op, before
}

func operation(history []porcupine.Operation, i int) *Op { return history[i].Input.(move).op }

// concerns reports whether two commands are about the same lease.
func (o *Op) concerns(other *Op) bool {
	for _, tag := range []string{other.Tag, other.Seen} {
		if tag != "" && (o.Tag == tag || o.Seen == tag) {
			return true
		}
	}
	return false
}

func furthest(info porcupine.LinearizationInfo) []int {
	var longest []int
	for _, partial := range info.PartialLinearizations()[0] {
		if len(partial) > len(longest) {
			longest = partial
		}
	}
	return longest
}
