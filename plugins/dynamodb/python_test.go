package dynamodb

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

// What Python's stormlock 0.4.1 sends, by its own client's rules.

const pythonID = "00112233445566778899aabbccddeeff"

// pythonItem is what its acquire puts: whole seconds, of its machine's clock.
func pythonItem(resource string, now time.Time, ttl time.Duration) item {
	return item{
		"resource":  text(resource),
		"principal": text("guido@ops"),
		"created":   numberOf(now.Unix()),
		"lease":     text(pythonID),
		"expires":   numberOf(now.Add(ttl).Unix()),
	}
}

// pythonAcquire puts the item only if there is none at all: that is what its
// condition comes to.
func pythonAcquire(t *testing.T, raw *ddb.Client, i item) error {
	t.Helper()
	_, err := raw.PutItem(testContext(t), &ddb.PutItemInput{
		TableName: aws.String("stormlock"), Item: i,
		ConditionExpression:      aws.String("attribute_not_exists(#r)"),
		ExpressionAttributeNames: map[string]string{"#r": "resource"},
	})
	return err
}

// pythonCurrent reads by its rules.
func pythonCurrent(t *testing.T, raw *ddb.Client, resource string) (lease, principal string, created time.Time, held bool) {
	t.Helper()
	i := stored(t, raw, resource)
	if len(i) == 0 {
		return "", "", time.Time{}, false
	}
	var n [2]int64
	for k, name := range []string{"created", "expires"} {
		text, _ := i.number(name)
		value, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n[k] = value
	}
	lease, _ = i.text("lease")
	principal, _ = i.text("principal")
	return lease, principal, time.Unix(n[0], 0), float64(n[1]) > float64(time.Now().UnixMicro())/1e6
}

func pythonRenew(t *testing.T, raw *ddb.Client, resource string, end time.Time) error {
	t.Helper()
	_, err := raw.UpdateItem(testContext(t), &ddb.UpdateItemInput{
		TableName: aws.String("stormlock"), Key: key(resource),
		UpdateExpression:          aws.String("SET expires = :exp"),
		ConditionExpression:       aws.String("#e > :now"), // whatever the lease id
		ExpressionAttributeNames:  map[string]string{"#e": "expires"},
		ExpressionAttributeValues: item{":exp": numberOf(end.Unix()), ":now": numberOf(time.Now().Unix())},
	})
	return err
}

func pythonRelease(t *testing.T, raw *ddb.Client, resource, lease string) error {
	t.Helper()
	_, err := raw.DeleteItem(testContext(t), &ddb.DeleteItemInput{
		TableName: aws.String("stormlock"), Key: key(resource),
		ConditionExpression:       aws.String("#l = :l"),
		ExpressionAttributeNames:  map[string]string{"#l": "lease"},
		ExpressionAttributeValues: item{":l": text(lease)},
	})
	return err
}

func TestPythonsLockIsSeen(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	now := time.Now()
	if err := pythonAcquire(t, raw, pythonItem("deploy", now, time.Minute)); err != nil {
		t.Fatal(err)
	}
	got, err := b.Current(testContext(t), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, sdk.Lease{Resource: "deploy", ID: pythonID, Principal: "guido@ops", Created: now.UTC().Truncate(time.Second)})
	if got.TTL < 55*time.Second || got.TTL > time.Minute {
		t.Errorf("TTL = %s", got.TTL)
	}
	for lease, err := range b.List(testContext(t), "") {
		if err != nil {
			t.Fatal(err)
		}
		same(t, lease, got)
	}
}

func TestPythonsLockIsRespectedRenewedAndReleased(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	if err := pythonAcquire(t, raw, pythonItem("deploy", time.Now(), time.Minute)); err != nil {
		t.Fatal(err)
	}
	_, err := b.Acquire(testContext(t), want("deploy"))
	if held, ok := errors.AsType[*sdk.HeldError](err); !ok || held.Lease.Principal != "guido@ops" {
		t.Fatalf("acquire: %v", err)
	}
	lease := sdk.Lease{Resource: "deploy", ID: pythonID, TTL: time.Hour}
	if got, err := b.Renew(testContext(t), lease); err != nil || got.TTL != time.Hour || got.Fence != 0 {
		t.Errorf("renew: %+v, %v", got, err)
	}
	if _, _, _, held := pythonCurrent(t, raw, "deploy"); !held {
		t.Error("Python does not see the lock any more")
	}
	if ends, _ := stored(t, raw, "deploy").time("expires"); time.Until(ends) < 59*time.Minute {
		t.Errorf("it ends in %s", time.Until(ends))
	}
	release(t, b, lease)
	if i := stored(t, raw, "deploy"); len(i) > 0 {
		t.Errorf("left: %v", i)
	}
}

// A Python lease id is found in whatever spelling it is given or stored.
func TestPythonsLeaseIDInAnySpelling(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	upper := pythonItem("deploy", time.Now(), time.Minute)
	upper["lease"] = text("00112233-4455-6677-8899-AABBCCDDEEFF")
	store(t, raw, upper)
	lease := sdk.Lease{Resource: "deploy", ID: pythonID, TTL: time.Hour}
	if got, err := b.Renew(testContext(t), lease); err != nil || got.ID != pythonID {
		t.Errorf("renew: %+v, %v", got, err)
	}
	if got, _ := stored(t, raw, "deploy").text("lease"); got != "00112233-4455-6677-8899-AABBCCDDEEFF" {
		t.Errorf("the id is stored as %q now", got)
	}
	release(t, b, sdk.Lease{Resource: "deploy", ID: "00112233445566778899AABBCCDDEEFF"})
}

func TestOurLockIsReadByPythonsRules(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	lease := acquire(t, b, want("deploy"))
	id, principal, created, held := pythonCurrent(t, raw, "deploy")
	if id != lease.ID || principal != lease.Principal || !created.Equal(lease.Created) || !held {
		t.Errorf("Python reads %q, %q, %s, %t", id, principal, created, held)
	}
	if err := pythonAcquire(t, raw, pythonItem("deploy", time.Now(), time.Minute)); !conditionFailedIn(err) {
		t.Errorf("Python's acquire: %v", err)
	}
	if err := pythonRelease(t, raw, "deploy", pythonID); !conditionFailedIn(err) {
		t.Errorf("Python's release with a wrong id: %v", err)
	}
}

func conditionFailedIn(err error) bool {
	_, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	return ok
}

func TestPythonRenewsAndReleasesOurLock(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	lease := acquire(t, b, want("deploy"))
	if err := pythonRenew(t, raw, "deploy", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	got, err := b.Current(testContext(t), "deploy")
	if err != nil || got.TTL < 59*time.Minute {
		t.Errorf("current: %+v, %v", got, err)
	}
	same(t, got, lease)
	if err := pythonRelease(t, raw, "deploy", lease.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Renew(testContext(t), lease); !errors.Is(err, sdk.ErrNotHeld) {
		t.Errorf("renew: %v", err)
	}
	// Python takes the free lock, and nothing of ours is shown for its lease.
	if err := pythonAcquire(t, raw, pythonItem("deploy", time.Now(), time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Current(testContext(t), "deploy"); err != nil || got.Reason != "" || got.Fence != 0 {
		t.Errorf("current: %+v, %v", got, err)
	}
	release(t, b, sdk.Lease{Resource: "deploy", ID: pythonID})
	if next := acquire(t, b, want("deploy")); next.Fence <= lease.Fence {
		t.Errorf("fence went from %d to %d", lease.Fence, next.Fence)
	}
}

// Python renews a lock with any lease id.
func TestPythonsFaultRenewWithAWrongID(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	if err := pythonAcquire(t, raw, pythonItem("theirs", time.Now(), time.Minute)); err != nil {
		t.Fatal(err)
	}
	acquire(t, b, want("ours"))
	for _, resource := range []string{"theirs", "ours"} {
		before := stored(t, raw, resource)
		_, err := b.Renew(testContext(t), sdk.Lease{Resource: resource, ID: sdk.NewID(), TTL: time.Hour})
		isKind(t, "renew", err, sdk.ErrNotHeld)
		if after, _ := stored(t, raw, resource).number("expires"); after != before["expires"].(*types.AttributeValueMemberN).Value {
			t.Errorf("%s: expires is now %s", resource, after)
		}
	}
}

// Python cannot take a lock that has ended until DynamoDB deletes the item,
// days later. Here it does not delete it at all.
func TestPythonsFaultExpiredLockCannotBeTaken(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw := unswept(t, c)
	b := openAt(t, c)
	ends := time.Now().Add(2 * time.Second)
	theirs := pythonItem("theirs", ends.Add(-time.Hour), time.Hour)
	if err := pythonAcquire(t, raw, theirs); err != nil {
		t.Fatal(err)
	}
	brief := want("ours")
	brief.TTL = time.Second
	began := time.Now()
	acquire(t, b, brief)
	for resource, over := range map[string]time.Time{"theirs": time.Unix(ends.Unix(), 0), "ours": began.Add(brief.TTL)} {
		lease := takeOver(t, b, resource, over)
		// Ours may last up to a second longer than was asked for.
		if took := time.Since(over); took > 3*time.Second+time.Second {
			t.Errorf("%s: taken %s after its end", resource, took)
		}
		if i := stored(t, raw, resource); len(i) == 0 {
			t.Errorf("%s: the item is gone", resource)
		}
		same(t, lease, sdk.Lease{
			Resource: resource, ID: lease.ID, Principal: "ana@ops", Reason: "patch the database",
			Created: lease.Created, Fence: lease.Fence,
		})
	}
	err := pythonAcquire(t, raw, pythonItem("theirs", time.Now(), time.Minute))
	if !conditionFailedIn(err) {
		t.Errorf("Python took our lock: %v", err)
	}
}

// An ended lock of Python's, long over, is taken at once.
func TestLongEndedLockIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	c := account(t)
	raw := unswept(t, c)
	store(t, raw, pythonItem("deploy", time.Now().Add(-2*time.Hour), time.Hour))
	lease := acquire(t, openAt(t, c), want("deploy"))
	if id, _ := stored(t, raw, "deploy").text("lease"); id != lease.ID {
		t.Errorf("the lease is %s", id)
	}
}
