package postgres

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stormlock/stormlock/sdk"
)

// What a server answers to a commit, and whether anything is certain then. Most
// of it cannot be brought about at will.
func TestAnswersToACommit(t *testing.T) {
	t.Parallel()
	b := &backend{where: "127.0.0.1:5432"}
	answer := func(code string) error {
		return &pgconn.PgError{Severity: "ERROR", Code: code, Message: "said\nin two lines"}
	}
	for _, c := range []struct {
		name         string
		tag, warning string
		err          error
		kind         error // nil: unknown
	}{
		{"serialization", "", "", answer("40001"), sdk.ErrUnavailable},
		{"deadlock", "", "", answer("40P01"), sdk.ErrUnavailable},
		{"idle too long", "", "", answer("25P03"), sdk.ErrUnavailable},
		{"deferred constraint", "", "", answer("23505"), sdk.ErrConfig},
		{"completion unknown", "", "", answer("40003"), nil},
		{"shut down", "", "", answer("57P01"), nil},
		{"cancelled", "", "", answer("57014"), nil},
		{"of a pooler", "", "", answer("08P01"), nil},
		{"disk full", "", "", answer("53100"), nil},
		{"internal", "", "", answer("XX000"), nil},
		{"no answer", "", "", context.DeadlineExceeded, nil},
		{"undone", "ROLLBACK", "", nil, sdk.ErrUnavailable},
		{"not replicated", "COMMIT", "canceling wait for\nsynchronous replication", nil, nil},
		{"something else", "SELECT 1", "", nil, nil},
	} {
		err := b.committed(c.tag, c.warning, c.err)
		if c.kind == nil {
			isUnknown(t, c.name, err)
		} else if !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", c.name, err)
		}
		contains(t, err, "127.0.0.1:5432")
	}
	if err := b.committed("COMMIT", "", nil); err != nil {
		t.Error(err)
	}
}

// A transaction that has failed is not committed by COMMIT, which says so in
// its answer alone.
func TestCommitOfAFailedTransaction(t *testing.T) {
	t.Parallel()
	opened, conn, _ := start(t)
	b, ctx := opened.(*backend), testContext(t)
	l, err := b.dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer l.hangUp()
	for _, sql := range []string{"BEGIN", "INSERT INTO stormlock_fence VALUES ('x', 1)", "SELECT 1 / 0"} {
		_, _ = l.Exec(ctx, sql)
	}
	if err := b.commit(ctx, l); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	if one[int](t, conn, "SELECT count(*) FROM stormlock_fence") != 0 {
		t.Error("it was committed")
	}
}

// Nothing is sent, so all is certain, if the call has ended before the commit.
func TestCommitIsNotSentAfterTheEnd(t *testing.T) {
	t.Parallel()
	opened, conn, _ := start(t)
	b := opened.(*backend)
	l, err := b.dial(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	defer l.hangUp()
	run(t, l.Conn, "BEGIN")
	run(t, l.Conn, "INSERT INTO stormlock_fence VALUES ('x', 1)")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.commit(ctx, l); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error = %v", err)
	}
	if one[int](t, conn, "SELECT count(*) FROM stormlock_fence") != 0 {
		t.Error("it was committed")
	}
}
