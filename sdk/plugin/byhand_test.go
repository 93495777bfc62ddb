package plugin

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestByHand(t *testing.T) {
	about := Description{Name: "redis", Version: "1.2.3", Options: []Option{{Key: "url", Help: "where", Default: "x"}}}
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{nil, 64, "", "nothing when run by hand"},
		{[]string{"bogus"}, 64, "", "nothing when run by hand"},
		{[]string{"--help"}, 0, "stormlock init redis", ""},
		{[]string{"--version"}, 0, "stormlock-backend-redis 1.2.3 (protocol 1", ""},
		{[]string{"describe"}, 0, `"key": "url"`, ""},
	} {
		var stdout, stderr strings.Builder
		if code := byHand(about, c.args, &stdout, &stderr); code != c.code {
			t.Errorf("%v: exit code %d, want %d", c.args, code, c.code)
		}
		for name, pair := range map[string][2]string{"stdout": {stdout.String(), c.stdout}, "stderr": {stderr.String(), c.stderr}} {
			if got, want := pair[0], pair[1]; (want == "") != (got == "") || !strings.Contains(got, want) {
				t.Errorf("%v: %s is %q, want %q in it", c.args, name, got, want)
			}
		}
	}
}

func TestDescribeIsReadable(t *testing.T) {
	about := Description{Name: "redis", Version: "1", Options: []Option{{Key: "url", Secret: true}}}
	var stdout strings.Builder
	byHand(about, []string{"describe"}, &stdout, &stdout)
	var got Description
	if err := json.Unmarshal([]byte(stdout.String()), &got); err != nil || got.Options[0] != about.Options[0] {
		t.Errorf("%+v, %v", got, err)
	}
}
