package backendcheck

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/stormlock/stormlock/internal/pluginhost"
)

// What a process may take. (docs/protocol.md)
const (
	handshakeTime = time.Second
	shutdownTime  = 500 * time.Millisecond
	hostDeathTime = 3 * time.Second

	// patience is how long an answer is waited for, or a handshake that is late.
	patience = 10 * time.Second
	// endTime is how long an end is waited for that is late.
	endTime = 2 * time.Second
)

// tries is how often something is measured that has a limit. The machine may be busy
// with something else for a moment; what counts is the best.
const tries = 3

var process = []Check{
	{"handshake-in-time", "every command of an operator waits for it", handshakeInTime, true},
	{"cookie-is-checked", "whoever runs the executable by hand should read what it is, and not have a server that nobody ends", cookieIsChecked, false},
	{"other-version-is-refused", "a host of another protocol must not be told that it was understood", otherVersionIsRefused, false},
	{"stdout-is-silent", "stdout is for the handshake; what else is written there is taken for one, or fills a pipe", stdoutIsSilent, false},
	{"describe-is-valid", "operators configure the backend by what it says of itself", talk(describeIsValid).run, false},
	{"newer-requests-are-answered", "a newer stormlock may send fields that this backend does not know", talk(newerRequestsAreAnswered).run, false},
	{"unknown-key-is-refused", "a misspelt key that is passed over leaves a setting at its default, perhaps another store", talk(unknownKeyIsRefused).run, false},
	{"ends-on-shutdown", "every command of an operator waits for the backend to end", endsOnShutdown, true},
	{"ends-with-host", "a backend whose host was killed must neither stay for ever nor hold on to the store", endsWithHost, true},
}

// measured takes the best of several tries, the first that is within limit.
func measured(what string, limit time.Duration, try func() (time.Duration, error)) (note string, err error) {
	best := time.Duration(math.MaxInt64)
	for range tries {
		took, err := try()
		if err != nil {
			return "", err
		}
		if best = min(best, took); best <= limit {
			return fmt.Sprintf("%s after %v; at most %v", what, best.Round(time.Millisecond), limit), nil
		}
	}
	return "", fmt.Errorf("%s only after %v; want at most %v", what, best.Round(time.Millisecond), limit)
}

// run starts the executable on some terms.
func (s *Subject) run(terms pluginhost.Terms) (*pluginhost.Trial, error) {
	terms.SHA256 = s.Options.SHA256
	return pluginhost.Try(s.Executable, terms)
}

// ready starts the executable and connects to it.
func (s *Subject) ready(ctx context.Context) (*pluginhost.Trial, error) {
	t, err := s.run(pluginhost.Terms{})
	if err != nil {
		return nil, err
	}
	if _, _, err = t.Handshake(patience); err == nil {
		err = t.Dial(ctx)
	}
	if err != nil {
		t.End()
		return nil, err
	}
	return t, nil
}

// use makes calls, so that the backend opens its store.
func (s *Subject) use(ctx context.Context, t *pluginhost.Trial) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	backend := t.Backend()
	backend.Configure(s.Section)
	_, _ = backend.Describe(ctx)
	_, _ = backend.Current(ctx, s.resource())
	_, _ = backend.Check(ctx)
}

// resource is one that nobody has locked.
func (s *Subject) resource() string { return s.namespace + ".process" }
