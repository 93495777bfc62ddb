package mysql

import (
	"slices"

	"github.com/stormlock/stormlock/sdk"
)

// facts are what a server tells of itself at the beginning of each call.
type facts struct {
	now      int64 // microseconds since 1970
	begun    int64 // of the statement, by the clock that stands still
	readOnly bool
	version  string
}

// scan reads a row of server.sql.
func (f *facts) scan(fields []string) (err error) {
	const columns = 5
	if len(fields) != columns {
		return errStrange
	}
	if f.now, err = number(fields[0]); err != nil {
		return errStrange
	}
	if f.begun, err = number(fields[1]); err != nil {
		return errStrange
	}
	f.readOnly = !slices.Contains([]string{"0", "OFF", ""}, fields[2]) || fields[3] == "1"
	f.version = fields[4]
	return nil
}

// unable says why a server can hold no locks, or nothing. One that is read-only
// is a replica, or is to become one: what it knows may be old.
func (v *visit) unable(f facts) error {
	if f.readOnly {
		return v.replica()
	}
	if f.now == f.begun {
		return v.ticks()
	}
	return nil
}

// ticks tells a clock that stands still from one that was asked twice within a
// microsecond.
func (v *visit) ticks() error {
	var stands string
	err := v.ask(v.ctx, func(fields []string) error { stands = fields[0]; return nil },
		"SELECT SLEEP(0.001) = 0 AND SYSDATE(6) = NOW(6)")
	switch {
	case err != nil:
		return v.explain(err)
	case stands != "0":
		return sdk.Unavailable("mysql at %s: the clock stands still while a statement waits; no lock was changed; turn sysdate-is-now off at the server", v.where)
	}
	return nil
}
