package dynamodb

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// Setup creates the table, and has DynamoDB remove the locks that are long
// over. Its statements are commands of the AWS command line.
func (b *backend) Setup(ctx context.Context, dryRun bool) ([]string, error) {
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	table, err := b.describe(ctx)
	switch {
	case err != nil:
		return nil, err
	case table == nil && dryRun:
		return []string{b.createStatement(), b.waitStatement(), b.sweepStatement()}, nil
	}
	var done []string
	if table == nil {
		done, err = b.create(ctx)
	}
	if err == nil {
		err = b.awaitActive(ctx)
	}
	if err != nil {
		return done, err
	}
	if len(done) > 0 {
		done = append(done, b.waitStatement())
	}
	swept, err := b.sweep(ctx, dryRun)
	return append(done, swept...), err
}

// create asks for the table. That somebody else has just done so is as good.
func (b *backend) create(ctx context.Context) ([]string, error) {
	_, err := b.client.CreateTable(ctx, &ddb.CreateTableInput{
		TableName:            &b.table,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("resource"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("resource"), KeyType: types.KeyTypeHash}},
		BillingMode:          types.BillingModePayPerRequest,
	})
	if _, ok := errors.AsType[*types.ResourceInUseException](err); ok {
		return nil, nil
	}
	if err != nil {
		return nil, b.explain(err, true)
	}
	return []string{b.createStatement()}, nil
}

// sweep has DynamoDB remove what has expired, if it does not already.
func (b *backend) sweep(ctx context.Context, dryRun bool) ([]string, error) {
	swept, err := b.sweeps(ctx)
	if err != nil || swept {
		return nil, err
	}
	if dryRun {
		return []string{b.sweepStatement()}, nil
	}
	_, err = b.client.UpdateTimeToLive(ctx, &ddb.UpdateTimeToLiveInput{
		TableName:               &b.table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)},
	})
	if err == nil {
		return []string{b.sweepStatement()}, nil
	}
	if swept, _ := b.sweeps(ctx); swept {
		return nil, nil // somebody else has just done it
	}
	return nil, b.explain(err, true)
}

// sweeps reports whether DynamoDB removes what has expired.
func (b *backend) sweeps(ctx context.Context) (bool, error) {
	out, err := b.describingSweep(ctx)
	if err != nil {
		return false, b.explain(err, false)
	}
	return b.swept(out.TimeToLiveDescription)
}

func (b *backend) describingSweep(ctx context.Context) (*ddb.DescribeTimeToLiveOutput, error) {
	return b.client.DescribeTimeToLive(ctx, &ddb.DescribeTimeToLiveInput{TableName: &b.table}, withClockMended)
}

// swept reads how DynamoDB removes what has expired. One that goes by another
// attribute is not switched over: somebody wants it so.
func (b *backend) swept(sweep *types.TimeToLiveDescription) (bool, error) {
	if sweep == nil {
		return false, b.notDynamoDB()
	}
	switch sweep.TimeToLiveStatus {
	case types.TimeToLiveStatusDisabled:
		return false, nil
	case types.TimeToLiveStatusDisabling:
		return false, sdk.Unavailable("%s: its time to live is just being switched off; try again in an hour", b.where())
	}
	if by := aws.ToString(sweep.AttributeName); by != "expires" {
		return false, &sdk.ConfigError{Key: "table", Message: fmt.Sprintf(
			`%s is not made for locks: its time to live goes by the attribute %q, and for locks it is "expires"`, b.where(), by)}
	}
	return true, nil
}
