package plugin

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

type login struct {
	URL  string `key:"url" secret:"true"`
	Host string `key:"host"`
}

// echo says what it was told.
func echo(words string) *warner {
	return &warner{answers: answers{lease: example(), err: errors.New("who says " + words + "?")}, say: []string{"odd: " + words}}
}

// concealing serves a backend with a configuration as Serve does. found is a secret
// that the backend comes upon.
func concealing(t *testing.T, c login, found, words string) *Client {
	t.Helper()
	opts, err := options(reflect.TypeFor[login]())
	if err != nil {
		t.Fatal(err)
	}
	return connect(t, &service{open: func(ctx context.Context, _ map[string]string) (sdk.Backend, error) {
		concealValues(ctx, reflect.ValueOf(c), Description{Options: opts})
		sdk.Conceal(ctx, found)
		return echo(words), nil
	}})
}

// TestSecretsAreConcealed: a server that quotes a password is quoted without.
func TestSecretsAreConcealed(t *testing.T) {
	for _, test := range []struct{ url, found, said, told string }{
		{"hunter2", "", "AUTH hunter2", "AUTH (hidden)"},
		{"redis://me:hunter2@host", "", "AUTH me hunter2", "AUTH me (hidden)"},
		{"redis://me:hunter2@host", "", "no redis://me:hunter2@host", "no (hidden)"},
		{"redis://me:hunter%2F2@host", "", "AUTH hunter/2", "AUTH (hidden)"},
		{"redis://host?sentinel_password=hunter2&password=sesame", "", "hunter2 sesame", "(hidden) (hidden)"},
		{"host=db password=hunter2", "hunter2", "as hunter2", "as (hidden)"},
		{"hunter", "hunter2", "as hunter2", "as (hidden)"},
		{"lock", "", "no lock", "no lock"}, // too short to be told from a word
		{"", "", "hunter2", "hunter2"},
	} {
		var heard string
		c := concealing(t, login{test.url, "example"}, test.found, test.said+" at example")
		c.OnWarning(func(text string) { heard = text })
		err := c.Release(t.Context(), example())
		if want := "who says " + test.told + " at example?"; err == nil || err.Error() != want {
			t.Errorf("%+v: %v, want %s", test, err, want)
		}
		if want := "odd: " + test.told + " at example"; heard != want {
			t.Errorf("%+v: heard %q, want %q", test, heard, want)
		}
	}
}

// TestSecretsAreConcealedEverywhere: in the fault of each call, in the warnings
// that come with it, and before a text is cut to its bounds.
func TestSecretsAreConcealedEverywhere(t *testing.T) {
	words := strings.Repeat("x", maxText-len("who says ")-4) + "hunter2"
	c := concealing(t, login{URL: "hunter2"}, "", words)
	var told []string
	c.OnWarning(func(text string) { told = append(told, text) })
	l, ctx := example(), t.Context()
	_, acquire := c.Acquire(ctx, l)
	_, renew := c.Renew(ctx, l)
	_, current := c.Current(ctx, l.Resource)
	_, setup := c.Setup(ctx, false)
	_, check := c.Check(ctx)
	all := []error{acquire, renew, c.Release(ctx, l), current, setup, check}
	for _, err := range c.List(ctx, "") {
		if err != nil {
			all = append(all, err)
		}
	}
	for i, err := range all {
		if err == nil || strings.Contains(err.Error(), "hunt") {
			t.Errorf("call %d: error ends in %q", i, err.Error()[maxText-20:])
		}
	}
	if len(all) != 7 || len(told) != 7 {
		t.Errorf("%d answers, %d warnings", len(all), len(told))
	}
}
