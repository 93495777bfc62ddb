package dynamodb

import (
	"context"
	"flag"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
	"github.com/stormlock/stormlock/test/servers"
)

// What these tests say throughout.
var (
	testContext = backendtest.Context
	want        = backendtest.Want
	acquire     = backendtest.Acquire
	release     = backendtest.Release
	list        = backendtest.List
	same        = backendtest.Same
	within      = backendtest.Within
	promptly    = backendtest.Promptly
	eventually  = backendtest.Eventually
)

// Most tests wait, for a lease to end or a context, so more of them than there
// are processors can run at a time.
func TestMain(m *testing.M) {
	flag.Parse()
	if runtime.GOMAXPROCS(0) < atATime {
		_ = flag.Set("test.parallel", strconv.Itoa(atATime))
	}
	forgetAWS()
	os.Exit(servers.Main(m))
}

const atATime = 6

// forgetAWS keeps what this machine knows of AWS away from the tests.
func forgetAWS() {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	_ = os.Setenv("AWS_CONFIG_FILE", os.DevNull)
	_ = os.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	_ = os.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

const secret = "s3cr3tAccessKey"

// account returns the configuration of a database that only this test uses: on
// DynamoDB Local, each access key has one of its own.
func account(t testing.TB) Config {
	t.Helper()
	return Config{
		Table: "stormlock", Region: "eu-west-1", Endpoint: servers.SharedDynamoDB(t),
		AccessKeyID: "AKIA" + sdk.NewID(), SecretAccessKey: secret,
	}
}

func openAt(t testing.TB, c Config) *backend {
	t.Helper()
	b, err := Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b.(*backend)
}

// start returns a backend on a table of its own, and a plain client for it.
func start(t testing.TB) (*backend, *ddb.Client) {
	t.Helper()
	return startAt(t, account(t))
}

func startAt(t testing.TB, c Config) (*backend, *ddb.Client) {
	t.Helper()
	b := openAt(t, c)
	if _, err := b.Setup(testContext(t), false); err != nil {
		t.Fatal(err)
	}
	return b, client(t, c)
}

func client(t testing.TB, c Config) *ddb.Client {
	t.Helper()
	plain, transport, err := connect(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return plain
}

func contains(t testing.TB, err error, parts ...string) {
	t.Helper()
	backendtest.Says(t, err, parts...)
	if strings.Contains(err.Error(), secret) {
		t.Errorf("error holds a secret: %q", err)
	}
}

// unswept makes a table of which DynamoDB removes nothing, and a plain client.
func unswept(t testing.TB, c Config) *ddb.Client {
	t.Helper()
	if _, err := openAt(t, c).create(testContext(t)); err != nil {
		t.Fatal(err)
	}
	return client(t, c)
}

// stored returns what lies at a key of the table.
func stored(t testing.TB, raw *ddb.Client, at string) item {
	t.Helper()
	out, err := raw.GetItem(testContext(t), &ddb.GetItemInput{
		TableName: aws.String("stormlock"), Key: key(at), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// store puts an item into the table.
func store(t testing.TB, raw *ddb.Client, i item) {
	t.Helper()
	if _, err := raw.PutItem(testContext(t), &ddb.PutItemInput{TableName: aws.String("stormlock"), Item: i}); err != nil {
		t.Fatal(err)
	}
}

func text(s string) *types.AttributeValueMemberS { return &types.AttributeValueMemberS{Value: s} }

func number(s string) *types.AttributeValueMemberN { return &types.AttributeValueMemberN{Value: s} }

// dump returns all that is in the table, by its key.
func dump(t testing.TB, b *backend, raw *ddb.Client) map[string]item {
	t.Helper()
	out, err := raw.Scan(testContext(t), &ddb.ScanInput{TableName: &b.table, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]item{}
	for _, i := range out.Items {
		at, _ := item(i).text("resource")
		all[at] = i
	}
	return all
}
