package dynamodb

import (
	"context"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

func TestWarnsOfWhatOthersCanRead(t *testing.T) {
	t.Parallel()
	for endpoint, warns := range map[string]bool{
		"": false, "https://ddb.example.org": false, "https://10.0.0.1:8000": false,
		"http://localhost:8000": false, "http://127.0.0.2": false, "http://[::1]:8000/": false,
		"http://ddb.example.org": true, "http://10.0.0.1:8000": true, "http://[2001:db8::1]:8000": true, "http://localhost.example.org": true,
	} {
		var texts []string
		ctx := sdk.CatchWarnings(context.Background(), func(text string) { texts = append(texts, text) })
		b, err := Open(ctx, Config{Table: "stormlock", Region: "eu-west-1", Endpoint: endpoint, AccessKeyID: "a", SecretAccessKey: secret})
		if err != nil {
			t.Fatal(err)
		}
		_ = b.Close()
		all := strings.Join(texts, "\n")
		if !warns && all != "" || warns && (len(texts) != 1 || strings.Contains(all, "\n") || strings.Contains(all, secret) ||
			!strings.Contains(all, "DynamoDB at "+endpoint+" is not encrypted") || !strings.Contains(all, `write https:// in "endpoint"`)) {
			t.Errorf("%s: warnings are %q, want one: %t", endpoint, texts, warns)
		}
	}
}
