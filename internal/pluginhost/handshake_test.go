package pluginhost

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestParseHandshake(t *testing.T) {
	for _, line := range []string{
		"1|1|unix|/tmp/x|grpc", "1|99|unix|/tmp/ä x|grpc|", "1|1|tcp|127.0.0.1:1234|grpc||false", "1|0|unix|a|grpc",
	} {
		if _, ok := parseHandshake(line); !ok {
			t.Errorf("%q is no handshake", line)
		}
	}
	for _, line := range []string{
		"", "Welcome!", "1|1|unix|/tmp/x", "2|1|unix|/tmp/x|grpc", "1||unix|/tmp/x|grpc", "1|01|unix|/tmp/x|grpc",
		"1|-1|unix|/tmp/x|grpc", "1|+1|unix|/tmp/x|grpc", "1|99999999999999999999|unix|/tmp/x|grpc",
		"1|1|udp|/tmp/x|grpc", "1|1|unix||grpc", "1|1|unix|/tmp/x|netrpc", "1|1|unix|/tmp/x|grpc|QUJD",
		"1|1|unix|/tmp/x|grpc||true", "1|1|unix|/tmp/x|grpc|||", "1|1|unix|/tmp/\x1bx|grpc", "1|1|unix|/tmp/\xff|grpc",
		"1|1|unix|/" + strings.Repeat("x", maxFirstLine) + "|grpc",
	} {
		if got, ok := parseHandshake(line); ok {
			t.Errorf("%q is taken for the handshake %+v", line, got)
		}
	}
}

// FuzzHandshake: whatever a plugin prints first, it is either passed on whole
// and says what was understood, or go-plugin sees nothing of it; and an address
// outside of the plugin's own directory is none.
func FuzzHandshake(f *testing.F) {
	f.Fuzz(func(t *testing.T, stdout string) {
		first := &firstLine{r: source{strings.NewReader(stdout)}, over: func() {}}
		passed := make([]byte, maxFirstLine+1)
		n, err := first.Read(passed)
		line := first.text()
		if len(line) > maxFirstLine {
			t.Fatalf("a line of %d bytes is kept", len(line))
		}
		h, ok := parseHandshake(line)
		if !ok || !strings.Contains(stdout, "\n") {
			if n != 0 || err == nil {
				t.Fatalf("%q is passed on to go-plugin: %q, %v", stdout, passed[:n], err)
			}
			return
		}
		if got := string(passed[:n]); got != line+"\n" || !strings.HasPrefix(stdout, line) {
			t.Errorf("of %q go-plugin sees %q, and %q is kept", stdout, got, line)
		}
		if !strings.Contains(line, "|"+h.network+"|"+h.address+"|grpc") {
			t.Errorf("%q is understood as %+v", line, h)
		}
		if ownAddress(h.network, h.address, "/run/own") && filepath.Dir(h.address) != "/run/own" {
			t.Errorf("%q counts as the plugin's own", h.address)
		}
	})
}

type source struct{ *strings.Reader }

func (source) Close() error { return nil }
