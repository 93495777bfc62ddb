package check

import (
	"strings"
	"testing"
)

func TestEnough(t *testing.T) {
	fault := Window{sec(100), sec(200)}
	// side is n answers that begin at a time, the first being grants of r and q.
	side := func(from float64, n int, outcome Outcome) []Op {
		ops := []Op{o(Acquire, "a", from, from+1, Acquired), o(Acquire, "b", from, from+1, Acquired, at("q"))}
		for len(ops) < n {
			ops = append(ops, o(Current, "", from, from+1, outcome))
		}
		return ops
	}
	before, after := side(10, 20, None), side(210, 20, None)
	for name, test := range map[string]struct {
		before, after []Op
		want          string
	}{
		"enough":                   {before, after, ""},
		"too little before":        {before[:19], after, "19 answers before the fault began, fewer than 20"},
		"too little after":         {before, after[:19], "19 answers after the fault was healed"},
		"no grant before":          {append(side(10, 40, None)[2:], before[0]), after, "resource q was not acquired before"},
		"no grant after":           {before, side(210, 40, None)[1:], "resource r was not acquired after"},
		"only without an answer":   {before, side(210, 40, Unknown), "2 answers after"},
		"only failures":            {side(10, 40, Failed), after, "2 answers before"},
		"ended during the fault":   {side(99.5, 20, None), after, "0 answers before"},
		"began during the fault":   {before, side(199.5, 20, None), "0 answers after"},
		"nothing but on one side":  {nil, after, "0 answers before"},
		"much while it was broken": {before, side(150, 40, None), "0 answers after"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Enough(History{Ops: append(test.before[:len(test.before):len(test.before)], test.after...)}, fault)
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
