// Command inprocess-dynamodb does one call on the backend dynamodb, for
// `make bench`.
package main

import (
	"context"

	"github.com/stormlock/stormlock/plugins/dynamodb"
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/bench/inprocess"
)

func main() {
	inprocess.Main(func(ctx context.Context, settings map[string]string) (sdk.Backend, error) {
		return dynamodb.Open(ctx, dynamodb.Config{
			Table: settings["table"], Region: settings["region"], Endpoint: settings["endpoint"],
			AccessKeyID: settings["access_key_id"], SecretAccessKey: settings["secret_access_key"],
		})
	})
}
