package check

import "testing"

func TestFences(t *testing.T) {
	r := Rules{Fences: true}
	one := func(tag string, call float64, n uint64) []Op {
		return []Op{
			o(Acquire, tag, call, call+.1, Acquired),
			o(Current, "", call+.2, call+.3, Held, saw(tag), fence(n)),
			o(Release, tag, call+.4, call+.5, Released),
		}
	}
	join := func(all ...[]Op) (ops []Op) {
		for _, some := range all {
			ops = append(ops, some...)
		}
		return ops
	}
	tell(t, "fences", []story{
		{"growing", r, join(one("a", 0, 3), one("b", 1, 5)), ""},
		{"falling", r, join(one("a", 0, 5), one("b", 1, 3)), "b was granted after a, but its fence 3 is not above 5"},
		{"equal", r, join(one("a", 0, 5), one("b", 1, 5)), "is not above"},
		{"per resource", r, []Op{
			o(Acquire, "a", 0, .1, Acquired), o(Current, "", .2, .3, Held, saw("a"), fence(5)),
			o(Acquire, "b", 1, 1.1, Acquired, at("q")), o(Current, "", 1.2, 1.3, Held, saw("b"), fence(3), at("q")),
		}, ""},
		{"asked for at the same time", r, []Op{
			o(Acquire, "a", 0, 2, Acquired), o(Acquire, "b", 1, 9, Unknown), o(Release, "a", 2, 3, Released),
			o(Current, "", 1.5, 1.9, Held, saw("a"), fence(5)), o(Current, "", 4, 5, Held, saw("b"), fence(3)),
		}, ""},
		{"asked for at the same time, but held later", r, []Op{
			o(Acquire, "a", 0, 1, Acquired), o(Current, "", 1.1, 1.2, Held, saw("a"), fence(5)),
			o(Release, "a", 2, 2.5, Released),
			o(Acquire, "b", .5, 3, Acquired), o(Current, "", 4, 5, Held, saw("b"), fence(3)),
		}, "b was granted after a, but its fence 3 is not above 5"},
		{"asked for at the same time, and held earlier", r, []Op{
			o(Acquire, "a", 0, 1, Acquired, ttl(1)), o(Current, "", .8, .9, Held, saw("a"), fence(3)),
			o(Acquire, "b", .5, 3, Acquired), o(Current, "", 4, 5, Held, saw("b"), fence(5)),
		}, ""},
		{"granted before it was shown", r, []Op{
			o(Acquire, "a", 0, 1, Acquired), o(Acquire, "b", 2, 9, Unknown),
			o(Current, "", 1.5, 2.5, Held, saw("a"), fence(5)), o(Current, "", 4, 5, Held, saw("b"), fence(3)),
		}, "is not above"},
		{"two of one", r, []Op{
			o(Acquire, "a", 0, 1, Acquired),
			o(Current, "", 2, 3, Held, saw("a"), fence(5)), o(Current, "", 4, 5, Held, saw("a"), fence(6)),
		}, "a has two fences, 5 and 6"},
		{"granted again", r, []Op{
			o(Acquire, "a", 0, 1, Acquired), o(Current, "", 2, 3, Held, saw("a"), fence(5)),
			o(Acquire, "a", 20, 21, Acquired), o(Current, "", 22, 23, Held, saw("a"), fence(6)),
		}, ""},
		{"granted again with a lower one", r, []Op{
			o(Acquire, "a", 0, 1, Acquired), o(Current, "", 2, 3, Held, saw("a"), fence(5)),
			o(Acquire, "a", 20, 21, Acquired), o(Current, "", 22, 23, Held, saw("a"), fence(4)),
		}, "two fences"},
		{"none", r, one("a", 0, 0), "a has no fence"},
		{"none where there are none", Rules{}, one("a", 0, 0), ""},
	})
}
