package dynamodb

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
)

// A lease lasts up to a second more than was asked for, and keeps others out
// two seconds more: see clock.go.
const conformanceGrace = 4 * time.Second

func TestConformance(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw := client(t, c)
	conformance.Run(t, conformance.Store{
		Open: func(ctx context.Context) (sdk.Backend, error) { return Open(ctx, c) },
		Foreign: func(ctx context.Context, resource string) (func(context.Context) error, error) {
			return plant(ctx, raw, item{
				"resource": &types.AttributeValueMemberS{Value: resource},
				"user":     &types.AttributeValueMemberS{Value: "bob"},
			})
		},
		Grace: conformanceGrace,
	})
}

// plant puts an application's item into the table.
func plant(ctx context.Context, raw *ddb.Client, foreign item) (func(context.Context) error, error) {
	_, err := raw.PutItem(ctx, &ddb.PutItemInput{TableName: aws.String("stormlock"), Item: foreign})
	return func(ctx context.Context) error {
		out, err := raw.GetItem(ctx, &ddb.GetItemInput{
			TableName: aws.String("stormlock"), ConsistentRead: aws.Bool(true),
			Key: item{"resource": foreign["resource"]},
		})
		if err == nil && !reflect.DeepEqual(item(out.Item), foreign) {
			err = fmt.Errorf("it is now %v", out.Item)
		}
		return err
	}, err
}
