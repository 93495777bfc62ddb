package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// write makes a file named f.cfg and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, text string) *File {
	t.Helper()
	f, err := Read(write(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// expect checks that an error begins with the position, contains each of the
// words, is of one visible line and matches sdk.ErrConfig.
func expect(t *testing.T, what string, err error, position string, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error; want one at %s", what, position)
		return
	}
	if !errors.Is(err, sdk.ErrConfig) {
		t.Errorf("%s: %v: does not match sdk.ErrConfig", what, err)
	}
	if !strings.HasPrefix(err.Error(), position) || strings.ContainsAny(err.Error(), "\n\r\x1b") {
		t.Errorf("%s: %q; want one line that begins with %q", what, err, position)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v; want it to contain %q", what, err, word)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, test := range []struct {
		why, text string
		line      string
		words     []string
	}{
		{"duplicate section", "[default]\n[a]\n# c\n[default]\n", ":4: ", []string{`section "default" is there already, in line 1`}},
		{"duplicate section of equal keys", "[a]\nttl = 1h\n[a]\nttl = 1h\n", ":3: ", []string{`"a"`}},
		{"duplicate empty DEFAULT", "[DEFAULT]\n[DEFAULT]\n", ":2: ", []string{"already"}},
		{"duplicate key", "[default]\nttl = 1h\n\nttl = 2h\n", ":4: ", []string{`key "ttl" of section "default" is there already, in line 2`}},
		{"duplicate key of equal value", "[default]\nttl = 1h\nttl = 1h\n", ":3: ", []string{"line 2"}},
		{"duplicate empty key", "[default]\nttl =\nttl =\n", ":3: ", []string{"line 2"}},
		{"duplicate key in another case", "[backend.redis]\nurl = x\n  y\nURL: z\n", ":4: ", []string{`"url"`, "line 2"}},
		{"key before the first section", "# c\nttl = 1h\n[default]\n", ":2: ", []string{"before the first section"}},
		{"indented key before the first section", "  ttl = 1h\n", ":1: ", []string{"before the first section"}},
		{"second byte order mark", "\ufeff\ufeff[default]\n", ":1: ", []string{"before the first section"}},
		{"keys in DEFAULT", "[a]\n[DEFAULT]\nttl = 1h\n", ":2: ", []string{"[DEFAULT]", "write [default]"}},
		{"keys in Default", "[Default]\nttl = 1h\n", ":1: ", []string{"[Default]", "write [default]"}},
		{"backend in another case", "[Backend.redis]\nurl = x\n", ":1: ", []string{"[backend.NAME]"}},
		{"section that no resource can have", "[default]\n[ deploy ]\n", ":2: ", []string{`" deploy "`, "white space"}},
		{"section with an invisible character", "[dep\u200bloy]\n", ":1: ", []string{"U+200B"}},
		{"section with a control character", "[dep\x1bloy]\n", ":1: ", []string{`\x1b`}},
		{"section too long", "[" + strings.Repeat("x", 256) + "]\n", ":1: ", []string{"256 bytes"}},
		{"section without a name", "[]\n", ":1: ", []string{"no name"}},
		{"section not closed", "[default]\nttl = 1h\n[deploy\n", ":3: ", []string{"closing bracket"}},
		{"key that looks like a section", "[default]\n[a = b\n", ":2: ", []string{"closing bracket"}},
		{"key beside a section", "[default]\n[deploy] backend = local\n", ":2: ", []string{`text follows section "deploy"`}},
		{"section with a bracket", "[a]b]\n", ":1: ", []string{"text follows"}},
		{"control character beside a section", "[\x1b[31m] x\n", ":1: ", []string{`\x1b`}},
		{"bracket in a comment", "[a] # see [b]\n", ":1: ", []string{"comment after section"}},
		{"no delimiter", "[default]\nttl\n", ":2: ", []string{"KEY = VALUE"}},
		{"rest of a value that is not indented", "[default]\nprincipal = ana\nof ops\n", ":3: ", []string{"indent"}},
		{"no key", "[default]\n= 1h\n", ":2: ", []string{"no name"}},
		{"numbered key", "[default]\n- = 1h\n", ":2: ", []string{`named "-"`}},
		{"quoted key", "[default]\n\"ttl\" = 1h\n", ":2: ", []string{"begins with a quote"}},
		{"backquoted key", "[default]\n`ttl` = 1h\n", ":2: ", []string{"begins with a quote"}},
		{"key with a strange letter", "[default]\nTT\u0130L = 1h\n", ":2: ", []string{"not printable ASCII"}},
		{"key with a control", "[default]\nt\x1btl = 1h\n", ":2: ", []string{"not printable ASCII"}},
		{"reference", "[backend.redis]\nhost = h\nurl = x\n  redis://%(host)s:1/\n", ":3: ", []string{`"url"`, "%(NAME)s", "%%"}},
		{"reference after a percent sign", "[a]\nprincipal = %%%(x)s\n", ":2: ", []string{`"principal"`}},
		{"CRLF counts as one line", "[default]\r\nttl = 1h\r\nttl = 2h\r\n", ":3: ", []string{"line 2"}},
		{"CR counts as a line", "[default]\rttl = 1h\rttl = 2h\r", ":3: ", []string{"line 2"}},
		{"NUL", "[default]\nprincipal = a\x00b\n", ":2: ", []string{"NUL"}},
		{"invalid UTF-8", "[default]\r\nprincipal = \xe9\r\n", ":2: ", []string{"UTF-8"}},
		{"UTF-16", "\xff\xfe[\x00d\x00]\x00", ":1: ", []string{"UTF-8"}},
		{"too large", "[default]\n" + strings.Repeat("#", maxSize), ": ", []string{"1 MiB"}},
		{"too many lines", "[default]\n" + strings.Repeat("\r\n", maxLines), ": ", []string{"20000 lines"}},
	} {
		path := write(t, test.text)
		_, err := Read(path)
		expect(t, test.why, err, path+test.line, test.words...)
	}
}

// What a line holds may be part of a secret, so it is not repeated.
func TestErrorsDoNotQuoteLines(t *testing.T) {
	for _, text := range []string{
		"[backend.redis]\npassword = abc\nhunter2\n",
		"[backend.redis]\npassword = abc\n[hunter2\n",
		"password = hunter2\n",
		"[backend.redis]\npassword = %(hunter2)s\n",
		"[backend.redis]\n`hunter2 = x\n",
	} {
		if _, err := Read(write(t, text)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Read(%q): %v; want an error that does not repeat the line", text, err)
		}
	}
}

func TestReadLargestFile(t *testing.T) {
	head := "[backend.redis]\npassword = x\n"
	text := head + strings.Repeat("#", maxSize-len(head))
	if got := read(t, text).BackendOptions("redis")["password"]; got != "x" {
		t.Errorf("password is %q; want x", got)
	}
}

func TestReadMostLines(t *testing.T) {
	f := read(t, "[default]\nbackend = x\n"+strings.Repeat("\n", maxLines-4)+"ttl = 1h\n\n")
	if got := f.Position("default", "ttl"); got != at(f.path, maxLines-1) {
		t.Errorf("ttl is at %s; want line %d", got, maxLines-1)
	}
}

// ini.v1 looks ahead no farther than its buffer, 4096 bytes unless told.
func TestReadLongValue(t *testing.T) {
	line := "key = " + strings.Repeat("é", 50)
	text := "[backend.redis]\ncert = begin\n" + strings.Repeat("  "+line+"\n", 2000) + "after = x\n"
	options := read(t, text).BackendOptions("redis")
	if want := "begin" + strings.Repeat("\n"+line, 2000); options["cert"] != want {
		t.Errorf("cert has %d bytes; want %d", len(options["cert"]), len(want))
	}
	if options["after"] != "x" || len(options) != 2 {
		t.Errorf("%d options, after = %q; want 2 and x", len(options), options["after"])
	}
}

func TestPosition(t *testing.T) {
	f := read(t, "# c\n[default]\nTTL = 1h\n\n[backend.redis]\n# c\nurl = x\n  y = z\npassword = p\n")
	for _, test := range []struct{ section, key, want string }{
		{"default", "ttl", ":3"},
		{"default", "Ttl", ":3"},
		{"default", "", ":2"},
		{"default", "backend", ":2"},
		{"backend.redis", "url", ":7"},
		{"backend.redis", "y", ":5"},
		{"backend.redis", "password", ":9"},
		{"deploy", "ttl", ""},
		{"deploy", "", ""},
		{"", "", ""},
		{"Default", "ttl", ""},
	} {
		if got := f.Position(test.section, test.key); got != f.path+test.want {
			t.Errorf("Position(%q, %q) = %q; want FILE%s", test.section, test.key, got, test.want)
		}
	}
}

func TestBackendOptions(t *testing.T) {
	f := read(t, "[backend]\nttl = 1h\n[backend.redis]\nURL = x\nSHA256 = no\n[backend.redis.eu]\nurl = y\n")
	for backend, want := range map[string]map[string]string{
		"redis":    {"url": "x"},
		"redis.eu": {"url": "y"},
		"local":    {},
		"Redis":    {},
		"":         {},
	} {
		if got := f.BackendOptions(backend); !reflect.DeepEqual(got, want) {
			t.Errorf("BackendOptions(%q) = %q; want %q", backend, got, want)
		}
	}
	f.BackendOptions("redis")["url"] = "changed"
	if got := f.BackendOptions("redis")["url"]; got != "x" {
		t.Errorf("a caller's change reached the file: url = %q", got)
	}
}

func TestPin(t *testing.T) {
	digits := strings.Repeat("0123456789abcdef", 4)
	for _, test := range []struct{ text, want string }{
		{"[backend.redis]\nsha256 = " + digits, digits},
		{"[backend.redis]\nSHA256: " + strings.ToUpper(digits), digits},
		{"[backend.redis]\nurl = x", ""},
		{"[backend.other]\nsha256 = " + digits, ""},
		{"", ""},
	} {
		if got, err := read(t, test.text).Pin("redis"); got != test.want || err != nil {
			t.Errorf("%q: Pin = %q, %v; want %q", test.text, got, err, test.want)
		}
	}
	for _, value := range []string{"", "none", digits[1:], digits + "0", digits + "00", "x" + digits[1:], digits[:32] + " " + digits[32:]} {
		f := read(t, "[backend.redis]\nurl = x\nsha256 = "+value+"\n")
		_, err := f.Pin("redis")
		expect(t, value, err, f.path+":3: ", "64 hexadecimal digits")
	}
}

func TestRequiredPins(t *testing.T) {
	digits := strings.Repeat("0123456789abcdef", 4)
	f := read(t, "[default]\nrequire_pins = true\n[backend.redis]\nsha256 = "+digits+"\n[backend.etcd]\n")
	if got, err := f.Pin("redis"); got != digits || err != nil {
		t.Errorf("of a pinned backend: %q, %v", got, err)
	}
	for _, backend := range []string{"etcd", "local"} {
		_, err := f.Pin(backend)
		if !errors.Is(err, sdk.ErrRefused) || !strings.HasPrefix(err.Error(), f.path+":2: ") || !strings.Contains(err.Error(), "stormlock backend pin "+backend) {
			t.Errorf("of backend %s: %v", backend, err)
		}
	}
	if got, err := read(t, "[default]\nrequire_pins = false\n").Pin("redis"); got != "" || err != nil {
		t.Errorf("where none is required: %q, %v", got, err)
	}
	for _, value := range []string{"", "yes", "1", "True"} {
		f := read(t, "[default]\nrequire_pins = "+value+"\n[backend.redis]\nsha256 = "+digits+"\n")
		_, err := f.Pin("redis")
		expect(t, value, err, f.path+":2: ", "neither true nor false")
	}
	f = read(t, "[default]\nbackend = redis\n[deploy]\nrequire_pins = false\n")
	_, err := f.Resolve("deploy")
	expect(t, "in a resource's section", err, f.path+":4: ", `"require_pins"; it belongs into section [default]`)
}
