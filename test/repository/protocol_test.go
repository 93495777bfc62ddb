package repository_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// protocolCheck runs scripts/protocol.sh on a copy of the SDK's protocol in which one
// text was replaced by another.
func protocolCheck(t *testing.T, from, to string) (output string, err error) {
	t.Helper()
	sdk := t.TempDir()
	if err := os.CopyFS(filepath.Join(sdk, "proto"), os.DirFS(filepath.Join(root, "sdk", "proto"))); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(root, "sdk", "buf.yaml"))
	if err == nil {
		err = os.WriteFile(filepath.Join(sdk, "buf.yaml"), config, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(sdk, "proto", "stormlock", "backend", "v1", "backend.proto")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), from) == 0 {
		t.Fatalf("backend.proto has no %q", from)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(filepath.Join(root, "scripts", "protocol.sh"), filepath.Join(root, ".tools", "buf"), sdk).CombinedOutput()
	return string(out), err
}

// TestProtocolOnlyGrows: what would break a backend that was built before is caught,
// and what adds to the protocol is not.
func TestProtocolOnlyGrows(t *testing.T) {
	for name, edit := range map[string]struct{ from, to string }{
		"field removed":      {"  string reason = 4;\n", ""},
		"field renumbered":   {"string reason = 4;", "string reason = 14;"},
		"field renamed":      {"string reason = 4;", "string why = 4;"},
		"type changed":       {"string reason = 4;", "bytes reason = 4;"},
		"sign changed":       {"int64 ttl_millis", "uint64 ttl_millis"},
		"out of the oneof":   {"    Lease acquired = 1;", "    Lease taken = 1;"},
		"call renamed":       {"rpc Renew(", "rpc Extend("},
		"stream dropped":     {"returns (stream ListResponse)", "returns (ListResponse)"},
		"enum value removed": {"KIND_INVALID = 4;", "KIND_WRONG = 4;"},
		"package changed":    {"package stormlock.backend.v1;", "package stormlock.backend.v2;"},
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := protocolCheck(t, edit.from, edit.to); err == nil || !strings.Contains(out, "backend.proto:") || !strings.Contains(out, "add instead of changing") {
				t.Errorf("not caught: %v: %s", err, out)
			}
		})
	}
	for name, edit := range map[string]struct{ from, to string }{
		"as it is":   {"message NotHeld {}", "message NotHeld {}"},
		"field":      {"message NotHeld {}", "message NotHeld { string by = 1; }"},
		"enum value": {"KIND_INVALID = 4;", "KIND_INVALID = 4; KIND_ODD = 77;"},
		"call":       {"rpc Renew(", "rpc Wait(RenewRequest) returns (RenewResponse);\n  rpc Renew("},
	} {
		t.Run("added "+name, func(t *testing.T) {
			if out, err := protocolCheck(t, edit.from, edit.to); err != nil {
				t.Errorf("refused: %v: %s", err, out)
			}
		})
	}
}
