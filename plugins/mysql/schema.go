package mysql

import (
	"cmp"
	"fmt"
	"strings"
)

// A relation is what has a table's name, as tables.sql shows it.
type relation struct {
	kind    string // as the server calls it
	engine  string
	unique  bool              // there is one row for a resource
	columns map[string]column // by name
}

func (r relation) missing() bool { return r.kind == "" }

// A column is one of a relation's.
type column struct {
	kind    string // without what does not matter
	charset string
	updates bool // by itself, when its row is written
}

// relations are those that have the names of the two tables.
type relations struct{ locks, fences relation }

// scan reads a row of tables.sql.
func (all *relations) scan(fields []string) error {
	const columns = 8
	if len(fields) != columns {
		return errStrange
	}
	r := &all.locks
	if fields[0] != "locks" {
		r = &all.fences
	}
	r.kind, r.engine, r.unique = fields[1], fields[2], fields[3] == "1"
	if r.columns == nil {
		r.columns = map[string]column{}
	}
	kind, _, _ := strings.Cut(strings.ToLower(fields[5]), " /*")
	if strings.HasPrefix(kind, "bigint") && !strings.Contains(kind, "unsigned") {
		kind = "bigint" // some versions name a width, which means nothing
	}
	r.columns[fields[4]] = column{kind, fields[6], strings.Contains(strings.ToLower(fields[7]), "on update")}
	return nil
}

// A wanted is a column that a table must have.
type wanted struct {
	name string
	want column
	from string // what the kinds begin with that Setup turns into it
	rest string // of its definition
}

const textual = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"

// The times may be absent and have no default, or else some servers let the first
// one follow each change of its row.
var (
	resourceColumn = wanted{"resource", column{kind: "varbinary(255)"}, "varchar(", " NOT NULL"}
	pythonColumns  = []wanted{
		resourceColumn,
		{"lease", column{kind: "binary(16)"}, "", " NULL"},
		{"principal", column{kind: "varchar(255)", charset: "utf8mb4"}, "varchar(", textual + " NULL"},
		{"created", column{kind: "timestamp(6)"}, "timestamp", " NULL DEFAULT NULL"},
		{"expires", column{kind: "timestamp(6)"}, "timestamp", " NULL DEFAULT NULL"},
	}
	ourColumns = []wanted{
		{"reason", column{kind: "text", charset: "utf8mb4"}, "", textual + " NULL"},
		{"fence", column{kind: "bigint"}, "", " NULL"},
		{"details_of", column{kind: "binary(16)"}, "", " NULL"},
	}
	fenceColumns = []wanted{resourceColumn, {"fence", column{kind: "bigint"}, "", " NOT NULL"}}
)

func (w wanted) definition() string { return w.name + " " + strings.ToUpper(w.want.kind) + w.rest }

// differs says what is wrong with a column, or nothing.
func (w wanted) differs(got column) string {
	switch {
	case got.updates:
		return "is set anew by each change of its row"
	case got.kind != w.want.kind:
		return fmt.Sprintf("is of type %s and not %s", got.kind, w.want.kind)
	case got.charset != w.want.charset:
		return fmt.Sprintf("is in %s and not in %s", got.charset, w.want.charset)
	}
	return ""
}

// mends reports whether Setup makes of a column what it must be.
func (w wanted) mends(got column) bool {
	return w.from != "" && strings.HasPrefix(got.kind, w.from) || got.kind == w.want.kind
}

// unfit says why the tables cannot hold locks, which Setup cannot mend.
func (v *visit) unfit(found relations) error {
	if err := found.locks.unfit(v.table.String(), pythonColumns, ourColumns); err != nil {
		return err
	}
	return found.fences.unfit(v.table.String()+fenceSuffix, fenceColumns, nil)
}

// unfit says why a relation is not such a table. It may lack the added columns.
func (r relation) unfit(name string, own, added []wanted) error {
	switch {
	case r.missing():
		return nil
	case r.kind != "BASE TABLE":
		return configError("table", "names %s, which is a %s and not a plain table; name another", name, strings.ToLower(r.kind))
	case !strings.EqualFold(r.engine, "InnoDB"):
		return configError("table", "names %s, whose engine is %s, which undoes nothing that was written halfway; ALTER TABLE … ENGINE = InnoDB", name, r.engine)
	}
	for _, w := range own {
		if _, ok := r.columns[w.name]; !ok {
			return configError("table", "names %s, which has no column %q: it is not a table of locks; name another", name, w.name)
		}
	}
	for _, w := range append(own[:len(own):len(own)], added...) {
		if got, ok := r.columns[w.name]; ok && !w.mends(got) {
			return configError("table", "names %s, whose column %q %s; name another", name, w.name, w.differs(got))
		}
	}
	if !r.unique {
		return configError("table", "names %s, which allows two rows for one resource; make its column \"resource\" the primary key", name)
	}
	return nil
}

// A gap is something that Setup makes.
type gap struct {
	what      string // is missing, for an error
	statement string // one line
}

// gaps returns what the tables lack.
func (v *visit) gaps(found relations) []gap {
	locks, fences := v.table.String(), v.table.String()+fenceSuffix
	gaps := found.locks.gaps(locks, "{table}", " does not exist", append(pythonColumns[:len(pythonColumns):len(pythonColumns)], ourColumns...))
	gaps = append(gaps, found.fences.gaps(fences, "{fences}", ", which counts the grants, does not exist", fenceColumns)...)
	for i := range gaps {
		gaps[i].statement = v.table.sql(gaps[i].statement)
	}
	return gaps
}

func (r relation) gaps(name, place, missing string, columns []wanted) []gap {
	if r.missing() {
		return []gap{{fmt.Sprintf("table %q%s", name, missing), create(place, columns)}}
	}
	var gaps []gap
	var first string
	var changes []string
	for _, w := range columns {
		got, ok := r.columns[w.name]
		switch {
		case !ok:
			changes = append(changes, "ADD COLUMN "+w.definition())
			first = cmp.Or(first, fmt.Sprintf("table %q has no column %q", name, w.name))
		case w.differs(got) != "":
			changes = append(changes, "MODIFY COLUMN "+w.definition())
			first = cmp.Or(first, fmt.Sprintf("table %q has a column %q that %s%s", name, w.name, w.differs(got), harms[w.name]))
		}
		if ok && w.name == resourceColumn.name && got.charset != "" && !strings.HasPrefix(got.charset, "utf8") {
			gaps = append(gaps, gap{first, "ALTER TABLE " + place + " MODIFY COLUMN resource " + strings.ToUpper(got.kind) + textual + " NOT NULL;"})
		}
	}
	if len(changes) > 0 {
		gaps = append(gaps, gap{first, "ALTER TABLE " + place + " " + strings.Join(changes, ", ") + ";"})
	}
	return gaps
}

// harms are what columns of Python's table would do.
var harms = map[string]string{
	"resource":  ": names that differ in case, accents or spaces would be one lock",
	"principal": ": a name could be cut off or not be held",
	"created":   ": times would be cut to seconds",
	"expires":   ": times would be cut to seconds, and a lease end early",
}

func create(place string, columns []wanted) string {
	var all []string
	for _, w := range columns {
		all = append(all, w.definition())
	}
	return "CREATE TABLE IF NOT EXISTS " + place + " (" + strings.Join(all, ", ") + ", PRIMARY KEY (resource)) ENGINE = InnoDB;"
}
