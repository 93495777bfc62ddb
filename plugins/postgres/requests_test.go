package postgres

import (
	"strings"
	"testing"

	"github.com/stormlock/stormlock/test/servers"
)

// behind puts a wire before the server of a URL, and returns the URL through it.
func behind(t *testing.T, base string, w servers.Wire) string {
	t.Helper()
	return at(t, base, servers.Behind(t, w, hostOf(t, base)))
}

// What the three round trips of a change are known by.
func isBegin(request string) bool { return strings.Contains(request, "BEGIN") }

func isDecision(request string) bool {
	return strings.Contains(request, "idle_in_transaction_session_timeout") && !isBegin(request)
}

func isCommit(request string) bool { return strings.Contains(request, "COMMIT") && !isBegin(request) }
