package mysql

import (
	"context"
	"fmt"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Two setups at once would both find a table missing. The lock ends with the
// connection.
const sqlSetupLock = "SELECT GET_LOCK(CONCAT('stormlock setup ', SHA1(?)), ?)"

// Setup makes the tables, or gives Python's table what it lacks. Each statement
// is whole by itself, and what one setup left undone the next one does. Locks
// that are held stay held.
func (b *backend) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	v, err := b.arrive(ctx)
	if err != nil {
		return nil, err
	}
	defer v.hangUp()
	if !dryRun {
		if err := v.alone(); err != nil {
			return nil, err
		}
	}
	found, err := v.survey()
	if err == nil {
		err = v.unfit(found)
	}
	if err != nil {
		return nil, err
	}
	return v.mend(v.gaps(found), dryRun)
}

// mend carries out what gaps take, and returns that.
func (v *visit) mend(gaps []gap, dryRun bool) (done []string, err error) {
	for _, g := range gaps {
		if !dryRun {
			if _, err := v.do(v.ctx, g.statement); err != nil {
				return done, v.explainSetup(err)
			}
		}
		done = append(done, g.statement)
	}
	return done, nil
}

// alone waits until no other setup is under way.
func (v *visit) alone() error {
	var got string
	end, _ := v.ctx.Deadline()
	patience := max(int64((time.Until(end)-timeToSay)/time.Second), 1)
	err := v.ask(v.ctx, func(fields []string) error { got = fields[0]; return nil }, sqlSetupLock, v.table.String(), patience)
	switch {
	case err != nil:
		return v.explain(err)
	case got != "1":
		return sdk.Unavailable("mysql at %s: another setup is under way; nothing was set up; try again", v.where)
	}
	return nil
}

// survey looks at the tables.
func (v *visit) survey() (relations, error) {
	var found relations
	if err := v.ask(v.ctx, found.scan, v.table.sql(sqlTables)); err != nil {
		return relations{}, v.explain(err)
	}
	return found, nil
}

// explainSetup says what a fault of a statement of Setup means.
func (v *visit) explainSetup(err error) error {
	number := code(err)
	switch {
	case denied(number):
		return sdk.Refused("mysql at %s: %s; it was not set up; let an administrator carry out what a dry run prints", v.where, cause(err))
	case number == 1406 || number == 1292 || number == 1366:
		return configError("table", "names %s, which has a row that is no lock: mysql at %s: %s; remove it", v.table, v.where, cause(err))
	case number != 0 || !v.wire.sent:
		return v.explain(err)
	}
	return fmt.Errorf("mysql at %s: no answer to a statement of the setup: %s; repeat it", v.where, cause(err))
}
