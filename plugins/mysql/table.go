package mysql

import (
	"cmp"
	"regexp"
	"strings"
)

const (
	defaultTable = "stormlock"
	fenceSuffix  = "_fence"

	// The servers refuse a longer name.
	maxName = 64
)

// A table is where the locks are. The database is never left to the user or the
// environment: each operator could have another.
type table struct {
	database, name string
	names          *strings.Replacer // puts both tables into a statement
}

// tableName is what a table may be called. On some servers case does not count
// in names, so that two spellings would be two tables on one and one on another.
var tableName = regexp.MustCompile(`^[a-z0-9_]+$`)

// parseTable reads the keys database and table.
func parseTable(c Config) (table, error) {
	name := cmp.Or(c.Table, defaultTable)
	switch {
	case c.Database == "":
		return table{}, configError("database", "is missing; name the database in which the table is")
	case len(c.Database) > maxName:
		return table{}, configError("database", "is longer than %d bytes", maxName)
	case strings.ContainsFunc(c.Database, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune("`'\"/\\.:@", r) }):
		return table{}, configError("database", "must be the name of a database, without quotes and none of / \\ . : @")
	case !tableName.MatchString(name):
		return table{}, configError("table", "must be of lower-case letters, digits and _ alone; the database belongs into database")
	case len(name) > maxName-len(fenceSuffix):
		return table{}, configError("table", "is longer than %d bytes, which leaves no room for %s", maxName-len(fenceSuffix), fenceSuffix)
	}
	t := table{database: c.Database, name: name}
	t.names = strings.NewReplacer("{table}", t.quoted(name), "{fences}", t.quoted(t.fence()),
		"{database}", literal(t.database), "{lock name}", literal(name), "{fence name}", literal(t.fence()))
	return t, nil
}

func (t table) quoted(name string) string { return "`" + t.database + "`.`" + name + "`" }

// literal is a text in a statement. What could end it is in no name.
func literal(name string) string { return "'" + name + "'" }

// String is the table's name for people.
func (t table) String() string { return t.database + "." + t.name }

func (t table) fence() string { return t.name + fenceSuffix }

// sql puts the names of the tables into a statement.
func (t table) sql(statement string) string { return t.names.Replace(statement) }
