package check

import (
	"fmt"
	"testing"
	"time"
)

func TestLinearizable(t *testing.T) {
	const cannot = "no correct lock"
	a := o(Acquire, "a", 0, 1, Acquired)
	none := func(call float64) Op { return o(Current, "", call, call+.1, None) }
	seen := func(call float64) Op { return o(Current, "", call, call+.1, Held, saw("a")) }
	lost := o(Acquire, "a", 0, 1, Unknown)
	slack, revives := Rules{Slack: sec(2)}, Rules{RenewRevives: true, LateBound: -1}
	lingers := Rules{Lingers: true, Slack: sec(3)}
	tell(t, "linearizable", []story{
		{"taken and released", Rules{}, []Op{none(0), a, seen(2), o(Release, "a", 3, 4, Released), none(5)}, ""},
		{"taken and not there", Rules{}, []Op{a, none(2)}, cannot},
		{"seen before it was asked for", Rules{}, []Op{o(Current, "", 0, .5, Held, saw("b")), o(Acquire, "b", 1, 2, Acquired)}, cannot},
		{"never asked for", Rules{}, []Op{seen(0)}, cannot},

		{"over", slack, []Op{a, none(13.1)}, ""},
		{"perhaps over", slack, []Op{a, none(10.5)}, ""},
		{"perhaps not over", slack, []Op{a, seen(12.9)}, ""},
		{"over too early", slack, []Op{a, none(9)}, cannot},
		{"a little early", Rules{Early: sec(1)}, []Op{a, none(9)}, ""},
		{"not over", slack, []Op{a, seen(13.1)}, cannot},
		{"not over since elections", Rules{Restarts: true}, []Op{a, seen(99)}, ""},
		{"over and back", slack, []Op{a, none(10.5), seen(11.5)}, cannot},
		{"over, then taken again by a repeat", slack, []Op{a, none(10.5), o(Acquire, "a", 11, 12, Acquired), seen(20)}, ""},
		{"a slow question tells of an end to come", Rules{}, []Op{a, o(Current, "", 5, 8.5, None), seen(9.9)}, ""},
		{"a quick one does not", Rules{}, []Op{a, o(Current, "", 8, 8.5, None), seen(9.9)}, cannot},
		{"is-held, slow", Rules{}, []Op{a, o(IsHeld, "a", 5, 8.5, None), seen(9.9)}, ""},

		{"kept out", Rules{}, []Op{a, o(Acquire, "b", 2, 3, Held, saw("a"))}, ""},
		{"kept out by nobody", Rules{}, []Op{o(Acquire, "b", 2, 3, Held)}, cannot},
		{"kept out by another", Rules{}, []Op{a, o(Acquire, "b", 2, 3, Held, saw("c"))}, cannot},
		{"kept out by itself", Rules{}, []Op{a, o(Acquire, "a", 2, 3, Held)}, cannot},
		{"kept out by itself, which is over", lingers, []Op{a, o(Acquire, "a", 11, 11.1, Held)}, cannot},
		{"two at once", Rules{}, []Op{a, o(Acquire, "b", 2, 3, Acquired)}, cannot},
		{"kept out by one that has just ended", lingers, []Op{a, none(10.5), o(Acquire, "b", 11, 11.1, Held, saw("a")), none(11.5)}, ""},
		{"kept out by one that ended, on another store", slack, []Op{a, none(10.5), o(Acquire, "b", 11, 11.1, Held, saw("a"))}, cannot},
		{"kept out by one that ended, where they only revive", revives, []Op{a, none(10.2), none(10.4), o(Acquire, "b", 10.8, 10.9, Held, saw("a"))}, cannot},
		{"kept out by one long over", lingers, []Op{a, none(10.5), o(Acquire, "b", 14.5, 15, Held, saw("a"))}, cannot},
		{"kept out by one that was released", lingers, []Op{a, o(Release, "a", 2, 3, Released), o(Acquire, "b", 4, 5, Held, saw("a"))}, cannot},

		{"no answer, taken", Rules{}, []Op{lost, seen(2)}, ""},
		{"no answer, not taken", Rules{}, []Op{lost, none(2), o(Acquire, "b", 3, 4, Acquired)}, ""},
		{"no answer, taken late", Rules{LateBound: -1}, []Op{lost, none(2), seen(3)}, ""},
		{"no answer, taken too late", Rules{LateBound: sec(1)}, []Op{lost, none(2.5), seen(3)}, cannot},
		{"no answer, taken, gone without reason", Rules{}, []Op{lost, o(Acquire, "a", 2, 3, Acquired), none(4)}, cannot},
		{"no answer, and never seen, bars nobody by name", Rules{}, []Op{lost, o(Acquire, "b", 2, 3, Held)}, ""},
		{"no answer, given up, then taken", Rules{LateBound: -1}, []Op{lost, o(Release, "a", 2, 3, Inactive), none(4), seen(5)}, cannot},
		{"no answer, ended by its own clean-up", Rules{}, []Op{lost, seen(2), none(3)}, ""},
		{"answered too late", Rules{}, []Op{o(Acquire, "a", 0, 11, Lost), o(Current, "", 5, 6, Held, saw("a"))}, ""},
		{"taken twice by one slow acquire", Rules{}, []Op{
			o(Acquire, "a", 0, 30, Acquired), seen(5), o(Acquire, "b", 16, 17, Acquired), o(Release, "b", 18, 19, Released), seen(31),
		}, ""},
		{"refused after it had it for a moment", Rules{}, []Op{o(Acquire, "a", 0, 5, Held), seen(2), o(Acquire, "b", 3, 4, Acquired)}, ""},
		{"refused, but there", Rules{LateBound: -1}, []Op{
			o(Acquire, "b", 0, 1, Acquired), o(Acquire, "a", 2, 3, Held), o(Release, "b", 2.5, 3, Released), seen(4),
		}, cannot},
		{"failed, but there", Rules{LateBound: -1}, []Op{o(Acquire, "a", 0, 1, Failed), seen(2)}, cannot},

		{"released twice", Rules{}, []Op{a, o(Release, "a", 2, 3, Released), o(Release, "a", 4, 5, Released)}, cannot},
		{"released by an earlier attempt", Rules{}, []Op{a, o(Release, "a", 2, 3, Unknown), none(4), o(Release, "a", 5, 6, Released, retried)}, ""},
		{"released, but there", Rules{}, []Op{a, o(Release, "a", 2, 3, Released, retried), seen(4)}, cannot},
		{"release without an answer", Rules{}, []Op{a, o(Release, "a", 2, 3, Unknown), seen(4), none(5)}, ""},
		{"release without an answer, and back", Rules{}, []Op{a, o(Release, "a", 2, 3, Unknown), none(4), seen(5)}, cannot},
		{"gone before its release", Rules{}, []Op{a, none(1.5), o(Release, "a", 2, 3, Unknown)}, cannot},
		{"release of another", Rules{}, []Op{a, o(Release, "b", 2, 3, Released)}, cannot},
		{"inactive though held", Rules{}, []Op{a, o(Release, "a", 2, 3, Inactive)}, cannot},
		{"inactive since over", slack, []Op{a, o(Release, "a", 10, 11, Inactive), none(12)}, ""},
		{"release that failed", Rules{}, []Op{a, o(Release, "a", 2, 3, Failed), none(4)}, cannot},

		{"renewed", slack, []Op{a, o(Renew, "a", 8, 9, Renewed), seen(15)}, ""},
		{"renewed, but over", slack, []Op{a, o(Renew, "a", 8, 9, Renewed), none(15)}, cannot},
		{"renewed for less", slack, []Op{a, o(Renew, "a", 2, 3, Renewed, ttl(2)), none(6)}, ""},
		{"renewed for less, TTL fixed", Rules{FixedTTL: true}, []Op{a, o(Renew, "a", 2, 3, Renewed, ttl(2)), none(6)}, cannot},
		{"renewed after its end", Rules{}, []Op{a, o(Renew, "a", 12, 13, Renewed)}, cannot},
		{"renewed though another holds", Rules{}, []Op{a, o(Renew, "b", 2, 3, Renewed)}, cannot},
		{"lost though held", Rules{}, []Op{a, o(Renew, "a", 2, 3, Lost)}, cannot},
		{"lost since over", Rules{}, []Op{a, o(Renew, "a", 11, 12, Lost)}, ""},
		{"lost since it took too long", Rules{}, []Op{a, o(Renew, "a", 5, 16, Lost), seen(17)}, ""},
		{"renewal without an answer, done", slack, []Op{a, o(Renew, "a", 8, 9, Unknown), seen(20)}, ""},
		{"renewal without an answer, not done", slack, []Op{a, o(Renew, "a", 8, 9, Unknown), none(13.5)}, ""},
		{"renewal without an answer, for less", slack, []Op{a, o(Renew, "a", 2, 3, Unknown, ttl(2)), none(5)}, ""},
		{"renewal without an answer, then one with", slack, []Op{
			a, o(Renew, "a", 2, 3, Unknown), o(Renew, "a", 4, 5, Renewed), seen(14), o(Release, "a", 14.5, 14.6, Released), none(15),
		}, ""},
		{"renewal without an answer, and never over", slack, []Op{a, o(Renew, "a", 8, 9, Unknown), seen(21.5)}, cannot},
		{"renewal without an answer, late in its bounds", Rules{LateBound: sec(2)}, []Op{a, o(Renew, "a", 8, 9, Unknown), seen(20.5)}, ""},
		{"renewal without an answer, late without bound", Rules{LateBound: -1}, []Op{a, o(Renew, "a", 8, 9, Unknown), seen(25)}, ""},
		{"renewed, and once more by an attempt that came late", Rules{LateBound: sec(2)}, []Op{a, o(Renew, "a", 8, 9, Renewed), seen(20.5)}, ""},
		{"renewal without an answer after the end", slack, []Op{a, o(Renew, "a", 13.1, 14, Unknown), seen(15)}, cannot},
		{"revived", revives, []Op{a, o(Renew, "a", 8, 9, Unknown), none(11.2), seen(12)}, ""},
		{"revived by one that was told it is lost", revives, []Op{a, o(Renew, "a", 9, 12, Lost, retried), none(11.2), seen(13)}, ""},
		{"revived on another store", Rules{LateBound: -1}, []Op{a, o(Renew, "a", 8, 9, Unknown), none(11.2), seen(12)}, cannot},
		{"revived where leases only linger", Rules{Lingers: true, LateBound: -1}, []Op{a, o(Renew, "a", 8, 9, Unknown), none(11.2), o(Renew, "a", 10.5, 11.9, Renewed)}, cannot},
		{"revived after its release", revives, []Op{a, o(Renew, "a", 4, 5, Unknown), o(Release, "a", 6, 7, Released), seen(8)}, cannot},
		{"revived though taken by another", revives, []Op{
			a, o(Renew, "a", 8, 9, Unknown), o(Acquire, "b", 11.5, 12, Acquired), seen(13),
		}, cannot},
		{"revived by one that began after its end", revives, []Op{a, none(12), o(Renew, "a", 13, 14, Unknown), seen(15)}, cannot},

		{"is-held of another", Rules{}, []Op{a, o(IsHeld, "b", 2, 3, None), o(IsHeld, "a", 2, 3, Held)}, ""},
		{"is-held, not told", Rules{}, []Op{a, o(IsHeld, "a", 2, 3, None)}, cannot},
		{"is-held, told falsely", Rules{}, []Op{a, o(IsHeld, "b", 2, 3, Held)}, cannot},
		{"a question that failed", Rules{}, []Op{a, o(IsHeld, "a", 2, 3, Failed), o(Current, "", 2, 3, Failed)}, ""},
		{"two resources", Rules{}, []Op{a, o(Acquire, "b", 2, 3, Acquired, at("q"))}, ""},
	})
}

// Many questions at once about as many leases: each order is possible, and
// each has to be tried before the last answer is known to be impossible.
func TestCheckerGivesUpInTime(t *testing.T) {
	ops := []Op{o(Acquire, "a", 0, 1, Acquired)}
	for n := range 40 {
		ops = append(ops, o(IsHeld, fmt.Sprint(n), 2, 3, None))
	}
	ops = append(ops, o(Current, "", 4, 5, None))
	began := time.Now()
	tell(t, "linearizable", []story{{"too much", Rules{Timeout: 100 * ms}, ops, "checker time-out"}})
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}
