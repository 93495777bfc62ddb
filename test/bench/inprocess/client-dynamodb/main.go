// Command client-dynamodb reads DynamoDB by the AWS SDK alone, for `make bench`.
package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/test/bench/inprocess"
)

// batch is how many items one request can write.
const batch = 25

func main() {
	inprocess.ClientMain(func(_ context.Context, settings map[string]string) (inprocess.Client, error) {
		return client{ddb.New(ddb.Options{
			Region: settings["region"], BaseEndpoint: aws.String(settings["endpoint"]),
			Credentials: credentials.NewStaticCredentialsProvider(settings["access_key_id"], settings["secret_access_key"], ""),
		}), aws.String(settings["table"])}, nil
	})
}

type client struct {
	*ddb.Client
	table *string
}

type item = map[string]types.AttributeValue

func (c client) Fill(ctx context.Context, copies int) error {
	seed, err := c.GetItem(ctx, &ddb.GetItemInput{TableName: c.table, Key: item{"resource": &types.AttributeValueMemberS{Value: inprocess.Seed}}})
	if err != nil {
		return err
	}
	for from := 0; from < copies; from += batch {
		if err := c.write(ctx, seed.Item, from, min(from+batch, copies)); err != nil {
			return err
		}
	}
	return nil
}

func (c client) write(ctx context.Context, seed item, from, to int) error {
	var puts []types.WriteRequest
	for n := from; n < to; n++ {
		copied := item{}
		for name, value := range seed {
			copied[name] = value
		}
		copied["resource"] = &types.AttributeValueMemberS{Value: inprocess.Name(n)}
		puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: copied}})
	}
	out, err := c.BatchWriteItem(ctx, &ddb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*c.table: puts}})
	if err == nil && len(out.UnprocessedItems) > 0 {
		err = fmt.Errorf("%d items were not written", len(out.UnprocessedItems[*c.table]))
	}
	return err
}

// Read tells locks from counters by what only locks have.
func (c client) Read(ctx context.Context) (n int, err error) {
	pages := ddb.NewScanPaginator(c.Client, &ddb.ScanInput{TableName: c.table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return n, err
		}
		for _, i := range page.Items {
			if i["lease"] != nil {
				n++
			}
		}
	}
	return n, nil
}
