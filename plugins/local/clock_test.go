package local

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/stormlock/stormlock/sdk"
)

// A machine is the time that a test sets.
type machine struct {
	wall  time.Time
	boot  string // "" where the system does not name its boots
	since time.Duration
}

const step = 10 * time.Minute

// bears makes it the machine on which a backend runs, its wall clock being off
// for that process.
func (m *machine) bears(b *backend, off time.Duration) *backend {
	b.file.now = func() moment { return moment{m.wall.Add(off).UnixNano(), m.boot, int64(m.since)} }
	return b
}

func (m *machine) pass(d time.Duration) {
	m.wall, m.since = m.wall.Add(d), m.since+d
}

// reboot starts the machine again after it was off.
func (m *machine) reboot(off time.Duration) {
	m.wall, m.since, m.boot = m.wall.Add(off), 5*time.Second, m.boot+"'"
}

// booted returns a backend on a machine that has been up for an hour, and a
// lease of a minute taken there.
func booted(t *testing.T) (*backend, *machine, sdk.Lease) {
	m := &machine{time.Now(), "boot", time.Hour}
	b := m.bears(newBackend(t), 0)
	return b, m, acquire(t, b, wanted("r"))
}

// bootless is booted on a system that has the wall clock alone.
func bootless(t *testing.T) (*backend, *machine, sdk.Lease) {
	m := &machine{wall: time.Now()}
	b := m.bears(newBackend(t), 0)
	return b, m, acquire(t, b, wanted("r"))
}

// left checks how long the lease of "r" still lasts, and that nobody else gets
// the lock meanwhile.
func left(t *testing.T, b *backend, lease sdk.Lease, want time.Duration) {
	t.Helper()
	got, err := b.Current(context.Background(), "r")
	if err != nil || got.ID != lease.ID || got.TTL != want {
		t.Errorf("current: %v, %v; want %v left", got, err, want)
	}
	listed := false
	for got, err := range b.List(context.Background(), "r") {
		listed = err == nil && got.TTL == want
	}
	if !listed {
		t.Errorf("list does not show the lease with %v left", want)
	}
	if _, err := b.Acquire(context.Background(), wanted("r")); !errors.Is(err, sdk.ErrHeld) {
		t.Errorf("another's acquire: %v", err)
	}
}

// ended checks that a lease has ended and that the next one gets the lock.
func ended(t *testing.T, b *backend, lease sdk.Lease) {
	t.Helper()
	_, err := b.Current(context.Background(), "r")
	wantError(t, err, sdk.ErrNotHeld)
	_, err = b.Renew(context.Background(), lease)
	wantError(t, err, sdk.ErrNotHeld)
	acquire(t, b, wanted("r"))
}

func TestExpiry(t *testing.T) {
	for name, start := range map[string]func(*testing.T) (*backend, *machine, sdk.Lease){"booted": booted, "bootless": bootless} {
		t.Run(name, func(t *testing.T) {
			b, m, lease := start(t)
			m.pass(time.Minute - 1)
			left(t, b, lease, 1)
			m.pass(1)
			ended(t, b, lease)
		})
	}
}

// Somebody sets the wall clock while a lease is held: it ends when it should.
func TestWallClockThatIsSetChangesNoLease(t *testing.T) {
	for _, by := range []time.Duration{step, -step} {
		t.Run(by.String(), func(t *testing.T) {
			b, m, lease := booted(t)
			m.wall = m.wall.Add(by)
			left(t, b, lease, time.Minute)
			m.pass(time.Minute - 1)
			left(t, b, lease, 1)
			acquire(t, b, wanted("another")) // a change, which is remembered
			m.wall = m.wall.Add(-3 * by)
			left(t, b, lease, 1)
			m.pass(1)
			ended(t, b, lease)
		})
	}
}

func TestWallClockThatIsSetDoesNotChangeARenewal(t *testing.T) {
	b, m, lease := booted(t)
	m.wall = m.wall.Add(step)
	m.pass(30 * time.Second)
	if got, err := b.Renew(context.Background(), lease); err != nil || got.TTL != time.Minute {
		t.Fatalf("renew: %v, %v", got, err)
	}
	m.wall = m.wall.Add(-2 * step)
	left(t, b, lease, time.Minute)
	m.pass(time.Minute)
	ended(t, b, lease)
}

func TestProcessesWithDifferentWallClocksAgree(t *testing.T) {
	b, m, lease := booted(t)
	for _, off := range []time.Duration{step, -step} {
		other := m.bears(openAt(t, b.file.path), off)
		left(t, other, lease, time.Minute)
		acquire(t, other, wanted(fmt.Sprint("another", off)))
		left(t, b, lease, time.Minute)
	}
	m.pass(time.Minute)
	ended(t, m.bears(openAt(t, b.file.path), -step), lease)
}

// anchoredAtAChange checks that what is left goes by the wall clock until
// something is changed, and by the boot's from then on.
func anchoredAtAChange(t *testing.T, b *backend, m *machine, lease sdk.Lease) {
	t.Helper()
	left(t, b, lease, 40*time.Second)
	acquire(t, b, wanted("another"))
	m.wall = m.wall.Add(step)
	left(t, b, lease, 40*time.Second)
	m.pass(40 * time.Second)
	ended(t, b, lease)
}

// After a boot only the wall clock can tell how long the machine was off.
func TestRebootTakesTheTimeFromTheWallClockOnce(t *testing.T) {
	b, m, lease := booted(t)
	m.reboot(20 * time.Second)
	anchoredAtAChange(t, b, m, lease)
}

func TestRebootWithAClockThatWasSetBack(t *testing.T) {
	b, m, lease := booted(t)
	m.pass(10 * time.Second)
	acquire(t, b, wanted("another"))
	m.reboot(-time.Hour)
	left(t, b, lease, 50*time.Second)
	acquire(t, b, wanted("a third")) // from here on, time passes again
	m.pass(50*time.Second - 1)
	left(t, b, lease, 1)
	m.pass(1)
	ended(t, b, lease)
}

// A look cannot write: until something is changed, the wall clock is all there
// is after a boot, and what was decided by before.
func TestReadingAfterARebootRemembersNothing(t *testing.T) {
	b, m, lease := booted(t)
	m.reboot(20 * time.Second)
	before := readFile(t, b.file.path)
	left(t, b, lease, 40*time.Second)
	if string(readFile(t, b.file.path)) != string(before) {
		t.Error("the file has changed")
	}
	m.wall = m.wall.Add(-time.Hour)
	left(t, b, lease, time.Minute)
}

// A process in a time namespace that looks like the same boot, though its clock
// is behind: leases may end late, but neither for it nor for others early.
func TestTimeOfABootThatIsBehindEndsNoLeaseEarly(t *testing.T) {
	b, m, lease := booted(t)
	m.pass(10 * time.Second)
	acquire(t, b, wanted("another"))
	behind := &machine{m.wall, m.boot, m.since - 30*time.Minute}
	other := behind.bears(openAt(t, b.file.path), 0)
	left(t, other, lease, 50*time.Second)
	acquire(t, other, wanted("a third"))
	left(t, b, lease, 50*time.Second)
	behind.pass(time.Hour)
	m.pass(50 * time.Second)
	ended(t, b, lease)
}

// Files of the time before boots were remembered, and of systems without.
func TestFileWithoutABootIsAnchoredAtTheFirstChange(t *testing.T) {
	b, m, lease := booted(t)
	edit(t, b.file.path, nil, func(tx *bolt.Tx) error { return tx.Bucket(metaBucket).Delete(bootKey) })
	m.pass(20 * time.Second)
	anchoredAtAChange(t, b, m, lease)
}

// A process that does not know the boot goes by the wall clock, and leaves what
// the others remember.
func TestProcessThatDoesNotKnowTheBoot(t *testing.T) {
	b, m, lease := booted(t)
	blind := &machine{wall: m.wall.Add(20 * time.Second)}
	other := blind.bears(openAt(t, b.file.path), 0)
	left(t, other, lease, 40*time.Second)
	m.pass(30 * time.Second)
	acquire(t, other, wanted("another"))
	m.wall = m.wall.Add(step)
	left(t, b, lease, 30*time.Second)
}

// Created is what the clock on the wall showed, whatever the ledger's does.
func TestCreatedIsByTheWallClock(t *testing.T) {
	b, m, _ := booted(t)
	m.wall = m.wall.Add(-step)
	lease := acquire(t, b, wanted("another"))
	if !lease.Created.Equal(m.wall) {
		t.Errorf("created %v; want %v", lease.Created, m.wall)
	}
}

// Each method that can say that a lease has ended must make it stay ended when
// the clock is then found set back, for another process too.
func TestClockStepBackCannotReviveALease(t *testing.T) {
	each(t, func(t *testing.T, call func(context.Context, *backend) error) {
		b, m, lease := bootless(t)
		m.pass(time.Hour)
		if call(context.Background(), b) == nil {
			return // did not tell anybody that a lease has ended
		}
		m.pass(-time.Hour)
		other := m.bears(openAt(t, b.file.path), 0)
		_, err := other.Renew(context.Background(), lease)
		wantError(t, err, sdk.ErrNotHeld)
		_, err = other.Current(context.Background(), "r")
		wantError(t, err, sdk.ErrNotHeld)
	})
}

// The end of one lease is told, then the clock is set back: another lease that
// had ended by then must not come back either.
func TestClockRemembersTheLatestDecision(t *testing.T) {
	b, m, lease := bootless(t)
	m.pass(time.Hour)
	acquire(t, b, wanted("another"))
	m.pass(-time.Hour)
	_, err := b.Renew(context.Background(), lease)
	wantError(t, err, sdk.ErrNotHeld)
	for listed := range b.List(context.Background(), "r") {
		t.Errorf("list shows %v, which has ended", listed)
	}
}

func TestClockStepBackDoesNotLengthenALease(t *testing.T) {
	b, m, lease := bootless(t)
	m.pass(-time.Hour)
	left(t, b, lease, time.Minute)
}

// What the system itself tells: one boot for all, and time that passes.
func TestPresent(t *testing.T) {
	first := present()
	time.Sleep(time.Millisecond)
	second := present()
	if first.boot != second.boot || second.since <= first.since || second.wall <= first.wall {
		t.Errorf("%+v, then %+v", first, second)
	}
}
