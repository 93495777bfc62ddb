package postgres

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/stormlock/stormlock/sdk"
)

const (
	defaultTable  = "stormlock"
	defaultSchema = "public"
	fenceSuffix   = "_fence"

	// PostgreSQL cuts a longer name off, and two tables become one.
	maxName = 63
)

// A table is where the locks are. Its schema is always known: a search path can
// differ between operators, and each would have a table of his own.
type table struct {
	schema, name string
	bare         bool // the schema was not given
}

// parseTable reads the key table.
func parseTable(text string) (table, error) {
	text = cmp.Or(text, defaultTable)
	schema, name, full := strings.Cut(text, ".")
	if !full {
		schema, name = defaultSchema, text
	}
	switch {
	case schema == "" || name == "" || strings.Contains(name, "."):
		return table{}, tableError("must be TABLE or SCHEMA.TABLE")
	case strings.ContainsAny(text, `":/@=`): // it may be a connection, under the wrong key
		return table{}, tableError("must be TABLE or SCHEMA.TABLE, without quotes and none of : / @ =")
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return table{}, tableError("contains a control character")
	case len(schema) > maxName:
		return table{}, tableError("has a schema longer than %d bytes", maxName)
	case len(name) > maxName-len(fenceSuffix):
		return table{}, tableError("has a name longer than %d bytes, which leaves no room for %s", maxName-len(fenceSuffix), fenceSuffix)
	}
	return table{schema, name, !full}, nil
}

func tableError(format string, args ...any) error {
	return &sdk.ConfigError{Key: "table", Message: fmt.Sprintf(format, args...)}
}

// String is the table's name as it is written in a configuration.
func (t table) String() string { return t.schema + "." + t.name }

func (t table) fence() string { return t.name + fenceSuffix }

// sql puts the names of the tables into a statement.
func (t table) sql(statement string) string {
	return strings.NewReplacer(
		"{table}", pgx.Identifier{t.schema, t.name}.Sanitize(),
		"{fences}", pgx.Identifier{t.schema, t.fence()}.Sanitize(),
		"{bare}", pgx.Identifier{t.name}.Sanitize(),
		"{schema}", pgx.Identifier{t.schema}.Sanitize(),
	).Replace(statement)
}
