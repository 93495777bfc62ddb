package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/backendtest"
)

// check returns what a check finds, which shows no secret.
func check(t *testing.T, b sdk.Backend) backendtest.Findings {
	t.Helper()
	return backendtest.FindingsOf(t, b, secret)
}

// described has a front change what is said of the table.
func described(change func(table map[string]any)) func(*exchange) {
	return func(x *exchange) {
		if x.op != "DescribeTable" {
			x.pass()
			return
		}
		_, text := x.ask()
		var said map[string]map[string]any
		if err := json.Unmarshal(text, &said); err != nil {
			panic(err)
		}
		change(said["Table"])
		text, _ = json.Marshal(said)
		x.answer(200, string(text))
	}
}

// denying has a front refuse some actions, as an IAM policy does.
func denying(actions ...string) func(*exchange) {
	return func(x *exchange) {
		if slices.Contains(actions, x.op) {
			x.refuse(400, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: dynamodb:"+x.op)
			return
		}
		x.pass()
	}
}

func TestCheckOfAStoreThatIsWell(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, raw := startAt(t, c)
	acquire(t, b, want("deploy"))
	kept := dump(t, b, raw)
	f.asked()
	all := check(t, b)
	all.Say(t, "connection", sdk.LevelWarning, c.Endpoint, "eu-west-1", "DynamoDB Local")
	all.Say(t, "table", sdk.LevelOK, "ACTIVE")
	all.Say(t, "key", sdk.LevelOK, `"resource"`)
	all.Say(t, "capacity", sdk.LevelOK, "on demand")
	all.Say(t, "replicas", sdk.LevelOK, "one region")
	all.Say(t, "deletion", sdk.LevelOK, "deletion protection is off")
	all.Say(t, "time to live", sdk.LevelOK, `"expires"`)
	all.Say(t, "privileges", sdk.LevelOK, "GetItem, BatchGetItem and Scan")
	all.Say(t, "clock", sdk.LevelOK, "agrees")
	all.WellBut(t, "connection")
	if len(all) != 9 {
		t.Errorf("%d findings", len(all))
	}
	if got := f.asked(); !slices.Equal(got, []string{"DescribeTable", "DescribeTimeToLive", "GetItem", "BatchGetItem", "Scan"}) {
		t.Errorf("it asked for %q", got)
	}
	if left := dump(t, b, raw); !reflect.DeepEqual(left, kept) {
		t.Errorf("it holds %v, and held %v", left, kept)
	}
}

// The account is told by the table's ARN.
func TestCheckTellsWhichTable(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/stormlock"
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	f.use(described(func(table map[string]any) { table["TableArn"] = arn }))
	check(t, b).Say(t, "connection", sdk.LevelOK, arn, c.Endpoint)
	b.endpoint = "http://dynamodb.example.org"
	check(t, b).Say(t, "connection", sdk.LevelWarning, "not encrypted", `"endpoint"`)
}

func TestCheckOfTablesThatTakeNoLocks(t *testing.T) {
	t.Parallel()
	c := account(t)
	all := check(t, openAt(t, c))
	all.Say(t, "table", sdk.LevelError, "does not exist", "stormlock backend setup")
	all.WellBut(t, "connection", "table")
	for name, make := range otherTables {
		f, c := before(t, account(t), nil)
		b := openAt(t, c)
		if _, err := client(t, c).CreateTable(testContext(t), make()); err != nil {
			t.Fatal(err)
		}
		all := check(t, b)
		all.Say(t, "key", sdk.LevelError, `partition key "resource", a string, and no sort key`)
		all.WellBut(t, "connection", "key", "capacity")
		f.use(denying("DescribeTable", "DescribeTimeToLive"))
		all = check(t, b)
		all.Say(t, "table", sdk.LevelError, `partition key "resource", a string, and no sort key`)
		if _, found := all["privileges"]; found {
			t.Errorf("%s: %v", name, all)
		}
	}
}

func TestCheckOfTheTablesStatus(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for status, is := range map[types.TableStatus]struct {
		level sdk.Level
		text  string
	}{
		types.TableStatusUpdating:                          {sdk.LevelOK, "UPDATING"},
		types.TableStatusCreating:                          {sdk.LevelError, "try again in a minute"},
		types.TableStatusDeleting:                          {sdk.LevelError, "DELETING"},
		types.TableStatusArchived:                          {sdk.LevelError, "ARCHIVED"},
		types.TableStatusInaccessibleEncryptionCredentials: {sdk.LevelError, "KMS key"},
	} {
		f.use(described(func(table map[string]any) { table["TableStatus"] = status }))
		all := check(t, b)
		all.Say(t, "table", is.level, is.text)
		all.WellBut(t, "connection", "table")
	}
}

func TestCheckOfCapacity(t *testing.T) {
	t.Parallel()
	provisioned := func(reads, writes int) string {
		return fmt.Sprintf(`{"ProvisionedThroughput":{"ReadCapacityUnits":%d,"WriteCapacityUnits":%d},"BillingModeSummary":null}`, reads, writes)
	}
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for said, is := range map[string]struct {
		level sdk.Level
		text  string
	}{
		provisioned(5, 5): {sdk.LevelOK, "5 read and 5 write units"},
		provisioned(5, 3): {sdk.LevelWarning, "3 write units a second, and a grant or a release takes 4"},
		`{"OnDemandThroughput":{"MaxReadRequestUnits":7}}`:                            {sdk.LevelOK, "7 read and unlimited write units"},
		`{"OnDemandThroughput":{"MaxReadRequestUnits":-1,"MaxWriteRequestUnits":2}}`:  {sdk.LevelWarning, "2 write units"},
		`{"OnDemandThroughput":{"MaxReadRequestUnits":-1,"MaxWriteRequestUnits":-1}}`: {sdk.LevelOK, "on demand"},
		`{"BillingModeSummary":null,"ProvisionedThroughput":null}`:                    {sdk.LevelOK, "no limit is told"},
	} {
		f.use(described(func(table map[string]any) { _ = json.Unmarshal([]byte(said), &table) }))
		check(t, b).Say(t, "capacity", is.level, is.text)
	}

	// A real one, too.
	c = account(t)
	in := tableWith("resource", types.ScalarAttributeTypeS, "")
	in.BillingMode = types.BillingModeProvisioned
	in.ProvisionedThroughput = &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(1), WriteCapacityUnits: aws.Int64(1)}
	if _, err := client(t, c).CreateTable(testContext(t), in); err != nil {
		t.Fatal(err)
	}
	check(t, openAt(t, c)).Say(t, "capacity", sdk.LevelWarning, "1 write units")
}

func TestCheckOfGlobalTables(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for said, is := range map[string]struct {
		level sdk.Level
		text  string
	}{
		`{"Replicas":[{"RegionName":"us-east-1"},{"RegionName":"eu-west-1"},{"RegionName":"ap-south-1"}]}`: {sdk.LevelWarning, "replicas in ap-south-1, us-east-1: "},
		`{"Replicas":[{"RegionName":"us-east-1"}],"MultiRegionConsistency":"EVENTUAL"}`:                    {sdk.LevelWarning, "have every operator name eu-west-1"},
		`{"Replicas":[{"RegionName":"us-east-1"}],"MultiRegionConsistency":"STRONG"}`:                      {sdk.LevelError, "takes no transactions"},
		`{"GlobalTableVersion":"2017.11.29"}`:                                                              {sdk.LevelWarning, "replicas in other regions"},
		`{"Replicas":[{"RegionName":"eu-west-1"}]}`:                                                        {sdk.LevelOK, "one region"},
	} {
		f.use(described(func(table map[string]any) { _ = json.Unmarshal([]byte(said), &table) }))
		check(t, b).Say(t, "replicas", is.level, is.text)
	}
}

func TestCheckOfDeletionProtection(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	if _, err := raw.UpdateTable(testContext(t), &ddb.UpdateTableInput{TableName: &b.table, DeletionProtectionEnabled: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	check(t, b).Say(t, "deletion", sdk.LevelOK, "protected")
}

func TestCheckOfTheTimeToLive(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw := unswept(t, c)
	b := openAt(t, c)
	all := check(t, b)
	all.Say(t, "time to live", sdk.LevelWarning, "off", "stormlock backend setup")
	all.WellBut(t, "connection", "time to live")
	_, err := raw.UpdateTimeToLive(testContext(t), &ddb.UpdateTimeToLiveInput{
		TableName:               aws.String("stormlock"),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("created"), Enabled: aws.Bool(true)},
	})
	if err != nil {
		t.Fatal(err)
	}
	all = check(t, b)
	all.Say(t, "time to live", sdk.LevelError, `"created"`, `"expires"`)
	all.WellBut(t, "connection", "time to live")

	f, c := before(t, account(t), nil)
	b, _ = startAt(t, c)
	f.use(func(x *exchange) {
		if x.op == "DescribeTimeToLive" {
			x.answer(200, `{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLING","AttributeName":"expires"}}`)
			return
		}
		x.pass()
	})
	check(t, b).Say(t, "time to live", sdk.LevelWarning, "switched off")
}

// The settings are for those to see who may; the rest is looked at all the same.
func TestCheckOfWhatMayNotBeLookedAt(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	f.use(denying("DescribeTable", "DescribeTimeToLive"))
	all := check(t, b)
	all.Say(t, "settings", sdk.LevelWarning, "may not look", "dynamodb:DescribeTable")
	all.Say(t, "time to live", sdk.LevelWarning, "may not look", "dynamodb:DescribeTimeToLive")
	all.Say(t, "privileges", sdk.LevelOK)
	all.Say(t, "clock", sdk.LevelOK)
	all.WellBut(t, "connection", "settings", "time to live")

	_, c = before(t, account(t), denying("DescribeTable", "DescribeTimeToLive"))
	check(t, openAt(t, c)).Say(t, "table", sdk.LevelError, "does not exist", "stormlock backend setup")
}

// Each action that an operation reads with is asked for.
func TestCheckNamesTheActionsThatAreDenied(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for _, actions := range [][]string{{"GetItem"}, {"BatchGetItem"}, {"Scan"}, {"GetItem", "BatchGetItem", "Scan"}} {
		f.use(denying(actions...))
		all := check(t, b)
		all.Say(t, "privileges", sdk.LevelError, "dynamodb:"+strings.Join(actions, ", dynamodb:")+";", "IAM policy")
		all.WellBut(t, "connection", "privileges")
	}
}

// A clock that is off by more than AWS accepts is a finding too, as the library
// asks again.
func TestCheckOfTheClock(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for off, text := range map[time.Duration]string{time.Hour: "behind", -time.Hour: "ahead of"} {
		f.use(func(x *exchange) {
			now := time.Now().Add(off)
			if signed, err := time.Parse(amzDate, x.r.Header.Get("X-Amz-Date")); err != nil || signed.Sub(now).Abs() > 5*time.Minute {
				x.signatureExpired(now)
				return
			}
			x.passAt(now)
		})
		all := check(t, b)
		all.Say(t, "clock", sdk.LevelWarning, text, "NTP")
		all.WellBut(t, "connection", "clock")
	}
}

// A store that cannot be asked is an error, and what was found before stays.
func TestCheckOfAServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	f, c := before(t, account(t), nil)
	b, _ := startAt(t, c)
	for _, is := range []struct {
		op    string
		treat func(*exchange)
		kind  error
		found bool
	}{
		{"DescribeTable", (*exchange).drop, sdk.ErrUnavailable, false},
		{"DescribeTimeToLive", (*exchange).drop, sdk.ErrUnavailable, true},
		{"Scan", (*exchange).drop, sdk.ErrUnavailable, true},
		{"DescribeTable", func(x *exchange) { x.answer(200, "{}") }, sdk.ErrUnavailable, false},
		{"DescribeTimeToLive", func(x *exchange) { x.answer(200, "{}") }, sdk.ErrUnavailable, true},
		{"BatchGetItem", func(x *exchange) { x.answer(200, "{}") }, sdk.ErrUnavailable, true},
		{"DescribeTable", func(x *exchange) { x.refuse(400, "UnrecognizedClientException", "no") }, sdk.ErrRefused, false},
		{"GetItem", func(x *exchange) { x.refuse(400, "ThrottlingException", "slow down") }, sdk.ErrUnavailable, true},
	} {
		f.use(func(x *exchange) {
			if x.op == is.op {
				is.treat(x)
				return
			}
			x.pass()
		})
		findings, err := b.Check(testContext(t))
		isKind(t, is.op, err, is.kind)
		if (len(findings) > 0) != is.found {
			t.Errorf("%s: %v", is.op, findings)
		}
	}
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if findings, err := b.Check(ctx); !errors.Is(err, sdk.ErrUnavailable) || len(findings) != 0 {
		t.Errorf("cancelled: %v, %v", findings, err)
	}
	_ = b.Close()
	if _, err := b.Check(testContext(t)); !errors.Is(err, sdk.ErrUnavailable) {
		t.Errorf("closed: %v", err)
	}
}
