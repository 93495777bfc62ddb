package sdk

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestNewIDsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := NewID()
		if raw, ok := ParseID(id); !ok || raw == [16]byte{} || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}

func TestParseID(t *testing.T) {
	want := [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}
	for _, id := range []string{
		"000102030405060708090a0b0c0d0eff",
		"000102030405060708090A0B0C0D0EFF",
		"00010203-0405-0607-0809-0a0b0c0d0eff",
	} {
		if got, ok := ParseID(id); !ok || got != want {
			t.Errorf("ParseID(%q) is %x, %t", id, got, ok)
		}
	}
	for _, id := range []string{
		"", "0", "nonsense", "000102030405060708090a0b0c0d0ef", "000102030405060708090a0b0c0d0eff0",
		"000102030405060708090a0b0c0d0efg", " 00102030405060708090a0b0c0d0eff",
		"0001020-30405-0607-0809-0a0b0c0d0eff", "00010203-0405-0607-0809-0a0b0c0d0ef-",
	} {
		if got, ok := ParseID(id); ok {
			t.Errorf("ParseID(%q) is %x", id, got)
		}
	}
}

func TestSameID(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"ab", "AB", true},
		{"00010203-0405-0607-0809-0a0b0c0d0eff", "000102030405060708090A0B0C0D0EFF", true},
		{"ab", "ac", false},
		{"a-b", "ab", false},
		{"0001-0203-0405-0607-0809-0a0b-0c0d-0eff", "000102030405060708090a0b0c0d0eff", false},
		{"", "", false}, // no lease has an empty id
		{"ab", "", false},
	} {
		if got := SameID(c.a, c.b); got != c.want {
			t.Errorf("SameID(%q, %q) is %t", c.a, c.b, got)
		}
	}
}

func TestValidateResource(t *testing.T) {
	for _, name := range []string{
		"a", "prod-db", "a/b/c", "with space", "ünïcødé", "日本語", "😀", "{tag}", "100%", "*?[x]", `"'\`,
		strings.Repeat("x", 255), strings.Repeat("é", 127),
	} {
		if err := ValidateResource(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{
		"", " a", "a ", "\u00a0a", "a\tb", "a\nb", "a\x00", "a\x1b[2J", "a\x7f", "a\u0085b", "a\u009bb",
		"a\u202eb", "a\u2066b", "a\u200bb", "a\u200db", "a\u2028b", "a\ufeffb", "a\u034fb", "a\u3164b", "a\ufe0fb", "\xff", "a\xc3",
		strings.Repeat("x", 256), strings.Repeat("é", 128),
	} {
		if err := ValidateResource(name); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestValidateTTL(t *testing.T) {
	for _, ttl := range []time.Duration{time.Second, time.Hour, MaxTTL} {
		if err := ValidateTTL(ttl); err != nil {
			t.Errorf("%s: %v", ttl, err)
		}
	}
	for _, ttl := range []time.Duration{0, -time.Second, 999 * time.Millisecond, 1500 * time.Millisecond, MaxTTL + time.Second} {
		if err := ValidateTTL(ttl); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", ttl, err)
		}
	}
}

func TestValidateLease(t *testing.T) {
	good := Lease{Resource: "r", ID: NewID(), Principal: "ana", Reason: "two\nlines", TTL: time.Minute}
	if err := ValidateAcquire(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Lease){
		"no resource":      func(l *Lease) { l.Resource = "" },
		"no id":            func(l *Lease) { l.ID = "" },
		"foreign id":       func(l *Lease) { l.ID = "694d9a5b" },
		"no principal":     func(l *Lease) { l.Principal = "" },
		"long principal":   func(l *Lease) { l.Principal = strings.Repeat("x", MaxPrincipalLen+1) },
		"principal, NUL":   func(l *Lease) { l.Principal = "a\x00" },
		"principal, bytes": func(l *Lease) { l.Principal = "\xff" },
		"long reason":      func(l *Lease) { l.Reason = strings.Repeat("x", MaxReasonLen+1) },
		"no TTL":           func(l *Lease) { l.TTL = 0 },
	} {
		bad := good
		change(&bad)
		if err := ValidateAcquire(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Any text can be asked about as an id.
	foreign := good
	foreign.ID = "694d9a5b"
	if err := errors.Join(ValidateRenew(foreign), ValidateRelease(foreign)); err != nil {
		t.Error(err)
	}
	foreign.ID = strings.Repeat("x", MaxIDLen+1)
	if err := ValidateRelease(foreign); !errors.Is(err, ErrInvalid) {
		t.Errorf("a long id: %v", err)
	}
}
