package backendcheck

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// A talk is a check of one exchange with the process, which is bounded.
type talk func(ctx context.Context, s *Subject, t *pluginhost.Trial) (note string, err error)

func (check talk) run(ctx context.Context, s *Subject) (string, error) {
	t, err := s.ready(ctx)
	if err != nil {
		return "", err
	}
	defer t.End()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return check(ctx, s, t)
}

func describeIsValid(ctx context.Context, s *Subject, t *pluginhost.Trial) (string, error) {
	about, err := t.Backend().Describe(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("describe: %w", err)
	case about.Name != s.Executable.Name:
		return "", fmt.Errorf("it describes itself as %q; its executable is that of %q", about.Name, s.Executable.Name)
	case strings.TrimSpace(about.Version) == "":
		return "", errors.New("it describes itself without a version")
	}
	return "version " + about.Version, options(about.Options)
}

// options checks what is said of keys.
func options(all []plugin.Option) error {
	seen := map[string]bool{}
	for _, o := range all {
		switch {
		case seen[o.Key]:
			return fmt.Errorf("it describes the key %q twice", o.Key)
		case strings.TrimSpace(o.Help) == "":
			return fmt.Errorf("it describes the key %q without help", o.Key)
		case o.Required && o.Default != "":
			return fmt.Errorf("it describes the key %q as required, and with a default", o.Key)
		}
		seen[o.Key] = true
	}
	return nil
}

// newerRequestsAreAnswered sends a field that no version has yet.
func newerRequestsAreAnswered(ctx context.Context, _ *Subject, t *pluginhost.Trial) (string, error) {
	if _, err := t.Call(ctx, plugin.DescribeMethod, unknownField); err != nil {
		return "", fmt.Errorf("describe with a field that is not known: %w", err)
	}
	return "", nil
}

// unknownField is field 1000 of a message: a varint, 1.
var unknownField = []byte{0xc0, 0x3e, 0x01}

// unknownKey is one that no backend has.
const unknownKey = "stormlock_check_unknown"

func unknownKeyIsRefused(ctx context.Context, s *Subject, t *pluginhost.Trial) (string, error) {
	section := map[string]string{unknownKey: "1"}
	maps.Copy(section, s.Section)
	backend := t.Backend()
	backend.Configure(section)
	_, err := backend.Current(ctx, s.resource())
	if fault, ok := errors.AsType[*sdk.ConfigError](err); !ok || fault.Key != unknownKey {
		return "", fmt.Errorf("current with the unknown key %q: %s; want a fault of KIND_CONFIG with that key", unknownKey, outcome(err))
	}
	return "", nil
}

func outcome(err error) string {
	switch {
	case err == nil:
		return "success"
	case errors.Is(err, sdk.ErrNotHeld):
		return "not held"
	}
	return err.Error()
}
