package plugin

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

type sample struct {
	URL     string        `key:"url" default:"tcp://localhost" help:"where it is" secret:"true"`
	Count   int           `key:"count" default:"3"`
	Fast    bool          `key:"fast"`
	Wait    time.Duration `key:"wait" default:"1m30s"`
	Account string        `key:"account" required:"true" help:"whose it is"`
}

func TestDecode(t *testing.T) {
	var got sample
	section := map[string]string{"url": "tcp://x?a=b#c", "fast": "Yes", "account": "ops"}
	if err := decode(section, reflect.ValueOf(&got).Elem()); err != nil {
		t.Fatal(err)
	}
	if want := (sample{"tcp://x?a=b#c", 3, true, 90 * time.Second, "ops"}); got != want {
		t.Errorf("decoded %+v, want %+v", got, want)
	}
}

func TestEmptyValueWhereItMeansSomething(t *testing.T) {
	var got struct {
		Prefix string `key:"prefix" default:"/" empty:"true"`
	}
	if err := decode(map[string]string{"prefix": ""}, reflect.ValueOf(&got).Elem()); err != nil {
		t.Fatal(err)
	}
	if got.Prefix != "" {
		t.Errorf("prefix is %q", got.Prefix)
	}
}

func TestDecodeErrors(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, make([]byte, maxSecret+1), 0o600); err != nil {
		t.Fatal(err)
	}
	nothing := filepath.Join(dir, "empty")
	if err := os.WriteFile(nothing, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("STORMLOCK_TEST_EMPTY", "")
	for _, c := range []struct {
		key, value string
		wantKey    string
		want       string
	}{
		{"ulr", "x", "ulr", `did you mean "url"?`},
		{"zzzzzz", "x", "zzzzzz", "it knows url, count, fast, wait, account"},
		{"count_env", "HOME", "count_env", "is not known"}, // not a secret
		{"count", "many", "count", "is not a whole number"},
		{"count", "99999999999999999999", "count", "is not a whole number"},
		{"fast", "maybe", "fast", "is neither true nor false"},
		{"wait", "soon", "wait", "is not a duration"},
		{"account", "", "account", "is empty"},
		{"url", "", "url", "is empty; give it a value, or remove it for the default"},
		{"url_env", "STORMLOCK_TEST_EMPTY", "url_env", "is empty"},
		{"url_file", nothing, "url_file", "is empty"},
		{"url_file", "relative", "url_file", "is not an absolute path"},
		{"url_file", filepath.Join(dir, "nothing"), "url_file", "no such file"},
		{"url_file", dir, "url_file", "is not a regular file"},
		{"url_file", big, "url_file", "is larger than"},
		{"url_env", "STORMLOCK_TEST_UNSET", "url_env", "names an environment variable that is not set"},
		{"url_env", "two words", "url_env", "is not the name of an environment variable"},
	} {
		section := map[string]string{"account": "ops", c.key: c.value}
		err := decode(section, reflect.ValueOf(&sample{}).Elem())
		bad, ok := err.(*sdk.ConfigError)
		if !ok || bad.Key != c.wantKey || !strings.Contains(bad.Message, c.want) {
			t.Errorf("%s = %s: error is %v, want key %q and %q", c.key, c.value, err, c.wantKey, c.want)
		}
		if len(c.value) > 1 && !strings.HasPrefix(c.key, "account") && strings.Contains(err.Error(), c.value) {
			t.Errorf("%s = %s: error %v repeats the value", c.key, c.value, err)
		}
	}
}

func TestSecretFromFileAndEnvironment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("tcp://user:pw@x \r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("STORMLOCK_TEST_URL", "tcp://from-env")
	for key, c := range map[string]struct{ value, want string }{
		"url_file": {path, "tcp://user:pw@x "},
		"url_env":  {"STORMLOCK_TEST_URL", "tcp://from-env"},
	} {
		var got sample
		err := decode(map[string]string{"account": "ops", key: c.value}, reflect.ValueOf(&got).Elem())
		if err != nil || got.URL != c.want {
			t.Errorf("%s: url is %q, %v; want %q", key, got.URL, err, c.want)
		}
	}
	err := decode(map[string]string{"account": "ops", "url": "x", "url_env": "HOME"}, reflect.ValueOf(&sample{}).Elem())
	if err == nil || !strings.Contains(err.Error(), "another key gives too") {
		t.Errorf("given twice: %v", err)
	}
}

func TestRequired(t *testing.T) {
	err := decode(map[string]string{}, reflect.ValueOf(&sample{}).Elem())
	if err == nil || !strings.Contains(err.Error(), `key "account": is required: whose it is`) {
		t.Errorf("error is %v", err)
	}
}

// TestValuesStayOutOfErrors: any value may be a secret in the wrong place.
func TestValuesStayOutOfErrors(t *testing.T) {
	const mark = "hunter2"
	for _, key := range []string{"count", "fast", "wait", "nosuchkey", "url_file", "url_env"} {
		section := map[string]string{"account": "ops", key: "redis://u:" + mark + "@h"}
		err := decode(section, reflect.ValueOf(&sample{}).Elem())
		if err == nil || strings.Contains(err.Error(), mark) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestSameUnknownKeyEachTime(t *testing.T) {
	section := map[string]string{"account": "ops", "zz": "", "aa": "", "mm": "", "bb": ""}
	for range 50 {
		err := decode(section, reflect.ValueOf(&sample{}).Elem())
		if bad, ok := err.(*sdk.ConfigError); !ok || bad.Key != "aa" {
			t.Fatalf("error is %v, want one of key aa", err)
		}
	}
}

func TestOptions(t *testing.T) {
	got, err := options(reflect.TypeFor[sample]())
	if err != nil {
		t.Fatal(err)
	}
	want := Option{Key: "url", Help: "where it is", Default: "tcp://localhost", Secret: true}
	if got[0] != want {
		t.Errorf("first option is %+v, want %+v", got[0], want)
	}
	if !got[4].Required || len(got) != 5 {
		t.Errorf("options are %+v", got)
	}
}

func TestAuthorsMistakes(t *testing.T) {
	for name, typ := range map[string]reflect.Type{
		"not a struct": reflect.TypeFor[int](),
		"no key":       reflect.TypeFor[struct{ A string }](),
		"unexported": reflect.TypeFor[struct {
			a string `key:"a"` //lint:ignore U1000 that is the mistake
		}](),
		"bad key": reflect.TypeFor[struct {
			A string `key:"A B"`
		}](),
		"bad type": reflect.TypeFor[struct {
			A []string `key:"a"`
		}](),
		"bad default": reflect.TypeFor[struct {
			A int `key:"a" default:"x"`
		}](),
		"one key twice": reflect.TypeFor[struct {
			A, B string `key:"a"`
		}](),
		"key of a secret's file": reflect.TypeFor[struct {
			A string `key:"a" secret:"true"`
			B string `key:"a_file"`
		}](),
		"key of a secret's variable": reflect.TypeFor[struct {
			B string `key:"a_env"`
			A string `key:"a" secret:"true"`
		}](),
	} {
		if got, err := options(typ); err == nil {
			t.Errorf("%s: options are %+v", name, got)
		}
	}
}
