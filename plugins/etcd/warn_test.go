package etcd

import (
	"context"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

func TestWarnsOfWhatOthersCanRead(t *testing.T) {
	t.Parallel()
	ca := servers.NewAuthority(t).File
	const ofEndpoints, ofHost = `write https:// in "endpoints"`, `turn TLS on with "ca_cert"`
	for _, c := range []struct {
		config Config
		where  string // "" for no warning
		advice string
	}{
		{Config{}, "", ""},
		{Config{Host: "::1", Port: "1"}, "", ""},
		{Config{Host: "LOCALHOST"}, "", ""},
		{Config{Host: "etcd.internal", CACert: ca}, "", ""},
		{Config{Endpoints: "http://127.0.0.1:1,http://localhost:2,http://[::1]:3"}, "", ""},
		{Config{Endpoints: "https://a:1,https://b:2"}, "", ""},
		{Config{Endpoints: "https://a:1", User: "ana", Password: secret}, "", ""},
		{Config{Host: "etcd.internal"}, "etcd at http://etcd.internal:2379 is", ofHost},
		{Config{Host: "2001:db8::1", Port: "1"}, "etcd at http://[2001:db8::1]:1 is", ofHost},
		{Config{Endpoints: "http://a:1"}, "etcd at http://a:1 is", ofEndpoints},
		{Config{Endpoints: "http://localhost:1,http://a:2,http://10.0.0.1:3"}, "etcd at http://a:2, http://10.0.0.1:3 is", ofEndpoints},
	} {
		var texts []string
		b, err := Open(sdk.CatchWarnings(context.Background(), func(text string) { texts = append(texts, text) }), c.config)
		if err != nil {
			t.Errorf("%+v: %v", c.config, err)
			continue
		}
		_ = b.Close()
		switch {
		case c.where == "" && len(texts) > 0:
			t.Errorf("%+v: warned of %q", c.config, texts)
		case c.where == "":
		case len(texts) != 1 || !strings.Contains(texts[0], c.where+" not encrypted") || !strings.Contains(texts[0], c.advice) || strings.Contains(texts[0], "\n"):
			t.Errorf("%+v: warnings are %q, want one of %q with %q", c.config, texts, c.where, c.advice)
		}
	}
}
