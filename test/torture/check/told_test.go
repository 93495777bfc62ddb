package check

import "testing"

func TestTold(t *testing.T) {
	held := o(Acquire, "a", 0, 1, Held, saw("b"))
	bounded := Rules{Clock: true, LateBound: sec(2)}
	dynamo := Rules{RenewRevives: true, Lingers: true, Slack: sec(3), LateBound: -1}
	seen := func(call float64) Op { return o(Current, "", call, call+1, Held, saw("a")) }
	tell(t, "told", []story{
		{"refused, and given up meanwhile", Rules{}, []Op{held, seen(.5)}, ""},
		{"refused by itself", Rules{}, []Op{o(Acquire, "a", 0, 1, Held, saw("a"))}, "was told that another holds it, but saw itself"},
		{"refused by itself when it is over", dynamo, []Op{o(Acquire, "a", 0, 4, Held, saw("a"), ttl(2))}, "saw itself"},
		{"refused, but there", Rules{}, []Op{held, seen(2)}, "a was seen after its acquire was told that it got nothing"},
		{"failed, but it keeps others out", Rules{}, []Op{o(Acquire, "a", 0, 1, Failed), o(Acquire, "b", 2, 3, Held, saw("a"))}, "got nothing"},
		{"refused, but is-held", Rules{}, []Op{held, o(IsHeld, "a", 2, 3, Held)}, "got nothing"},
		{"refused, but renewed", Rules{}, []Op{held, o(Renew, "a", 2, 3, Renewed)}, "got nothing"},
		{"refused, then repeated", Rules{}, []Op{held, o(Acquire, "a", 2, 3, Unknown), seen(4)}, ""},
		{"asked for on another resource", Rules{}, []Op{held, o(Acquire, "a", 0, 1, Acquired, at("q")), o(Current, "", 2, 3, Held, saw("a"), at("q"))}, ""},

		{"released", Rules{}, []Op{o(Acquire, "a", 0, 1, Acquired), o(Release, "a", 2, 3, Released), seen(2.5)}, ""},
		{"released, but there", Rules{}, []Op{o(Acquire, "a", 0, 1, Acquired), o(Release, "a", 2, 3, Released), seen(4)}, "a was seen after a release"},
		{"given up, but taken late", Rules{}, []Op{o(Acquire, "a", 0, 1, Unknown), o(Release, "a", 2, 3, Inactive), seen(4)}, "a was seen after a release"},
		{"given up while its process may go on", Rules{Orphan: sec(2)}, []Op{o(Acquire, "a", 0, 1, Unknown), o(Release, "a", 2, 3, Inactive), seen(4)}, ""},
		{"released, and repeated", Rules{}, []Op{
			o(Acquire, "a", 0, 1, Acquired), o(Release, "a", 2, 3, Released), o(Acquire, "a", 2.5, 4, Unknown), seen(5),
		}, ""},
		{"release without an answer", Rules{}, []Op{o(Acquire, "a", 0, 1, Acquired), o(Release, "a", 2, 3, Unknown), seen(4)}, ""},
		{"over, and keeps others out a while yet", dynamo, []Op{
			o(Acquire, "a", 0, 1, Acquired, ttl(2)), o(Release, "a", 3, 4, Inactive), o(Acquire, "b", 5, 6, Held, saw("a")),
		}, ""},
		{"over, and keeps others out too long", dynamo, []Op{
			o(Acquire, "a", 0, 1, Acquired, ttl(2)), o(Release, "a", 3, 4, Inactive), o(Acquire, "b", 8, 9, Held, saw("a")),
		}, "a was seen after a release"},
		{"released, but it keeps others out", dynamo, []Op{
			o(Acquire, "a", 0, 1, Acquired), o(Release, "a", 3, 4, Released), o(Acquire, "b", 5, 6, Held, saw("a")),
		}, "a was seen after a release"},
		{"over, and revived", dynamo, []Op{
			o(Acquire, "a", 0, 1, Acquired, ttl(2)), o(Renew, "a", 1, 2, Unknown), o(Release, "a", 3, 4, Inactive), seen(5),
		}, ""},

		{"granted in time", bounded, []Op{o(Acquire, "a", 0, 1, Unknown), o(Current, "", 5, 6, Held, saw("a"), created(3.9))}, ""},
		{"granted late", bounded, []Op{o(Acquire, "a", 0, 1, Unknown), o(Current, "", 5, 6, Held, saw("a"), created(4.1))}, "a was granted 3.100s after its acquire had ended"},
		{"granted late, by another clock", Rules{LateBound: sec(2)}, []Op{o(Acquire, "a", 0, 1, Unknown), o(Current, "", 5, 6, Held, saw("a"), created(4.1))}, ""},
	})
}
