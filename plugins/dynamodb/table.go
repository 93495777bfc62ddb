package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

// pollInterval is how often Setup asks whether a table has come into being.
// That takes DynamoDB some seconds.
const pollInterval = 250 * time.Millisecond

// describe returns the table, or nil if there is none.
func (b *backend) describe(ctx context.Context) (*types.TableDescription, error) {
	if err := b.isOpen(); err != nil {
		return nil, err
	}
	out, err := b.describing(ctx)
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return nil, nil
	}
	switch {
	case err != nil:
		return nil, b.explain(err, false)
	case out.Table == nil || out.Table.TableName == nil:
		return nil, b.notDynamoDB()
	}
	return out.Table, b.checkKey(out.Table)
}

func (b *backend) describing(ctx context.Context) (*ddb.DescribeTableOutput, error) {
	return b.client.DescribeTable(ctx, &ddb.DescribeTableInput{TableName: &b.table}, withClockMended)
}

// checkKey refuses a table that is made for something else.
func (b *backend) checkKey(table *types.TableDescription) error {
	kinds := map[string]types.ScalarAttributeType{}
	for _, a := range table.AttributeDefinitions {
		kinds[aws.ToString(a.AttributeName)] = a.AttributeType
	}
	var parts []string
	for _, k := range table.KeySchema {
		name := aws.ToString(k.AttributeName)
		parts = append(parts, fmt.Sprintf("%s %q (%s)", k.KeyType, name, kinds[name]))
	}
	if len(parts) == 1 && parts[0] == `HASH "resource" (S)` {
		return nil
	}
	return b.wrongKey(fmt.Sprintf("its key is %v", parts))
}

// awaitActive returns when the table takes requests.
func (b *backend) awaitActive(ctx context.Context) error {
	for creating := false; ; creating = true {
		table, err := b.describe(ctx)
		switch {
		case creating && ctx.Err() != nil:
			return sdk.Unavailable("%s is still being created; run this again in a minute", b.where())
		case err != nil:
			return err
		case table == nil, table.TableStatus == types.TableStatusCreating:
		case table.TableStatus == types.TableStatusActive, table.TableStatus == types.TableStatusUpdating:
			return nil
		default:
			return sdk.Unavailable("%s: its status is %s; try again when that is over", b.where(), table.TableStatus)
		}
		select {
		case <-time.After(pollInterval):
		case <-ctx.Done():
		}
	}
}
