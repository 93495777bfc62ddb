package repository_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	goplugin "github.com/hashicorp/go-plugin"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// protocolTexts are read by people who write a backend in another language, and see
// none of our code.
var protocolTexts = []string{"docs/protocol.md", "sdk/proto/stormlock/backend/v1/backend.proto"}

// constants are bounds that packages keep to themselves, and what the texts say of them.
var constants = []struct{ path, name, value, says string }{
	{"internal/backendcheck/process.go", "handshakeTime", "time.Second", "within (1 s|a second)"},
	{"internal/backendcheck/process.go", "shutdownTime", "500 * time.Millisecond", "within 500 ms"},
	{"internal/backendcheck/process.go", "hostDeathTime", "3 * time.Second", "within 3 s"},
	{"internal/pluginhost/discover.go", "maxName", "40", "at most 40 bytes"},
	{"internal/pluginhost/flood.go", "maxStderr", "8 << 20", "beyond 8 MiB it is stopped"},
	{"sdk/plugin/batches.go", "maxBatch", "512", "1 to 512"},
	{"sdk/plugin/describe.go", "maxOptions", "100", "100 options|at most 100, no key twice"},
	{"sdk/plugin/describe.go", "maxKey", "100", "at most 100 bytes"},
	{"sdk/plugin/findings.go", "maxFindings", "100", "100 findings|before a fault: at most 100"},
	{"sdk/plugin/serve.go", "answerTime", "200 * time.Millisecond", "200 ms"},
	{"sdk/plugin/serve.go", "drainTime", "2 * time.Second", "at most 2 s|within two seconds"},
	{"sdk/plugin/serve.go", "firstContactTime", "15 * time.Second", "for 15 s"},
	{"sdk/plugin/warnings.go", "maxWarnings", "8", "at most 8"},
	{"sdk/plugin/wire.go", "maxText", "sdk.MaxReasonLen", "one line of at most 4096 bytes"},
}

// quoted are facts that the texts give word for word.
func quoted() []string {
	h := plugin.Handshake()
	return []string{
		h.MagicCookieKey, h.MagicCookieValue,
		"PLUGIN_PROTOCOL_VERSIONS", goplugin.EnvUnixSocketDir, "PLUGIN_MIN_PORT", "PLUGIN_MAX_PORT", "PLUGIN_CLIENT_CERT",
		fmt.Sprintf("1|%d|unix|", plugin.ProtocolVersion), fmt.Sprintf("1|%d|tcp|", plugin.ProtocolVersion),
		fmt.Sprintf("%d MiB", plugin.MaxMessageSize>>20),
		fmt.Sprintf("1 to %d", sdk.MaxResourceLen), fmt.Sprintf("1 to %d bytes", sdk.MaxPrincipalLen),
		fmt.Sprintf("at most %d", sdk.MaxReasonLen), fmt.Sprintf("1 to %d visible", sdk.MaxIDLen),
		fmt.Sprintf("%d to %d", sdk.MinTTL.Milliseconds(), sdk.MaxTTL.Milliseconds()),
	}
}

func TestProtocolTextsAreTrue(t *testing.T) {
	for _, path := range protocolTexts {
		text := flowing(read(t, path))
		for _, fact := range quoted() {
			if !strings.Contains(text, fact) {
				t.Errorf("%s does not say %q", path, fact)
			}
		}
		for _, c := range constants {
			if !regexp.MustCompile("(?i)" + c.says).MatchString(text) {
				t.Errorf("%s does not say %q, as %s has it", path, c.says, c.path)
			}
		}
		for _, pattern := range []string{nameOfBackend(t), keyOfOption(t)} {
			if !strings.Contains(text, pattern) {
				t.Errorf("%s does not say %q", path, pattern)
			}
		}
	}
	for _, c := range constants {
		declared := `\b` + c.name + `\s+= ` + regexp.QuoteMeta(c.value) + `(\s|$)`
		if !regexp.MustCompile(declared).MatchString(read(t, c.path)) {
			t.Errorf("%s does not declare %s = %s; change what the texts say, %q, with it", c.path, c.name, c.value, c.says)
		}
	}
}

func nameOfBackend(t *testing.T) string {
	return declaredPattern(t, "internal/pluginhost/discover.go", "namePattern")
}

func keyOfOption(t *testing.T) string {
	return declaredPattern(t, "sdk/plugin/options.go", "keyPattern")
}

func declaredPattern(t *testing.T, path, name string) string {
	t.Helper()
	found := regexp.MustCompile(name + "\\s+= regexp.MustCompile\\(`([^`]+)`\\)").FindStringSubmatch(read(t, path))
	if found == nil {
		t.Fatalf("%s does not declare %s", path, name)
	}
	return found[1]
}

// flowing is a text without line breaks and what begins the lines of comments.
func flowing(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "//", " ")), " ")
}
