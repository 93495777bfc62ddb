package plugin

import (
	"cmp"
	"context"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/stormlock/stormlock/sdk"
)

// leastSecret is the length, in bytes, of the shortest secret that is looked for.
const leastSecret = 6

// concealed stands in the place of a secret.
const concealed = "(hidden)"

// secrets are what no answer may hold, the longest first.
type secrets struct {
	mu    sync.Mutex
	texts []string
}

func (s *secrets) add(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range parts(secret) {
		if len(text) >= leastSecret && !slices.Contains(s.texts, text) {
			s.texts = append(s.texts, text)
		}
	}
	slices.SortStableFunc(s.texts, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
}

// without returns a text without the secrets.
func (s *secrets) without(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range s.texts {
		text = strings.ReplaceAll(text, secret, concealed)
	}
	return text
}

// parts are what may be quoted of a secret: all of it, and of a URL the passwords.
func parts(secret string) []string {
	all := []string{secret}
	u, err := url.Parse(secret)
	if err != nil || u.Scheme == "" {
		return all
	}
	if password, ok := u.User.Password(); ok {
		all = append(all, password)
	}
	for key, values := range u.Query() {
		if strings.Contains(strings.ToLower(key), "password") {
			all = append(all, values...)
		}
	}
	return all
}

// concealValues conceals the values of the secret keys of a configuration.
func concealValues(ctx context.Context, config reflect.Value, about Description) {
	for i, opt := range about.Options {
		if field := config.Field(i); opt.Secret && field.Kind() == reflect.String {
			sdk.Conceal(ctx, field.String())
		}
	}
}
