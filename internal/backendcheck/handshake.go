package backendcheck

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func handshakeInTime(_ context.Context, s *Subject) (string, error) {
	return measured("handshake", handshakeTime, func() (time.Duration, error) {
		t, err := s.run(pluginhost.Terms{})
		if err != nil {
			return 0, err
		}
		defer t.End()
		_, after, err := t.Handshake(patience)
		return after, err
	})
}

func cookieIsChecked(_ context.Context, s *Subject) (string, error) {
	t, err := s.run(pluginhost.Terms{ByHand: true})
	if err != nil {
		return "", err
	}
	defer t.End()
	version, _, _ := t.Handshake(patience)
	switch {
	case version != 0:
		return "", fmt.Errorf("it gave a handshake (protocol version %d) although %s is not set", version, plugin.CookieKey)
	case !t.Ended(endTime):
		return "", fmt.Errorf("it goes on although %s is not set; want an explanation on stderr and an exit code that is not 0", plugin.CookieKey)
	case t.State().Success():
		return "", fmt.Errorf("it ends with exit code 0 although %s is not set; want another", plugin.CookieKey)
	}
	return "", nil
}

// otherVersionIsRefused: go-plugin's own server answers with the version that it
// speaks, upon which the host refuses it. To end with an error is as good.
func otherVersionIsRefused(_ context.Context, s *Subject) (string, error) {
	const other = plugin.ProtocolVersion + 1
	t, err := s.run(pluginhost.Terms{Protocol: other})
	if err != nil {
		return "", err
	}
	defer t.End()
	version, _, err := t.Handshake(patience)
	switch {
	case err == nil && version != plugin.ProtocolVersion:
		return "", fmt.Errorf("it claims protocol version %d to a host that offers %d; want %d, or no handshake", version, other, plugin.ProtocolVersion)
	case err != nil && !t.Ended(endTime):
		return "", fmt.Errorf("it goes on without a handshake when the host offers only protocol version %d", other)
	case err != nil && t.State().Success():
		return "", fmt.Errorf("it ends with exit code 0 when the host offers only protocol version %d; want another, or a handshake that says %d", other, plugin.ProtocolVersion)
	}
	return "", nil
}

func stdoutIsSilent(ctx context.Context, s *Subject) (string, error) {
	t, err := s.ready(ctx)
	if err != nil {
		return "", err
	}
	defer t.End()
	s.use(ctx, t)
	shutDown(ctx, t)
	if _, rest, _ := strings.Cut(t.Stdout(), "\n"); rest != "" {
		return "", fmt.Errorf("it printed %q on stdout after its handshake", rest[:min(len(rest), 100)])
	}
	return "", nil
}
