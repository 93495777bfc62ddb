package redis

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

const (
	notEncrypted = "is not encrypted, so that"
	notVerified  = "is not verified, so that"
)

// warningsOf opens a backend, and returns what it has to say about that.
func warningsOf(t *testing.T, c Config) (texts []string) {
	t.Helper()
	b, err := Open(sdk.CatchWarnings(context.Background(), func(text string) { texts = append(texts, text) }), c)
	if err != nil {
		t.Fatalf("%+v: %v", c, err)
	}
	_ = b.Close()
	return texts
}

func TestWarnsOfWhatOthersCanRead(t *testing.T) {
	t.Parallel()
	const single, sentinel, cluster = "single", "sentinel", "cluster"
	for _, c := range []struct {
		mode, url string
		says      string // "" for nothing
		where     string
	}{
		{single, "", "", ""},
		{single, "redis://localhost:6379", "", ""},
		{single, "redis://u:s3cr3t@127.8.8.8", "", ""},
		{single, "redis://[::1]:1/3", "", ""},
		{single, "unix:///run/redis.sock?db=1", "", ""},
		{single, "rediss://db:1", "", ""},
		{single, "rediss://localhost:1?skip_verify=true", "", ""},
		{single, "rediss://db:1?skip_verify=false", "", ""},
		{single, "redis://u:s3cr3t@db:1", notEncrypted, "redis at db:1 "},
		{single, "redis://db", notEncrypted, "redis at db:6379 "},
		{single, "redis://[2001:db8::1]:1", notEncrypted, "redis at [2001:db8::1]:1 "},
		{single, "redis://localhost.example.org:1", notEncrypted, "localhost.example.org:1 "},
		{single, "rediss://u:s3cr3t@db:1?skip_verify=true", notVerified, "redis at db:1 "},
		{sentinel, "redis://localhost:1?addr=127.0.0.1:2&master_name=m", "", ""},
		{sentinel, "rediss://a:1?addr=b:2&master_name=m", "", ""},
		{sentinel, "redis://a:1?addr=localhost:2&master_name=m", notEncrypted, "redis at a:1 "},
		{sentinel, "redis://localhost:1?addr=b:2&master_name=m&password=s3cr3t", notEncrypted, "redis at b:2 "},
		{sentinel, "rediss://localhost:1?addr=b:2&master_name=m&skip_verify=true", notVerified, "redis at b:2 "},
		{cluster, "redis://localhost:1?addr=127.0.0.1:2", "", ""},
		{cluster, "rediss://a:1?addr=b:2", "", ""},
		{cluster, "redis://u:s3cr3t@a:1?addr=localhost:2&addr=b:3", notEncrypted, "redis at a:1, b:3 "},
	} {
		texts := warningsOf(t, Config{URL: c.url, Mode: c.mode})
		isWarned(t, c.mode+" "+c.url, texts, c.says, c.where, `"url"`)
	}
}

// isWarned checks that there is one warning, in one line, with all parts and no
// secret; or none if the first part is "".
func isWarned(t *testing.T, what string, texts []string, parts ...string) {
	t.Helper()
	if parts[0] == "" {
		if len(texts) > 0 {
			t.Errorf("%s: warned of %q", what, texts)
		}
		return
	}
	if len(texts) != 1 || strings.Contains(texts[0], "\n") || strings.Contains(texts[0], secret) {
		t.Fatalf("%s: warnings are %q, want one in one line without a secret", what, texts)
	}
	lacks := func(part string) bool { return !strings.Contains(texts[0], part) }
	if i := slices.IndexFunc(parts, lacks); i >= 0 {
		t.Errorf("%s: warning %q does not contain %q", what, texts[0], parts[i])
	}
}
