package dynamodb

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

// almost is a lock of Python's at "data", of which one thing is not as it
// should be; the id is the one that the operations are tried with.
func almost(change func(item)) item {
	i := pythonItem("data", time.Now(), time.Hour)
	i["lease"] = text(leaseID)
	change(i)
	return i
}

// foreign holds items that other applications keep, some of them almost a lock.
var foreign = map[string]item{
	"a user":                {"resource": text("data"), "user": text("bob")},
	"only a key":            {"resource": text("data")},
	"a counter":             {"resource": text("data"), "fence": number("7")},
	"no lease":              almost(func(i item) { delete(i, "lease") }),
	"lease is a number":     almost(func(i item) { i["lease"] = number("17") }),
	"lease is binary":       almost(func(i item) { i["lease"] = &types.AttributeValueMemberB{Value: []byte(leaseID)} }),
	"lease is empty":        almost(func(i item) { i["lease"] = text("") }),
	"lease of 31 digits":    almost(func(i item) { i["lease"] = text(leaseID[1:]) }),
	"lease in words":        almost(func(i item) { i["lease"] = text("my lease") }),
	"no principal":          almost(func(i item) { delete(i, "principal") }),
	"principal is a number": almost(func(i item) { i["principal"] = number("17") }),
	"no created":            almost(func(i item) { delete(i, "created") }),
	"created in words":      almost(func(i item) { i["created"] = text("yesterday") }),
	"created far off":       almost(func(i item) { i["created"] = number("1763800000000") }),
	"created before 1970":   almost(func(i item) { i["created"] = number("-1") }),
	"no expires":            almost(func(i item) { delete(i, "expires") }),
	"expires is a text":     almost(func(i item) { i["expires"] = text("1763800000") }),
	"expires in ms":         almost(func(i item) { i["expires"] = number("1763800000000") }),
	"expires never":         almost(func(i item) { i["expires"] = number("9.9E125") }),
	"expired, in words":     almost(func(i item) { i["expires"] = text("0"); delete(i, "principal") }),
}

func TestForeignDataIsRefusedAndUnchanged(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	for kind, i := range foreign {
		for name, operate := range operations {
			store(t, raw, i)
			before := dump(t, b, raw)
			err := operate(testContext(t), b)
			isKind(t, kind+"/"+name, err, sdk.ErrRefused)
			contains(t, err, `item "data" of table "stormlock" in `, "is not a lock (its ", "nothing was changed", `"table"`)
			if after := dump(t, b, raw); !reflect.DeepEqual(after, before) {
				t.Errorf("%s/%s: the table is %v, and was %v", kind, name, after, before)
			}
		}
	}
}

// A lock that lacks nothing is taken for one even if another program added to
// it: that is how layouts grow.
func TestExtraAttributesDoNotMakeALockForeign(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	store(t, raw, almost(func(i item) {
		i["more"], i["fence"], i["reason"] = text("x"), text("words"), number("1")
	}))
	got, err := b.Current(testContext(t), "data")
	if err != nil || got.Fence != 0 || got.Reason != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Times may have a fraction, as other programs write them.
func TestTimesWithAFraction(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	ends := time.Now().Add(time.Hour).Unix()
	store(t, raw, almost(func(i item) {
		i["created"], i["expires"] = number("1763800000.123456789"), number(fmt.Sprintf("%d.75", ends))
	}))
	got, err := b.Current(testContext(t), "data")
	if err != nil || !got.Created.Equal(time.UnixMicro(1763800000123456)) || got.TTL > time.Hour {
		t.Errorf("current: %+v, %v", got, err)
	}
	for _, name := range []string{"renew", "release"} { // on the condition that it still is that
		if err := operations[name](testContext(t), b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestForeignDataWhereTheCounterBelongs(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	for kind, value := range map[string]types.AttributeValue{
		"none": nil, "words": text("one"), "fraction": number("1.5"), "negative": number("-1"), "huge": number("9223372036854775808"),
	} {
		i := item{"resource": text(fenceKey("data")), "user": text("bob")}
		if value != nil {
			i["fence"] = value
		}
		store(t, raw, i)
		before := dump(t, b, raw)
		for _, operation := range []string{"acquire", "release"} {
			err := operations[operation](testContext(t), b)
			isKind(t, kind+"/"+operation, err, sdk.ErrRefused)
			contains(t, err, `item " fence:data" of table`, "nothing was changed")
		}
		if after := dump(t, b, raw); !reflect.DeepEqual(after, before) {
			t.Errorf("%s: the table is %v, and was %v", kind, after, before)
		}
	}
}

// A lock can be released even so: no grant matches what lies there.
func TestReleaseBesideForeignDataWhereTheCounterBelongs(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	lease := acquire(t, b, want("data"))
	foreign := item{"resource": text(fenceKey("data")), "fence": number("1.5")}
	store(t, raw, foreign)
	release(t, b, lease)
	if after := dump(t, b, raw); len(after) != 1 || !reflect.DeepEqual(after[fenceKey("data")], foreign) {
		t.Errorf("the table is %v", after)
	}
}

// The fence grows from whatever the counter says, and by the clock if it says
// less: it may have been lost.
func TestFenceGrowsFromTheCounter(t *testing.T) {
	t.Parallel()
	b, raw := start(t)
	const far = 9007199254740993 // beyond what a float64 can tell apart
	store(t, raw, item{"resource": text(fenceKey("deploy")), "fence": number(fmt.Sprint(far)), "note": text("keep")})
	lease := acquire(t, b, want("deploy"))
	if lease.Fence != far+1 {
		t.Errorf("fence = %d", lease.Fence)
	}
	if note, _ := stored(t, raw, fenceKey("deploy")).text("note"); note != "keep" {
		t.Error("the counter's item was replaced")
	}
	store(t, raw, item{"resource": text(fenceKey("lost")), "fence": number("3")})
	if lease := acquire(t, b, want("lost")); lease.Fence < uint64(time.Now().Add(-time.Minute).UnixMicro()) {
		t.Errorf("fence = %d", lease.Fence)
	}
}

func TestNumbers(t *testing.T) {
	for text, micros := range map[string]int64{
		"0": 0, "1763800000": 1763800000e6, "1763800000.5": 1763800000500000, "1.7638E9": 1763800000e6,
		"1763800000.123456789": 1763800000123456, "253402300799": 253402300799e6, "1E-30": 0,
	} {
		if got, ok := seconds(text); !ok || got.UnixMicro() != micros {
			t.Errorf("%s: %s, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "-1", "253402300800", "1E125", "x"} {
		if got, ok := seconds(text); ok {
			t.Errorf("%s: %s", text, got)
		}
		if text == "253402300800" {
			continue
		}
		if got, ok := integer(text); ok {
			t.Errorf("%s: %d", text, got)
		}
	}
	if got, ok := integer("1E3"); !ok || got != 1000 {
		t.Errorf("1E3: %d, %t", got, ok)
	}
}
