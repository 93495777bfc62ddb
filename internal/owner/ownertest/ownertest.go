//go:build unix

// Package ownertest makes files that belong to somebody else.
package ownertest

import (
	"os"
	"testing"

	"github.com/stormlock/stormlock/internal/owner"
)

// somebody is a user who is neither root nor, most likely, whoever runs tests.
const somebody = 12345

// GiveAway makes a file, or a link itself, another user's. Whoever is not root
// cannot, and becomes another user instead, as far as package owner can tell.
func GiveAway(t testing.TB, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		Become(t, somebody)
		return
	}
	if err := os.Lchown(path, somebody, somebody); err != nil {
		t.Fatal(err)
	}
}

// Become makes package owner take another user for the effective one.
func Become(t testing.TB, user int) {
	t.Helper()
	saved := owner.Effective
	owner.Effective = func() int { return user }
	t.Cleanup(func() { owner.Effective = saved })
}
