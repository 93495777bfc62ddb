package config

import (
	"maps"
	"reflect"
	"testing"
)

// file is section, key, value.
type file = map[string]map[string]string

// pythonReads are files and what Python's configparser makes of them: the
// values were printed by Python 3.11, ConfigParser() with its defaults, the
// file opened as utf-8-sig.
var pythonReads = []struct {
	why, text string
	want      file
}{
	{
		"plain keys",
		"[default]\nttl = 1h\nprincipal=ana\nbackend =redis\n",
		file{
			"default": {"ttl": "1h", "principal": "ana", "backend": "redis"},
		},
	},
	{
		"colon as delimiter",
		"[default]\nttl: 1h\nprincipal : ana\nbackend:redis\n",
		file{
			"default": {"ttl": "1h", "principal": "ana", "backend": "redis"},
		},
	},
	{
		"first delimiter counts",
		"[backend.redis]\na = b = c : d\ne: f = g\nh == i\nurl: redis://h:1/0\n",
		file{
			"backend.redis": {"a": "b = c : d", "e": "f = g", "h": "= i", "url": "redis://h:1/0"},
		},
	},
	{
		"keys in lower case, sections not",
		"[deploy]\nTTL = 1h\n[Deploy]\nBackEnd = redis\n",
		file{
			"deploy": {"ttl": "1h"},
			"Deploy": {"backend": "redis"},
		},
	},
	{
		"spaces in names",
		"[my resource]\nsome  key = v\n",
		file{
			"my resource": {"some  key": "v"},
		},
	},
	{
		"URL with everything in it",
		"[backend.redis]\nurl = redis://u:p%%40;x#y@h:6379/0?a=b&c=d#frag ; no comment\n",
		file{
			"backend.redis": {"url": "redis://u:p%40;x#y@h:6379/0?a=b&c=d#frag ; no comment"},
		},
	},
	{
		"no inline comments",
		"[default]\nprincipal = ana # not a comment\nbackend = a;b ; c\n",
		file{
			"default": {"principal": "ana # not a comment", "backend": "a;b ; c"},
		},
	},
	{
		"hash without space",
		"[backend.redis]\npassword = #x\ntoken = ;y\n",
		file{
			"backend.redis": {"password": "#x", "token": ";y"},
		},
	},
	{
		"comments on their own lines",
		"# one\n[default] ; two\n; three\n  # four\nttl = 1h\n\t; five = 5\nbackend = redis\n",
		file{
			"default": {"ttl": "1h", "backend": "redis"},
		},
	},
	{
		"quotes are kept",
		"[backend.redis]\na = \"x\"\nb = 'y'\nc = \"x\" and \"y\"\nd = \"\ne = \"\"\nf = \"x\n",
		file{
			"backend.redis": {"a": "\"x\"", "b": "'y'", "c": "\"x\" and \"y\"", "d": "\"", "e": "\"\"", "f": "\"x"},
		},
	},
	{
		"three quotes are kept",
		"[backend.redis]\na = \"\"\"x\"\"\"\nb = \"\"\"open\nc = \"\"\"\nd = \"\"\"x\n  y\"\"\"\n",
		file{
			"backend.redis": {"a": "\"\"\"x\"\"\"", "b": "\"\"\"open", "c": "\"\"\"", "d": "\"\"\"x\ny\"\"\""},
		},
	},
	{
		"backquotes are kept",
		"[backend.redis]\na = `x`\nb = `open\nc = `\nd = `x\n  y`\ne = ``x` y\n",
		file{
			"backend.redis": {"a": "`x`", "b": "`open", "c": "`", "d": "`x\ny`", "e": "``x` y"},
		},
	},
	{
		"backslash at the end is data",
		"[backend.redis]\na = x\\\nb = \\#y\\;\n",
		file{
			"backend.redis": {"a": "x\\", "b": "\\#y\\;"},
		},
	},
	{
		"double percent",
		"[backend.redis]\na = 100%%\nb = %%(x)s\nc = %%%%\n",
		file{
			"backend.redis": {"a": "100%", "b": "%(x)s", "c": "%%"},
		},
	},
	{
		"environment is not expanded",
		"[backend.redis]\na = $HOME\nb = ${HOME}/x\nc = ~\n",
		file{
			"backend.redis": {"a": "$HOME", "b": "${HOME}/x", "c": "~"},
		},
	},
	{
		"empty values",
		"[backend.redis]\na =\nb:\nc =   \nd = x\n",
		file{
			"backend.redis": {"a": "", "b": "", "c": "", "d": "x"},
		},
	},
	{
		"value of several lines",
		"[backend.redis]\nhosts = a:1\n  b:2\n\tc:3\nnext = x\n",
		file{
			"backend.redis": {"hosts": "a:1\nb:2\nc:3", "next": "x"},
		},
	},
	{
		"value that begins on the next line",
		"[backend.redis]\nhosts =\n  a:1\n  b:2\n",
		file{
			"backend.redis": {"hosts": "\na:1\nb:2"},
		},
	},
	{
		"continuation that looks like a key",
		"[backend.redis]\na = x\n  b = y\n  [c]\nd = z\n",
		file{
			"backend.redis": {"a": "x\nb = y\n[c]", "d": "z"},
		},
	},
	{
		"comments within a value",
		"[backend.redis]\na = x\n  # one\n  y\n# two\n  z\n; three\n",
		file{
			"backend.redis": {"a": "x\ny\nz"},
		},
	},
	{
		"empty lines within a value",
		"[backend.redis]\na = x\n\n  y\n   \n\n  z\n\n\nb = w\n\n",
		file{
			"backend.redis": {"a": "x\n\ny\n\n\nz", "b": "w"},
		},
	},
	{
		"indented keys",
		"[default]\n  ttl = 1h\n  backend = redis\n",
		file{
			"default": {"ttl": "1h", "backend": "redis"},
		},
	},
	{
		"indented keys and values",
		"  [default]\n    ttl = 1h\n    principal = ana\n      banana\n  backend = redis\n",
		file{
			"default": {"ttl": "1h", "principal": "ana\nbanana", "backend": "redis"},
		},
	},
	{
		"dedent ends a value",
		"[default]\n\tttl = 1h\n\t\tmore\n backend = redis\nprincipal = ana\n",
		file{
			"default": {"ttl": "1h\nmore", "backend": "redis", "principal": "ana"},
		},
	},
	{
		"a tab is one character deep",
		"[default]\n\tttl = 1h\n backend = redis\n",
		file{
			"default": {"ttl": "1h", "backend": "redis"},
		},
	},
	{
		"indented section begins a value's rest",
		"[default]\nttl = 1h\n  [deploy]\nbackend = redis\n",
		file{
			"default": {"ttl": "1h\n[deploy]", "backend": "redis"},
		},
	},
	{
		"key after an indented section is no rest",
		"  [default]\n  ttl = 1h\n  backend = redis\n",
		file{
			"default": {"ttl": "1h", "backend": "redis"},
		},
	},
	{
		"CRLF",
		"[default]\r\nttl = 1h\r\nprincipal = a\r\n  b\r\n\r\n  c\r\nbackend = redis\r\n",
		file{
			"default": {"ttl": "1h", "principal": "a\nb\n\nc", "backend": "redis"},
		},
	},
	{
		"CR",
		"[default]\rttl = 1h\rbackend = redis\r",
		file{
			"default": {"ttl": "1h", "backend": "redis"},
		},
	},
	{
		"byte order mark",
		"\ufeff[default]\nttl = 1h\n",
		file{
			"default": {"ttl": "1h"},
		},
	},
	{
		"no newline at the end",
		"[default]\nttl = 1h",
		file{
			"default": {"ttl": "1h"},
		},
	},
	{
		"nothing",
		"",
		file{},
	},
	{
		"only comments",
		"# nothing\n\n; here\n",
		file{},
	},
	{
		"empty sections",
		"[default]\n[deploy]\n\n[backend.local]",
		file{
			"default":       {},
			"deploy":        {},
			"backend.local": {},
		},
	},
	{
		"no parents and children",
		"[a]\nttl = 1h\n[a.b]\nbackend = redis\n[backend]\nttl = 2h\n[backend.redis]\n",
		file{
			"a":             {"ttl": "1h"},
			"a.b":           {"backend": "redis"},
			"backend":       {"ttl": "2h"},
			"backend.redis": {},
		},
	},
	{
		"names with marks",
		"[a=b]\nttl = 1h\n[a:b]\nttl = 2h\n[a#b;c]\nttl = 3h\n[x[y]\nttl = 4h\n[\"q\"]\nttl = 5h\n[`q`]\nttl = 6h\n",
		file{
			"a=b":   {"ttl": "1h"},
			"a:b":   {"ttl": "2h"},
			"a#b;c": {"ttl": "3h"},
			"x[y":   {"ttl": "4h"},
			"\"q\"": {"ttl": "5h"},
			"`q`":   {"ttl": "6h"},
		},
	},
	{
		"keys with marks",
		"[backend.redis]\na#b = 1\na;b = 2\na\"b = 3\na[0] = 4\n-a = 5\n$a = 6\n'a' = 7\n",
		file{
			"backend.redis": {"a#b": "1", "a;b": "2", "a\"b": "3", "a[0]": "4", "-a": "5", "$a": "6", "'a'": "7"},
		},
	},
	{
		"unicode",
		"[дом 数据库]\nprincipal = Zoë 🔒\n\u3000\u00a0больше\nbackend = e\u0301\n",
		file{
			"дом 数据库": {"principal": "Zoë 🔒\nбольше", "backend": "e\u0301"},
		},
	},
	{
		"white space beyond ASCII",
		"[backend.redis]\na\u00a0=\u3000x\u00a0y\u2003\nb = z\x1c\u0085\n\x0c\x1f w\n",
		file{
			"backend.redis": {"a": "x\u00a0y", "b": "z\nw"},
		},
	},
	{
		"line separators that are not",
		"[backend.redis]\na = x\u2028y\x0bz\n",
		file{
			"backend.redis": {"a": "x\u2028y\x0bz"},
		},
	},
	{
		"empty DEFAULT says nothing",
		"[DEFAULT]\n[default]\nttl = 1h\n",
		file{
			"default": {"ttl": "1h"},
		},
	},
}

func TestReadsAsPython(t *testing.T) {
	for _, test := range pythonReads {
		f, err := Read(write(t, test.text))
		if err != nil {
			t.Errorf("%s: %v", test.why, err)
			continue
		}
		got := maps.Clone(f.sections)
		delete(got, "DEFAULT") // configparser does not list it
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %q\n got %q\nwant %q", test.why, test.text, got, test.want)
		}
	}
}

// A percent sign that configparser refuses is data here.
func TestPercentAsData(t *testing.T) {
	for value, want := range map[string]string{
		"%":              "%",
		"50%":            "50%",
		"p%40ss":         "p%40ss",
		"100%%":          "100%",
		"%%%":            "%%",
		"%%%%":           "%%",
		"%%(host)s":      "%(host)s",
		"%(":             "%(",
		"%()s":           "%()s",
		"%(host)":        "%(host)",
		"%(host)d":       "%(host)d",
		"%s %d":          "%s %d",
		"redis://%2f@h:": "redis://%2f@h:",
	} {
		f, err := Read(write(t, "[backend.redis]\nurl = "+value+"\n"))
		if err != nil {
			t.Errorf("%q: %v", value, err)
		} else if got := f.BackendOptions("redis")["url"]; got != want {
			t.Errorf("%q reads as %q; want %q", value, got, want)
		}
	}
}
