package postgres

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A server is what the first round trip tells about the server and the tables.
type server struct {
	factsRead, tablesRead bool

	now        int64 // microseconds since 1970
	inRecovery bool  // a standby
	readOnly   bool
	zone       string // the session's time zone, as an SQL literal
	hasSchema  bool
	elsewhere  string // the schema in which the search path finds another table of the name

	relations map[string]relation // by name
}

// A relation is what has a table's name. It may be none.
type relation struct {
	name        string
	kind        string // as in pg_class
	persistence string
	rowSecurity bool
	columns     map[string]string // their types
	unique      bool              // there is one row for a resource
	folding     bool              // resources can be equal that differ in their bytes
}

func (s *server) scanFacts(r pgx.Row) error {
	err := r.Scan(nil, nil, nil, nil, nil, &s.now, &s.inRecovery, &s.readOnly, &s.zone, &s.hasSchema, &s.elsewhere)
	s.factsRead = err == nil
	return err
}

func (s *server) scanTables(rows pgx.Rows) error {
	s.relations = map[string]relation{}
	for rows.Next() {
		var r relation
		var columns []string
		if err := rows.Scan(&r.name, &r.kind, &r.persistence, &r.rowSecurity, &columns, &r.unique, &r.folding); err != nil {
			return err
		}
		r.columns = map[string]string{}
		for _, column := range columns {
			name, kind, _ := strings.Cut(column, " ")
			r.columns[name] = kind
		}
		s.relations[r.name] = r
	}
	s.tablesRead = rows.Err() == nil
	return rows.Err()
}

func (r relation) missing() bool { return r.name == "" }

const (
	naiveTime = "timestamp without time zone"
	zonedTime = "timestamp with time zone"
)

// A wanted is a column that a table must have.
type wanted struct{ name, kind string }

var (
	pythonColumns = []wanted{
		{"resource", "text"},
		{"lease", "uuid"},
		{"principal", "text"},
		{"created", zonedTime},
		{"expires", zonedTime},
	}
	ourColumns   = []wanted{{"reason", "text"}, {"fence", "bigint"}, {"details_of", "uuid"}}
	fenceColumns = []wanted{{"resource", "text"}, {"fence", "bigint"}}
)

// unfit says why the tables cannot hold locks, which Setup cannot mend.
func (b *backend) unfit(s *server) error {
	if b.table.bare && s.elsewhere != "" {
		return tableError("names no schema, and this user's search_path finds the table %s.%s; write that, or %s",
			s.elsewhere, b.table.name, b.table)
	}
	if err := s.relations[b.table.name].unfit(b.table.String(), pythonColumns, ourColumns); err != nil {
		return err
	}
	return s.relations[b.table.fence()].unfit(b.table.String()+fenceSuffix, fenceColumns, nil)
}

// unfit says why a relation is not such a table. It may lack the added columns.
func (r relation) unfit(name string, own, added []wanted) error {
	switch {
	case r.missing():
		return nil
	case r.kind != "r":
		return tableError("names %s, which is %s and not a plain table; name another", name, kinds[r.kind])
	case r.persistence == "u":
		return tableError("names %s, which is unlogged: a crash of the server would empty it; ALTER TABLE … SET LOGGED", name)
	case r.rowSecurity:
		return tableError("names %s, whose row-level security can hide locks from this user; disable it there, or let the user bypass it", name)
	}
	for _, w := range own {
		if _, ok := r.columns[w.name]; !ok {
			return tableError("names %s, which has no column %q: it is not a table of locks; name another", name, w.name)
		}
	}
	for _, w := range append(own[:len(own):len(own)], added...) {
		if kind, ok := r.columns[w.name]; ok && kind != w.kind && !(w.kind == zonedTime && kind == naiveTime) {
			return tableError("names %s, whose column %q is of type %s and not %s; name another", name, w.name, kind, w.kind)
		}
	}
	switch {
	case !r.unique:
		return tableError("names %s, which allows two rows for one resource; make its column \"resource\" the primary key", name)
	case r.folding:
		return tableError("names %s, whose column \"resource\" takes different names for equal; give it a deterministic collation", name)
	}
	return nil
}

// kinds are what else can have a table's name.
var kinds = map[string]string{
	"p": "a partitioned table", "v": "a view", "m": "a materialized view", "f": "a foreign table",
	"S": "a sequence", "c": "a type", "i": "an index", "I": "an index",
}

// A gap is something that Setup makes.
type gap struct {
	what      string // is missing, for an error
	statement string // one line
}

// gaps returns what the tables lack.
func (b *backend) gaps(s *server) []gap {
	var gaps []gap
	add := func(statement, what string, args ...any) {
		gaps = append(gaps, gap{fmt.Sprintf(what, args...), b.table.sql(statement)})
	}
	locks, fences := s.relations[b.table.name], s.relations[b.table.fence()]
	if locks.missing() {
		if !s.hasSchema {
			add(sqlCreateSchema, "schema %q does not exist", b.table.schema)
		}
		add(sqlCreateTable, "table %q does not exist", b.table)
	} else {
		if naive := locks.naive(); len(naive) > 0 {
			add(alterTypes(naive, s.zone), "table %q has times without a time zone, as Python's stormlock makes it: operators in two time zones would both get a lock", b.table)
		}
		if lacking := locks.lacking(ourColumns); len(lacking) > 0 {
			add(addColumns(lacking), "table %q has no column %q", b.table, lacking[0].name)
		}
	}
	if fences.missing() {
		add(sqlCreateFences, "table %q, which counts the grants, does not exist", b.table.String()+fenceSuffix)
	}
	return gaps
}

// naive returns the columns of times without a time zone.
func (r relation) naive() (names []string) {
	for _, w := range pythonColumns {
		if r.columns[w.name] == naiveTime {
			names = append(names, w.name)
		}
	}
	return names
}

func (r relation) lacking(columns []wanted) (lacking []wanted) {
	for _, w := range columns {
		if _, ok := r.columns[w.name]; !ok {
			lacking = append(lacking, w)
		}
	}
	return lacking
}
