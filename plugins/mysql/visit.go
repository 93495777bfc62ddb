package mysql

import (
	"context"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// bounded ends with ctx, with the backend, and in any case.
func (b *backend) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return bounded.CallWhile(ctx, b.open)
}

// A visit is one call at the server, over its own connection.
type visit struct {
	*backend
	*line
	ctx context.Context // of the call

	facts    facts
	deadline int64 // when ctx ends on the server's clock, in microseconds
}

// begin connects, looks at the server, and leaves no doubt about the tables. The
// caller hangs up.
func (b *backend) begin(ctx context.Context) (*visit, error) {
	v, err := b.arrive(ctx)
	if err != nil {
		return nil, err
	}
	if err := v.vet(); err != nil {
		v.hangUp()
		return nil, err
	}
	return v, nil
}

// arrive connects and looks at the server.
func (b *backend) arrive(ctx context.Context) (*visit, error) {
	l, err := b.dial(ctx)
	if err != nil {
		return nil, b.explain(err)
	}
	v := &visit{backend: b, line: l, ctx: ctx}
	if err := v.meet(); err != nil {
		l.hangUp()
		return nil, err
	}
	return v, nil
}

// meet asks the server what it is. The two clocks need not agree: only the time
// that is left counts, and it runs from the moment that the server read its clock.
// That moment was before the reply came, so the deadline is early by at most the
// reply's way back, and never late.
func (v *visit) meet() error {
	if err := v.ask(v.ctx, v.facts.scan, sqlServer); err != nil {
		return v.explain(err)
	}
	end, _ := v.ctx.Deadline()
	v.deadline = v.facts.now + time.Until(end).Microseconds()
	return v.unable(v.facts)
}

// vet looks at the tables.
func (v *visit) vet() error {
	found, err := v.survey()
	if err != nil {
		return err
	}
	if err := v.unfit(found); err != nil {
		return err
	}
	if gaps := v.gaps(found); len(gaps) > 0 {
		return v.notSetUp(gaps[0])
	}
	return nil
}

// notSetUp tells a table that is missing from one that this user may not see.
func (v *visit) notSetUp(g gap) error {
	for _, name := range []string{"{table}", "{fences}"} {
		if err := v.ask(v.ctx, func([]string) error { return nil }, v.table.sql("SELECT resource FROM "+name+" LIMIT 0")); code(err) != noTable && code(err) != 0 {
			return v.explain(err)
		}
	}
	return sdk.NotSetUp("mysql at %s: %s", v.where, g.what)
}

// A sight is what a look at a resource has shown.
type sight struct {
	now     int64 // microseconds since 1970
	counter int64
	counted bool // there is a counter
	row
}

// look reads the lock and the counter of a resource, in one statement.
func (v *visit) look(resource string) (sight, error) {
	var s sight
	err := v.ask(v.ctx, s.scan, v.table.sql(sqlLook), []byte(resource), []byte(resource))
	if err != nil {
		return sight{}, v.explain(err)
	}
	if s.foreign() {
		return s, v.foreign(resource)
	}
	return s, nil
}

// certain carries out a statement that changes no lock, whatever becomes of it.
func (v *visit) certain(statement string, args ...any) error {
	_, err := v.do(v.ctx, v.table.sql(statement), args...)
	if err != nil {
		return v.explain(err)
	}
	return nil
}

// decide carries out the statement that changes a lock, and reports whether it
// did. Once it has left, no answer means that the outcome is unknown.
func (v *visit) decide(statement string, args ...any) (changed bool, err error) {
	rows, err := v.do(v.ctx, v.table.sql(statement), args...)
	if err != nil {
		return false, v.doubt(err)
	}
	return rows > 0, nil
}

// late says that the deadline of the call is over on the server's clock, or
// nothing.
func (v *visit) late(s sight) error {
	if s.now < v.deadline {
		return nil
	}
	return sdk.Unavailable("mysql at %s: the request came after its deadline; no lock was changed; try again", v.where)
}
