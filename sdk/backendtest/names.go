package backendtest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// seed makes the names the same in each run.
const seed = 20260817

// pieces are what names are made of that a store might take for something else:
// what keys end with, quotes, wildcards, and what looks alike or sorts alike.
var pieces = []string{
	"a", "A", "b", "deploy", "Deploy", "0", "01", "7", " ", "  ", "/", "//", "../", ":", ".", ",", "@", "=", "-", "_", "%", "*", "?", "[a]",
	"/id", "/p", "/c", "/r", "/a", "/g", "'", `"`, `\`, "`", ";", "--", "$1", "{", "}", "{table}", "%s",
	"\u00e9", "e\u0301", "\u00c9", "ß", "ss", "İ", "i", "ı", "\u212a", "k", "ﬁ", "\u00a0", "漢", "🔒", "\ufffd",
}

// Names returns n different names of resources, the same ones each time: some
// at random, most of them made of parts that keys are made of, and so that two
// of them differ in little.
func Names(t testing.TB, n int, parts ...string) []string {
	t.Helper()
	t.Logf("the names are those of seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	all := append(append([]string{}, pieces...), parts...)
	var names []string
	known := make(map[string]bool)
	for len(names) < n {
		for _, name := range alike(random, compose(random, all), all) {
			if len(names) < n && !known[name] && sdk.ValidateResource(name) == nil {
				known[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// compose makes a name of a few pieces.
func compose(random *rand.Rand, all []string) string {
	var name strings.Builder
	for range 1 + random.IntN(5) {
		name.WriteString(all[random.IntN(len(all))])
	}
	return name.String()
}

// alike returns a name and one or two of those that could be taken for it.
func alike(random *rand.Rand, name string, all []string) []string {
	piece := all[random.IntN(len(all))]
	others := []string{
		strings.ToUpper(name), strings.ToLower(name), name + piece, piece + name, name + name,
		strings.TrimSuffix(name, piece), strings.ReplaceAll(name, "\u00e9", "e\u0301"), longest(name), longest(name + piece),
	}
	i, k := random.IntN(len(others)), random.IntN(len(others))
	return []string{name, others[i], others[k]}
}

// longest repeats a name as often as it can be.
func longest(name string) string {
	name = strings.Repeat(name, 1+sdk.MaxResourceLen/len(name))
	return strings.ToValidUTF8(name[:sdk.MaxResourceLen], "")
}
