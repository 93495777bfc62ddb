package dynamodb

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

func TestListPassesOverWhatIsNotALock(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	for kind, i := range foreign {
		planted := item{}
		for name, value := range i {
			planted[name] = value
		}
		planted["resource"] = text("foreign " + kind)
		store(t, raw, planted)
	}
	for _, at := range []string{" leading", "trailing ", "control\x01", "zero\u200bwidth"} {
		store(t, raw, pythonItem(at, time.Now(), time.Hour))
	}
	acquire(t, b, want("deploy")) // and its counter
	if got := list(t, b, ""); !slices.Equal(got, []string{"deploy"}) {
		t.Errorf("got %q", got)
	}
}

func TestListPassesOverWhatIsOver(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw := unswept(t, c)
	store(t, raw, pythonItem("over", time.Now().Add(-time.Hour), time.Minute))
	store(t, raw, pythonItem("just over", time.Now().Add(-time.Minute), time.Minute-time.Second))
	store(t, raw, pythonItem("current", time.Now(), time.Minute))
	if got := list(t, openAt(t, c), ""); !slices.Equal(got, []string{"current"}) {
		t.Errorf("got %q", got)
	}
}

// A page holds a megabyte, whatever part of it the filter leaves.
func TestListOfManyPages(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, raw := startAt(t, c)
	var names []string
	var puts []types.WriteRequest
	for i := range 800 {
		name := fmt.Sprintf("r%04d", i)
		names = append(names, name)
		lock := pythonItem(name, time.Now(), time.Hour)
		lock["reason"] = text(strings.Repeat("x", sdk.MaxReasonLen))
		puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: lock}})
	}
	for batch := range slices.Chunk(puts, 25) {
		_, err := raw.BatchWriteItem(testContext(t), &ddb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{b.table: batch}})
		if err != nil {
			t.Fatal(err)
		}
	}
	f.asked()
	if got := list(t, b, "r"); !slices.Equal(got, names) {
		t.Errorf("%d leases, want %d", len(got), len(names))
	}
	if got := f.asked(); len(got) < 4 {
		t.Errorf("it took only %q", got)
	}
	for range b.List(testContext(t), "r") {
		break // with further pages to come
	}
	// Another may take its time over each lease: nothing is held meanwhile, and
	// a fault further on is told once.
	seen := 0
	var errs []error
	for _, err := range b.List(testContext(t), "") {
		if seen++; seen == 1 {
			f.use(func(x *exchange) { x.refuse(400, "ThrottlingException", "slow down") })
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) != 1 || seen < 100 || seen > len(names) {
		t.Errorf("%d leases, errors %v", seen, errs)
	}
	isKind(t, "list", errs[0], sdk.ErrUnavailable)
}

func TestListStopsWhenTheReaderDoes(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	acquire(t, b, want("one"))
	acquire(t, b, want("two"))
	for _, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		acquire(t, b, want("three"))
		break
	}
	if got := list(t, b, "t"); !slices.Equal(got, []string{"three", "two"}) {
		t.Errorf("got %q", got)
	}
}

func TestListStopsAfterTheFirstError(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	var errs []error
	for _, err := range b.List(ctx, "") {
		errs = append(errs, err)
	}
	if len(errs) != 1 {
		t.Fatalf("errors = %v", errs)
	}
	isKind(t, "list", errs[0], sdk.ErrUnavailable)
}

// A scan of a table with another key would show no locks, which is a lie.
func TestListOfATableThatIsNotForLocks(t *testing.T) {
	t.Parallel()
	for name, make := range otherTables {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := account(t)
			if _, err := client(t, c).CreateTable(testContext(t), make()); err != nil {
				t.Fatal(err)
			}
			err := everything["list"](testContext(t), openAt(t, c))
			isKind(t, "list", err, sdk.ErrConfig)
		})
	}
}

// otherTables are made for something else than locks.
var otherTables = map[string]func() *ddb.CreateTableInput{
	"another key":      func() *ddb.CreateTableInput { return tableWith("id", types.ScalarAttributeTypeS, "") },
	"key is a number":  func() *ddb.CreateTableInput { return tableWith("resource", types.ScalarAttributeTypeN, "") },
	"with a sort key":  func() *ddb.CreateTableInput { return tableWith("resource", types.ScalarAttributeTypeS, "lease") },
	"resource is sort": func() *ddb.CreateTableInput { return tableWith("id", types.ScalarAttributeTypeS, "resource") },
}

func tableWith(hash string, kind types.ScalarAttributeType, sort string) *ddb.CreateTableInput {
	in := &ddb.CreateTableInput{
		TableName:            aws.String("stormlock"),
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: &hash, AttributeType: kind}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}},
		BillingMode:          types.BillingModePayPerRequest,
	}
	if sort != "" {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &sort, AttributeType: types.ScalarAttributeTypeS})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: &sort, KeyType: types.KeyTypeRange})
	}
	return in
}
