package dynamodb

import (
	"context"
	"fmt"
	"net/url"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/loopback"
)

// warn tells the operator what others on the way to the server can do.
func warn(ctx context.Context, endpoint string) {
	if text := exposed(endpoint); text != "" {
		sdk.Warn(ctx, "%s", text)
	}
}

// exposed says, or not, that others between here and the server can read and
// forge what goes over the connection, because the endpoint says so. With
// https:// it is always verified. No secret key goes over it either way.
func exposed(endpoint string) string {
	if u, err := url.Parse(endpoint); err == nil && u.Scheme == "http" && !loopback.Host(u.Hostname()) {
		return fmt.Sprintf(`the connection to DynamoDB at %s is not encrypted, so that others on the way can read the locks and forge answers; write https:// in "endpoint"`, endpoint)
	}
	return ""
}
