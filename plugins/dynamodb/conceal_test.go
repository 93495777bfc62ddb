package dynamodb

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/stormlock/stormlock/sdk"
)

// TestCredentialsAreConcealed: no server's words repeat them, wherever they were
// found.
func TestCredentialsAreConcealed(t *testing.T) {
	var heard []string
	ctx := sdk.CatchSecrets(t.Context(), func(secret string) { heard = append(heard, secret) })
	source := credentials.NewStaticCredentialsProvider("AKIA", "s3cr3t", "t0ken")
	if _, err := (credentialed{source}).Retrieve(ctx); err != nil || !slices.Equal(heard, []string{"AKIA", "s3cr3t", "t0ken"}) {
		t.Errorf("concealed %q, %v", heard, err)
	}
}
