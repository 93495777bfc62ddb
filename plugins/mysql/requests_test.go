package mysql

import (
	"strings"
	"testing"

	"github.com/stormlock/stormlock/test/servers"
)

// behind puts a wire before a database.
func (p place) behind(t *testing.T, w servers.Wire) Config {
	t.Helper()
	return p.at(servers.Behind(t, w, p.addr)).config()
}

// What requests are known by.
func has(part string) func(string) bool {
	return func(request string) bool { return strings.Contains(request, part) }
}

var (
	isSession = has("SET time_zone")
	isMeeting = has("@@global.read_only")
	isVetting = has("information_schema")
	isLook    = has("FROM (SELECT 1) AS one")
	isPlace   = has("x'00000000000000000000000000000000'")
	isTake    = has("STRAIGHT_JOIN")
	isVoid    = has("GREATEST(fence + 1")
	isRenew   = has("AS t SET t.expires")
	isDelete  = has("DELETE FROM")
)
