// Package dynamodb keeps stormlock's leases in a DynamoDB table.
//
// A lock is an item laid out as Python's stormlock does, so both programs
// respect each other's locks: resource is the partition key, beside it lease,
// principal, created and expires; ours adds reason and fence. An item of its
// own, which never expires, keeps the fence growing; grants and releases count it
// up, and a grant demands that it is what was seen, so that an acquire that comes
// late does nothing.
//
// DynamoDB's conditions know no time. So each operation first reads the item,
// consistently, and takes the time from the Date of the answer; it judges what
// it saw by that time, and writes on the condition that the item still is what
// was judged. If it is not, nothing was written, and it looks again. That makes
// two round trips, or one where nothing is to be written.
//
// Start reading at lease.go, the operations; sight.go judges, grant.go,
// release.go and write.go write, and errors.go decides what is certain after a
// fault.
//
// Permissions that a principal needs on the table: dynamodb:GetItem,
// BatchGetItem, PutItem, UpdateItem, DeleteItem, and Scan for List; for Setup
// also DescribeTable, CreateTable, DescribeTimeToLive and UpdateTimeToLive. Check
// makes use of the two that describe, if they are allowed.
package dynamodb

import (
	"context"
	"net/http"
	"sync/atomic"

	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stormlock/stormlock/sdk"
)

// A Config is the section [backend.dynamodb] of a configuration file.
type Config struct {
	Table           string `key:"table" default:"stormlock" help:"the table's name, or its ARN, which also fixes the account"`
	Region          string `key:"region" required:"true" help:"the AWS region of the table, such as eu-west-1; it is never taken from the environment"`
	Endpoint        string `key:"endpoint" help:"http://HOST:PORT or https://HOST, to use in place of the region's own"`
	Profile         string `key:"profile" help:"the profile in ~/.aws/config whose credentials to use"`
	AccessKeyID     string `key:"access_key_id" secret:"true" help:"credentials to use; without them and without profile, those that the AWS tools find"`
	SecretAccessKey string `key:"secret_access_key" secret:"true" help:"belongs to access_key_id"`
}

// backend implements sdk.Backend.
type backend struct {
	client   *ddb.Client
	http     *http.Client
	table    string // its name or ARN
	region   string
	endpoint string // empty for the region's own
	closed   atomic.Bool
}

// Open returns a backend for the table that c describes. It does not connect: a
// wrong table shows at the first call.
func Open(ctx context.Context, c Config) (sdk.Backend, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	client, transport, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	warn(ctx, c.Endpoint)
	return &backend{client: client, http: transport, table: c.Table, region: c.Region, endpoint: c.Endpoint}, nil
}

// Close ends the connections.
func (b *backend) Close() error {
	b.closed.Store(true)
	b.http.CloseIdleConnections()
	return nil
}
