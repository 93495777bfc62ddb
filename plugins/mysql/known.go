package mysql

import (
	"fmt"
	"slices"

	"github.com/go-sql-driver/mysql"

	"github.com/stormlock/stormlock/sdk"
)

// An answer says what a fault of a server means by which certainly nothing was
// written: the statement was refused, or undone as a whole.
type answer = func(*backend, *mysql.MySQLError) error

// answers are those that are known, by their number.
var answers = byNumber([]meaning{
	{unavailable("another session keeps the lock's row or the table locked; try again"), []uint16{1205}},
	{unavailable("another request came first; try again"), []uint16{1213, 1020}},
	{unavailable("transactions are read-only there"), []uint16{1792}},
	{unavailable(`give the primary in "host"`), []uint16{1290, 1836}},
	{unavailable("the member of the cluster is not part of it now; try again, or give another in \"host\""), []uint16{1047}},
	{unavailable("try again"), []uint16{1040, 1203, 1226, 1114}},
	{unavailable("set binlog_format to ROW or MIXED at the server"), []uint16{1665}},
	{refused(`check "user" and "password"`), []uint16{1045, 1698, 1251, 1862, 4151}},
	{refused("let the server admit this machine"), []uint16{1129, 1130}},
	{refused("grant the user SELECT, INSERT, UPDATE and DELETE on the table, and SELECT, INSERT and UPDATE on its fence table"), mayNot},
	{misconfigured("database", "names a database that does not exist"), []uint16{1049}},
	{notSetUp, []uint16{noTable, 1054}},
	{misconfigured("table", "names a table with a rule of its own that does not admit the lock"), []uint16{1048, 1062, 1364, 1452, 1644, 3819, 4025}},
	{invalid("the lease ends later than this server can tell, which is in January 2038; choose a shorter TTL"), []uint16{1292, 1264, 1441}},
	{invalid("a name or text does not fit into the table"), []uint16{1406, 1366}},
})

// mayNot are about privileges.
var mayNot = []uint16{1044, 1142, 1143, 1227, 1370}

func denied(number uint16) bool { return slices.Contains(mayNot, number) }

type meaning struct {
	answer  answer
	numbers []uint16
}

func byNumber(meanings []meaning) map[uint16]answer {
	all := map[uint16]answer{}
	for _, m := range meanings {
		for _, number := range m.numbers {
			all[number] = m.answer
		}
	}
	return all
}

func refused(advice string) answer {
	return func(b *backend, said *mysql.MySQLError) error {
		return sdk.Refused("mysql at %s: %s; no lock was changed; %s", b.where, quote(said), advice)
	}
}

func unavailable(advice string) answer {
	return func(b *backend, said *mysql.MySQLError) error {
		return sdk.Unavailable("mysql at %s: %s; no lock was changed; %s", b.where, quote(said), advice)
	}
}

func invalid(what string) answer {
	return func(b *backend, said *mysql.MySQLError) error {
		return sdk.Invalid("mysql at %s: %s; no lock was changed; %s", b.where, quote(said), what)
	}
}

func misconfigured(key, what string) answer {
	return func(b *backend, said *mysql.MySQLError) error {
		return &sdk.ConfigError{Key: key, Message: fmt.Sprintf("%s (mysql at %s: %s)", what, b.where, quote(said))}
	}
}

// notSetUp is for a table that is dropped between the look at it and its use.
func notSetUp(b *backend, said *mysql.MySQLError) error {
	return sdk.NotSetUp("mysql at %s: %s", b.where, quote(said))
}
