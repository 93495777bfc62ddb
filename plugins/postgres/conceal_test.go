package postgres

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

// TestPasswordIsConcealed: wherever it stands, no server's words repeat it.
func TestPasswordIsConcealed(t *testing.T) {
	passfile := filepath.Join(t.TempDir(), "passfile")
	if err := os.WriteFile(passfile, []byte("*:*:*:*:s3cr3t\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, connection := range []string{
		"postgres://ops:s3cr3t@db/locks", "host=db dbname=locks user=ops password=s3cr3t",
		"host=db dbname=locks user=ops passfile=" + passfile,
	} {
		var heard []string
		ctx := sdk.CatchSecrets(t.Context(), func(secret string) { heard = append(heard, secret) })
		b, err := Open(ctx, Config{Connection: connection})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil || !slices.Contains(heard, "s3cr3t") {
			t.Errorf("%s: concealed %q, %v", connection, heard, err)
		}
	}
}
