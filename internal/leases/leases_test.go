package leases_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/internal/leases"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const (
	id    = "000102030405060708090a0b0c0d0e0f"
	other = "ffffffffffffffffffffffffffffffff"
)

func noteOf(resource, id string) leases.Note {
	return leases.Note{
		State: leases.Held, Resource: resource, Backend: "local", Config: "/etc/stormlock.cfg", AskedID: id,
		Reason: "why\nnot", TTL: "5m", Since: now.Add(-time.Minute), Until: now.Add(4 * time.Minute),
	}
}

// opened returns an empty record and its path.
func opened(t *testing.T) (*leases.Record, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stormlock", "leases")
	r, err := leases.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r, path
}

func write(t *testing.T, r *leases.Record, notes ...leases.Note) {
	t.Helper()
	for _, n := range notes {
		if err := r.Write(n); err != nil {
			t.Fatal(err)
		}
	}
}

// list is what the record shows: resource and id of each.
func list(t *testing.T, r *leases.Record, at time.Time) string {
	t.Helper()
	notes, faults := r.List(at)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var all []string
	for _, n := range notes {
		all = append(all, n.Resource+" "+n.ID())
	}
	return strings.Join(all, ", ")
}

func TestWriteReplacesTheNoteOfTheSameLease(t *testing.T) {
	r, path := opened(t)
	write(t, r, noteOf("b", id), noteOf("a", other), noteOf("a", id))
	changed := noteOf("b", id)
	changed.StoreID = "1f"
	write(t, r, changed)
	if got, want := list(t, r, now), "a "+id+", a "+other+", b 1f"; got != want {
		t.Errorf("listed %q, want %q", got, want)
	}
	if err := r.Remove(noteOf("a", strings.ToUpper(other))); err != nil {
		t.Fatal(err)
	}
	if got, want := list(t, r, now), "a "+id+", b 1f"; got != want {
		t.Errorf("listed %q, want %q", got, want)
	}
	entries, _ := os.ReadDir(path)
	if len(entries) != 2 {
		t.Errorf("files: %v", entries)
	}
	if err := r.Remove(noteOf("nothing", id)); err != nil {
		t.Errorf("to remove what is not there: %v", err)
	}
}

func TestFindTakesEitherId(t *testing.T) {
	r, _ := opened(t)
	n := noteOf("r", id)
	n.StoreID, n.Until = "1f", now.AddDate(-1, 0, 0)
	write(t, r, n)
	for _, spelling := range []string{id, "00010203-0405-0607-0809-0A0B0C0D0E0F", "1F"} {
		if got, ok := r.Find(n.Place(), spelling); !ok || got.Reason != n.Reason {
			t.Errorf("find %q: %v, %t", spelling, got, ok)
		}
	}
	elsewhere := n.Place()
	elsewhere.Config = "/other.cfg"
	if _, ok := r.Find(elsewhere, id); ok {
		t.Error("found in another place")
	}
	if _, ok := r.Find(n.Place(), other); ok {
		t.Error("found another id")
	}
}

// TestEnded: what is over is not listed, and its file goes after a day.
func TestEnded(t *testing.T) {
	r, path := opened(t)
	write(t, r, noteOf("r", id))
	part := filepath.Join(path, ".part-1")
	if err := os.WriteFile(part, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(part, now, now); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after time.Duration
		shown string
		files int
	}{
		{10 * time.Minute, "r " + id, 2},
		{time.Hour, "", 2},
		{23 * time.Hour, "", 2},
		{25 * time.Hour, "", 0},
	} {
		if got := list(t, r, now.Add(step.after)); got != step.shown {
			t.Errorf("after %v: listed %q, want %q", step.after, got, step.shown)
		}
		r.Tidy(now.Add(step.after))
		if entries, _ := os.ReadDir(path); len(entries) != step.files {
			t.Errorf("after %v: files %v", step.after, entries)
		}
	}
}

// TestForeignFiles are named, passed over, and never removed.
func TestForeignFiles(t *testing.T) {
	r, path := opened(t)
	write(t, r, noteOf("r", id))
	mine, _ := filepath.Glob(path + "/*")
	good, err := os.ReadFile(mine[0])
	if err != nil {
		t.Fatal(err)
	}
	later := strings.Replace(string(good), `"version": 1`, `"version": 2`, 1)
	escaping := strings.Replace(string(good), `"resource": "r"`, `"resource": "r\u001b"`, 1)
	for name, text := range map[string]string{
		"garbled.json": "{", "copy.json": string(good), "later.json": later, "escaping.json": escaping,
		"huge.json": string(good) + strings.Repeat(" ", 1<<20), "README": "hello",
	} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(path, "link.json")); err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(filepath.Join(path, "folder.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.Tidy(now.AddDate(1, 0, 0))
	notes, faults := r.List(now)
	if len(notes) != 0 || len(faults) != 8 {
		t.Errorf("listed %v, faults %v", notes, faults)
	}
	if text := fmt.Sprint(faults); !strings.Contains(text, "later.json: was written by a later stormlock") {
		t.Errorf("faults: %s", text)
	}
	for _, fault := range faults {
		if text := fault.Error(); !strings.Contains(text, path) || strings.ContainsAny(text, "\n\x1b") {
			t.Errorf("fault %q", text)
		}
	}
}

func TestDirectory(t *testing.T) {
	for _, test := range []struct{ state, home, want string }{
		{"/s", "/h", "/s/stormlock/leases"},
		{"", "/h", "/h/.local/state/stormlock/leases"},
		{"relative", "/h", "/h/.local/state/stormlock/leases"},
	} {
		getenv := func(name string) string {
			return map[string]string{"XDG_STATE_HOME": test.state, "HOME": test.home}[name]
		}
		if got, err := leases.Directory(getenv); err != nil || got != filepath.FromSlash(test.want) {
			t.Errorf("%v: %q, %v", test, got, err)
		}
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	if got, err := leases.Directory(os.Getenv); err == nil {
		t.Errorf("without a home: %q", got)
	}
}

func TestOpenWithoutARecord(t *testing.T) {
	if _, err := leases.Open(filepath.Join(t.TempDir(), "leases")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
