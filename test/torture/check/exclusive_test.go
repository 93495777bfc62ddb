package check

import "testing"

func TestExclusive(t *testing.T) {
	a := o(Acquire, "a", 0, 1, Acquired)
	tell(t, "exclusive", []story{
		{"one after the end of another", Rules{}, []Op{a, o(Acquire, "b", 9, 10, Acquired)}, ""},
		{"two at once", Rules{}, []Op{a, o(Acquire, "b", 8, 9, Acquired)}, "a and b were both held from 9.000s to 10.000s"},
		{"on two resources", Rules{}, []Op{a, o(Acquire, "b", 8, 9, Acquired, at("q"))}, ""},
		{"early end", Rules{Early: sec(1)}, []Op{a, o(Acquire, "b", 8, 9, Acquired)}, ""},
		{"released before", Rules{}, []Op{a, o(Release, "a", 3, 4, Released), o(Acquire, "b", 3, 4, Acquired)}, ""},
		{"release without an answer", Rules{}, []Op{a, o(Release, "a", 3, 4, Unknown), o(Acquire, "b", 6, 7, Acquired)}, ""},
		{"release that certainly failed", Rules{}, []Op{a, o(Release, "a", 3, 4, Failed), o(Acquire, "b", 6, 7, Acquired)}, "both held"},
		{"renewed", Rules{}, []Op{a, o(Renew, "a", 8, 9, Renewed), o(Acquire, "b", 13, 14, Acquired)}, "from 14.000s to 18.000s"},
		{"renewed for less", Rules{}, []Op{a, o(Renew, "a", 2, 3, Renewed, ttl(2)), o(Acquire, "b", 4, 5, Acquired)}, ""},
		{"renewed for less, TTL fixed", Rules{FixedTTL: true}, []Op{a, o(Renew, "a", 2, 3, Renewed, ttl(2)), o(Acquire, "b", 4, 5, Acquired)}, "both held"},
		{"renewed for less without an answer", Rules{}, []Op{a, o(Renew, "a", 2, 3, Unknown, ttl(2)), o(Acquire, "b", 4, 5, Acquired)}, ""},
		{"renewal that found nothing decides nothing", Rules{}, []Op{a, o(Renew, "a", 2, 2.5, Lost, ttl(2)), o(Acquire, "b", 4, 5, Acquired)}, "both held"},
		{"repeated and found as it stood", Rules{}, []Op{
			o(Acquire, "a", 0, 1, Unknown), o(Acquire, "a", 7, 8, Acquired), o(Acquire, "b", 11, 12, Acquired),
		}, ""},
		{"repeated and still there", Rules{}, []Op{
			o(Acquire, "a", 0, 1, Unknown), o(Acquire, "a", 7, 8, Acquired), o(Acquire, "b", 8, 9, Acquired),
		}, "a and b were both held from 9.000s to 10.000s"},
		{"told when another holds it", Rules{}, []Op{
			o(Acquire, "a", 0, 6, Acquired, ttl(2), told(6)), o(Acquire, "b", 3, 4, Acquired),
		}, "a was told to be acquired at 6.000s, while b was held"},
		{"told while another gets it", Rules{}, []Op{
			o(Acquire, "a", 0, 6, Acquired, ttl(2), told(4.4)), o(Acquire, "b", 3, 4, Acquired),
		}, ""},
		{"told before another gets it", Rules{}, []Op{
			o(Acquire, "a", 0, 6, Acquired, ttl(2), told(1)), o(Acquire, "b", 3, 4, Acquired),
		}, ""},
		{"an acquire without an answer is not certain", Rules{}, []Op{a, o(Acquire, "b", 2, 3, Unknown), o(Acquire, "c", 2, 3, Lost)}, ""},
	})
}
