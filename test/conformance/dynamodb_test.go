//go:build unix

package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
	"github.com/stormlock/stormlock/test/servers"
)

func TestDynamoDB(t *testing.T) {
	server := dynamoDBServer{servers.SharedDynamoDB(t), sdk.NewID()}
	config := map[string]string{
		"endpoint": server.url, "region": dynamoDBRegion,
		"access_key_id": server.key, "secret_access_key": "of no meaning here",
	}
	conform(t, "dynamodb", config, conformance.Store{
		Foreign: server.plant,
		Grace:   5 * time.Second, // its clock counts seconds, and take-overs wait for two
	})
}

const dynamoDBRegion = "eu-central-1"

// dynamoDBServer is a server and an access key, which has a database of its
// own there.
type dynamoDBServer struct{ url, key string }

type item map[string]map[string]string

// plant puts an application's item at the place of a lock.
func (s dynamoDBServer) plant(ctx context.Context, resource string) (func(context.Context) error, error) {
	key := item{"resource": {"S": resource}}
	foreign := item{"resource": {"S": resource}, "user": {"S": "bob"}}
	if _, err := s.call(ctx, "PutItem", map[string]any{"TableName": "stormlock", "Item": foreign}); err != nil {
		return nil, err
	}
	get := func(ctx context.Context) ([]byte, error) {
		return s.call(ctx, "GetItem", map[string]any{"TableName": "stormlock", "Key": key, "ConsistentRead": true})
	}
	before, err := get(ctx)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		after, err := get(ctx)
		if err == nil && !bytes.Equal(sorted(before), sorted(after)) {
			err = errChanged
		}
		return err
	}, nil
}

// sorted has the attributes in one order.
func sorted(document []byte) []byte {
	var content any
	if err := json.Unmarshal(document, &content); err != nil {
		return document
	}
	ordered, err := json.Marshal(content)
	if err != nil {
		return document
	}
	return ordered
}

// call asks the server, which looks at whose signature it is and not whether it
// is right.
func (s dynamoDBServer) call(ctx context.Context, operation string, document any) ([]byte, error) {
	return post(ctx, s.url, map[string]string{
		"Content-Type":  "application/x-amz-json-1.0",
		"X-Amz-Target":  "DynamoDB_20120810." + operation,
		"Authorization": "AWS4-HMAC-SHA256 Credential=" + s.key + "/20260101/" + dynamoDBRegion + "/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
	}, document)
}
