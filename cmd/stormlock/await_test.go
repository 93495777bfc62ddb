package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/sdk"
)

// TestAwaitedEndsWithTheTime: a disk that does not answer holds up no command.
func TestAwaitedEndsWithTheTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	release := make(chan struct{})
	defer close(release)
	_, err := awaited(ctx, "reading x", func() (int, error) { <-release; return 0, nil })
	if !errors.Is(err, sdk.ErrUnavailable) || !strings.Contains(err.Error(), "reading x takes longer than --timeout") {
		t.Errorf("error is %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	_, err = awaited(ctx, "reading x", func() (int, error) { <-release; return 0, nil })
	if !errors.Is(err, sdk.ErrUnavailable) || !strings.Contains(err.Error(), "interrupted while reading x") {
		t.Errorf("error is %v", err)
	}
}

// TestAwaitedPassesAPanicOn: one that ends the process would be exit code 2,
// "held by another".
func TestAwaitedPassesAPanicOn(t *testing.T) {
	defer func() {
		if p := recover(); p != "out of cheese" {
			t.Errorf("panic is %v", p)
		}
	}()
	_, _ = awaited(t.Context(), "reading x", func() (int, error) { panic("out of cheese") })
}

// TestStdinWithoutEnd: the id is not waited for longer than the command may take.
func TestStdinWithoutEnd(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	saved := os.Stdin
	os.Stdin = r
	defer func() { os.Stdin = saved }()
	g := &globals{timeout: ttlFlag{10 * time.Millisecond}}
	if _, err := g.leaseID(t.Context(), "-"); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("error is %v", err)
	}
}

func TestReadLeaseID(t *testing.T) {
	for text, want := range map[string]string{
		"abc": "abc", "abc\n": "abc", "abc\r\n": "abc", "abc\nmore\n": "abc", " abc \n": " abc ",
		strings.Repeat("0", 500): strings.Repeat("0", sdk.MaxIDLen+2),
	} {
		if got, err := readLeaseID(strings.NewReader(text)); got != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "\n", "\r\n"} {
		if got, err := readLeaseID(strings.NewReader(text)); exitCode(err) != exitUsage {
			t.Errorf("%q: %q, %v; want a usage error", text, got, err)
		}
	}
	if _, err := readLeaseID(io.MultiReader(strings.NewReader("a"), broken{})); exitCode(err) != exitUsage {
		t.Errorf("from a broken stdin: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestIsSecret(t *testing.T) {
	for value, want := range map[string]bool{
		"": false, "hunter2": true, "c2VjcmV0=": true, "redis://db:6379": false, "redis://ana@db": false,
		"redis://:hunter2@db": true, "redis://s1?addr=s2&master_name=m": false, "redis://s1?password=x": true,
		"redis://ana:%zz@db": true, "unix:///run/redis.sock": false, "postgresql://lock@db/ops?sslmode=verify-full": false,
		"host=db dbname=ops user=lock": false, "dbname=ops host=db password=x": true, "host=db PASSWORD = 'x y'": true,
		"postgresql://db/ops?sslpassword=x": true,
	} {
		if got := isSecret(value); got != want {
			t.Errorf("%q is a secret: %t, want %t", value, got, want)
		}
	}
}

// TestRecordThatDoesNotAnswer: it is given up, and not asked again.
func TestRecordThatDoesNotAnswer(t *testing.T) {
	saved := recordTime
	recordTime = 10 * time.Millisecond
	defer func() { recordTime = saved }()
	release := make(chan struct{})
	defer close(release)
	var b book
	var asked atomic.Int32
	for range 2 {
		b.use(func(string) (*leases.Record, error) { asked.Add(1); <-release; return nil, nil }, nil)
	}
	if !b.broken || asked.Load() != 1 || b.find(leases.Place{}, "1") != nil {
		t.Errorf("broken: %t, asked %d times; want true and once", b.broken, asked.Load())
	}
}
