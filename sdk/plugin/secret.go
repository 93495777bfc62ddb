package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// maxSecret bounds the file behind KEY_file, in bytes.
const maxSecret = 64 << 10

// envName is what the name of an environment variable looks like.
var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// errEmpty keeps a value that went missing from meaning the default: a store
// on localhost instead of the one that a team shares.
var errEmpty = errors.New("is empty; give it a value, or remove it for the default")

// lookUp finds the value of an option: the key itself, for a secret KEY_file
// or KEY_env, or the default. given says that the section names it.
func lookUp(config map[string]string, opt Option) (value string, given bool, err error) {
	sources := []struct {
		key  string
		read func(string) (string, error)
	}{
		{opt.Key, func(v string) (string, error) { return v, nil }},
		{opt.Key + "_file", readSecretFile},
		{opt.Key + "_env", readSecretEnv},
	}
	if !opt.Secret {
		sources = sources[:1]
	}
	value = opt.Default
	for _, s := range sources {
		raw, found := config[s.key]
		if !found {
			continue
		}
		if given {
			return "", true, &sdk.ConfigError{Key: s.key, Message: "gives a value that another key gives too; keep one of them"}
		}
		given = true
		value, err = s.read(raw)
		if err == nil && value == "" && !opt.mayEmpty {
			err = errEmpty
		}
		if err != nil {
			return "", true, &sdk.ConfigError{Key: s.key, Message: err.Error()}
		}
	}
	return value, given, nil
}

// readSecretFile returns the content of a file less the newline at its end. Its
// errors do not repeat the path: it may be the secret itself, under the wrong key.
// Where it stands is told.
func readSecretFile(path string) (string, error) {
	if !filepath.IsAbs(path) {
		return "", errors.New("is not an absolute path")
	}
	content, err := bounded.ReadFile(path, maxSecret)
	if ofSystem, ok := errors.AsType[*fs.PathError](err); ok {
		return "", fmt.Errorf("names a file that cannot be read: %w", ofSystem.Err)
	}
	if err != nil {
		return "", fmt.Errorf("names a file that cannot be used: it %w", err)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r"), nil
}

// readSecretEnv does not repeat the name, for the same reason.
func readSecretEnv(name string) (string, error) {
	if value, ok := os.LookupEnv(name); ok {
		return value, nil
	}
	if !envName.MatchString(name) {
		return "", errors.New("is not the name of an environment variable")
	}
	return "", errors.New("names an environment variable that is not set")
}
