package dynamodb

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

func setup(t *testing.T, b sdk.Backend, dryRun bool) []string {
	t.Helper()
	statements, err := b.Setup(testContext(t), dryRun)
	if err != nil {
		t.Fatal(err)
	}
	return statements
}

// The statements are those of the AWS command line, and say what is done.
func TestSetupSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	c := account(t)
	b, raw := openAt(t, c), client(t, c)
	at := " --table-name stormlock --region eu-west-1 --endpoint-url " + c.Endpoint
	create := "aws dynamodb create-table --attribute-definitions AttributeName=resource,AttributeType=S" +
		" --key-schema AttributeName=resource,KeyType=HASH --billing-mode PAY_PER_REQUEST" + at
	wait := "aws dynamodb wait table-exists" + at
	sweep := "aws dynamodb update-time-to-live --time-to-live-specification Enabled=true,AttributeName=expires" + at

	if got := setup(t, b, true); !slices.Equal(got, []string{create, wait, sweep}) {
		t.Errorf("dry run: %q", got)
	}
	if out, err := raw.ListTables(testContext(t), &ddb.ListTablesInput{}); err != nil || len(out.TableNames) > 0 {
		t.Fatalf("after a dry run: %v, %v", out, err)
	}
	if got := setup(t, b, false); !slices.Equal(got, []string{create, wait, sweep}) {
		t.Errorf("setup: %q", got)
	}
	swept, err := raw.DescribeTimeToLive(testContext(t), &ddb.DescribeTimeToLiveInput{TableName: aws.String("stormlock")})
	if err != nil || aws.ToString(swept.TimeToLiveDescription.AttributeName) != "expires" {
		t.Errorf("time to live: %v, %v", swept, err)
	}
	for _, dryRun := range []bool{true, false} {
		if got := setup(t, b, dryRun); len(got) > 0 {
			t.Errorf("again: %q", got)
		}
	}
}

// Of a table that Python's setup left half done, only the rest is done.
func TestSetupDoesOnlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw := unswept(t, c)
	store(t, raw, pythonItem("deploy", time.Now(), time.Hour))
	b := openAt(t, c)
	for _, dryRun := range []bool{true, false} {
		if got := setup(t, b, dryRun); len(got) != 1 || !strings.Contains(got[0], "update-time-to-live") {
			t.Errorf("dry run %t: %q", dryRun, got)
		}
	}
	if got, err := b.Current(testContext(t), "deploy"); err != nil || got.ID != pythonID {
		t.Errorf("current: %+v, %v", got, err)
	}
}

func TestSetupStatementsWithoutAnEndpoint(t *testing.T) {
	b := &backend{table: "arn:aws:dynamodb:eu-west-1:123456789012:table/locks", region: "eu-west-1"}
	if got := b.waitStatement(); got != "aws dynamodb wait table-exists --table-name "+b.table+" --region eu-west-1" {
		t.Error(got)
	}
}

func TestSetupAllAtOnce(t *testing.T) {
	t.Parallel()
	c := account(t)
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			b, err := Open(context.Background(), c)
			if err != nil {
				t.Error(err)
				return
			}
			defer b.Close()
			if _, err := b.Setup(testContext(t), false); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	acquire(t, openAt(t, c), want("deploy"))
}

func TestTableThatIsNotForLocks(t *testing.T) {
	t.Parallel()
	for name, make := range otherTables {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := account(t)
			b, raw := openAt(t, c), client(t, c)
			if _, err := raw.CreateTable(testContext(t), make()); err != nil {
				t.Fatal(err)
			}
			for name, operate := range everything {
				err := operate(testContext(t), b)
				isKind(t, name, err, sdk.ErrConfig)
				contains(t, err, `key "table"`, `partition key "resource", a string, and no sort key`)
			}
			if left := dump(t, b, raw); len(left) > 0 {
				t.Errorf("it holds %v", left)
			}
		})
	}
}

func TestTableThatIsSweptByAnotherAttribute(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw := unswept(t, c)
	_, err := raw.UpdateTimeToLive(testContext(t), &ddb.UpdateTimeToLiveInput{
		TableName:               aws.String("stormlock"),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("created"), Enabled: aws.Bool(true)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dryRun := range []bool{true, false} {
		_, err = openAt(t, c).Setup(testContext(t), dryRun)
		isKind(t, "setup", err, sdk.ErrConfig)
		contains(t, err, `"created"`, `"expires"`, `key "table"`)
	}
}

func TestNotSetUp(t *testing.T) {
	t.Parallel()
	c := account(t)
	b := openAt(t, c)
	for name, operate := range everything {
		if name == "setup" {
			continue
		}
		err := operate(testContext(t), b)
		isKind(t, name, err, sdk.ErrNotSetUp)
		contains(t, err, `table "stormlock" in `+c.Endpoint+" (eu-west-1) does not exist", `"region"`)
	}
	b.endpoint = ""
	contains(t, missing(b, "", ""), `table "stormlock" in eu-west-1 does not exist`)
}

// Setup waits for a table that is being created, and not for one that will not
// come.
func TestSetupAndTheTablesStatus(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	startAt(t, c)
	b := openAt(t, c)
	asked := 0
	status := func(status types.TableStatus, times int) {
		asked = 0
		f.use(func(x *exchange) {
			if x.op != "DescribeTable" || asked == times {
				x.pass()
				return
			}
			asked++
			_, text := x.ask()
			x.answer(200, strings.Replace(string(text), `"ACTIVE"`, fmt.Sprintf("%q", status), 1))
		})
	}
	status(types.TableStatusCreating, 3)
	within(t, 5*time.Second, func() { setup(t, b, false) })
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	status(types.TableStatusDeleting, -1)
	_, err := b.Setup(testContext(t), false)
	isKind(t, "setup", err, sdk.ErrUnavailable)
	contains(t, err, "DELETING")

	status(types.TableStatusCreating, -1)
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	wait := f.treat
	f.use(func(x *exchange) {
		if wait(x); asked == 3 {
			time.AfterFunc(100*time.Millisecond, cancel)
		}
	})
	_, err = b.Setup(ctx, false)
	isKind(t, "setup", err, sdk.ErrUnavailable)
	contains(t, err, "still being created")
}

func TestSetupThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	for op, carriedOut := range map[string][]string{
		"DescribeTable": nil, "CreateTable": nil,
		"DescribeTimeToLive": {"create-table", "wait"}, "UpdateTimeToLive": {"create-table", "wait"},
	} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			_, c := before(t, account(t), func(x *exchange) {
				if x.op == op {
					x.refuse(400, "AccessDeniedException", "User: x is not authorized to perform: dynamodb:"+op)
					return
				}
				x.pass()
			})
			statements, err := openAt(t, c).Setup(testContext(t), false)
			isKind(t, op, err, sdk.ErrRefused)
			contains(t, err, "dynamodb:"+op, "IAM policy")
			var commands []string
			for _, s := range statements {
				commands = append(commands, strings.Fields(s)[2])
			}
			if !reflect.DeepEqual(commands, carriedOut) {
				t.Errorf("carried out %q, want %q", commands, carriedOut)
			}
		})
	}
}

// A create whose answer is lost may have been carried out.
func TestSetupWithoutAnAnswerIsUnknown(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), func(x *exchange) {
		if x.op == "CreateTable" {
			x.lose()
			return
		}
		x.pass()
	})
	b := openAt(t, c)
	_, err := b.Setup(testContext(t), false)
	isUnknown(t, "setup", err)
	f.use(nil)
	if got := setup(t, b, false); len(got) != 1 {
		t.Errorf("repeated: %q", got)
	}
}

func TestTimeToLiveThatIsBeingSwitchedOff(t *testing.T) {
	t.Parallel()
	_, c := before(t, account(t), func(x *exchange) {
		if x.op == "DescribeTimeToLive" {
			x.answer(200, `{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLING","AttributeName":"expires"}}`)
			return
		}
		x.pass()
	})
	_, err := openAt(t, c).Setup(testContext(t), false)
	isKind(t, "setup", err, sdk.ErrUnavailable)
	contains(t, err, "switched off")
}
