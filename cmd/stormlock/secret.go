package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// hides reports whether a value of a backend's section is not to be shown: it is
// secret, it may be, or the backend does not know its key, which may be that of
// a secret misspelled.
func hides(s config.Setting, about plugin.Description) bool {
	if s.Key == config.PinKey {
		return false
	}
	for _, o := range about.Options {
		switch {
		case s.Key == o.Key:
			return o.Secret || mayHoldLogin(s.Value)
		case o.Secret && s.Key == o.Key+"_file":
			return !isFile(s.Value)
		case o.Secret && s.Key == o.Key+"_env":
			return os.Getenv(s.Value) == ""
		}
	}
	return true
}

// mayHoldLogin is about values that are no secrets, such as the address of a
// server, into which somebody may have written one.
func mayHoldLogin(value string) bool { return strings.ContainsAny(value, "@?") }

// isFile reports whether a value is the path of a file, and not the secret
// itself under the wrong key.
func isFile(value string) bool {
	info, err := os.Stat(value)
	return filepath.IsAbs(value) && err == nil && info.Mode().IsRegular()
}

// describer is a backend that can be asked about itself.
type describer interface {
	Describe(context.Context) (plugin.Description, error)
}

// warnOfReadableSecrets tells of a secret in a file that others can read. The
// backend is asked which keys are secret only then; if it does not answer, the
// command will find out.
func (g *globals) warnOfReadableSecrets(ctx context.Context, file *config.File, backend string, asked describer) {
	if !file.OthersCanRead() || len(file.BackendOptions(backend)) == 0 {
		return
	}
	about, err := asked.Describe(ctx)
	if err != nil {
		return
	}
	g.warnOfReadable(file, backend, about)
}

// warnOfReadable is the same for a backend that was asked.
func (g *globals) warnOfReadable(file *config.File, backend string, about plugin.Description) {
	if !file.OthersCanRead() {
		return
	}
	options := file.BackendOptions(backend)
	for _, o := range about.Options {
		if o.Secret && isSecret(options[o.Key]) {
			g.warn(fmt.Sprintf("%s: key %q holds a secret, and others can read the file; run: chmod go-r %s, or use %s_file or %s_env",
				file.Position("backend."+backend, o.Key), o.Key, shellQuote(file.Path()), o.Key, o.Key))
		}
	}
}

// keywords is what PostgreSQL's other form of a connection begins with or holds.
var keywords = regexp.MustCompile(`(^|\s)(host|hostaddr|dbname)\s*=`)

// isSecret tells a secret from the address of a server that may hold one and
// does not. What cannot be read as such an address counts as a secret.
func isSecret(value string) bool {
	if value == "" {
		return false
	}
	if strings.Contains(strings.ToLower(value), "password") {
		return true
	}
	if keywords.MatchString(value) {
		return false
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme == "" || !strings.Contains(value, "://") {
		return true
	}
	_, has := u.User.Password()
	return has
}
