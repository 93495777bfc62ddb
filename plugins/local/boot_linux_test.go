package local

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestBootIDNamesTheBootAndTheTimeNamespace(t *testing.T) {
	id := bootID()
	boot, namespace, _ := strings.Cut(id, "/")
	if len(boot) != 36 || strings.ContainsAny(id, " \n") {
		t.Errorf("boot id is %q", id)
	}
	if link, err := os.Readlink("/proc/self/ns/time"); err == nil && link != namespace {
		t.Errorf("namespace is %q, want %q", namespace, link)
	}
}

const childBoot = "STORMLOCK_TEST_BOOT"

// A time namespace counts another time of the same boot.
func TestOtherTimeNamespaceIsAnotherBoot(t *testing.T) {
	if os.Getenv(childBoot) != "" {
		_, _ = os.Stdout.WriteString("boot=" + bootID() + "\n")
		return
	}
	child := exec.Command("unshare", "--time", "--boottime", "1000", "--fork", os.Args[0], "-test.run", t.Name())
	child.Env = append(os.Environ(), childBoot+"=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Skipf("no time namespaces here: %v: %s", err, out)
	}
	_, told, found := strings.Cut(string(out), "boot=")
	told, _, _ = strings.Cut(told, "\n")
	same, _, _ := strings.Cut(bootID(), "/")
	if !found || told == bootID() || !strings.HasPrefix(told, same+"/") {
		t.Errorf("boot id is %q there and %q here", told, bootID())
	}
}
