package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Another lease is an answer, and tells who holds it.
func ExampleHeldError() {
	var err error = &sdk.HeldError{Lease: sdk.Lease{Resource: "prod-db", Principal: "ana@ops", TTL: time.Hour}}

	if held, ok := errors.AsType[*sdk.HeldError](err); ok {
		fmt.Println(held)
		fmt.Println("for", held.Lease.TTL)
	}
	fmt.Println(errors.Is(err, sdk.ErrHeld))
	// Output:
	// resource "prod-db" is held by ana@ops
	// for 1h0m0s
	// true
}

// A fault promises that nothing was written only if it is made by one of these
// functions, or is a ConfigError.
func ExampleUnavailable() {
	certain := sdk.Unavailable("mystore: connect to %s: connection refused", "db1:9999")
	unknown := fmt.Errorf("mystore: connection reset after the request had left")

	fmt.Println(errors.Is(certain, sdk.ErrUnavailable), certain)
	fmt.Println(errors.Is(unknown, sdk.ErrUnavailable), unknown)
	// Output:
	// true mystore: connect to db1:9999: connection refused
	// false mystore: connection reset after the request had left
}

// A wrong setting is said with its key: stormlock adds the file and the line.
func ExampleConfigError() {
	err := &sdk.ConfigError{Key: "url", Message: "is not a URL; write mystore://HOST:PORT"}
	fmt.Println(err)
	fmt.Println(errors.Is(err, sdk.ErrConfig))
	// Output:
	// key "url": is not a URL; write mystore://HOST:PORT
	// true
}

// A store that lacks its table is not set up, which is a matter of configuration too.
func ExampleNotSetUp() {
	err := sdk.NotSetUp("mystore: table %q does not exist", "locks")
	fmt.Println(errors.Is(err, sdk.ErrNotSetUp), errors.Is(err, sdk.ErrConfig))
	// Output: true true
}

// One store shows the digits of an id in upper case, another as a UUID.
func ExampleSameID() {
	fmt.Println(sdk.SameID("6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b8109dad11d180b400c04fd430c8"))
	fmt.Println(sdk.SameID("6ba7b8109dad11d180b400c04fd430c8", "6ba7b8109dad11d180b400c04fd430c9"))
	// Output:
	// true
	// false
}

// A warning changes no outcome. The SDK carries it to the operator's terminal; a test
// catches it.
func ExampleWarn() {
	open := func(ctx context.Context, url string) {
		sdk.Warn(ctx, "mystore: the connection to %s is not encrypted; use mystores://", url)
	}

	open(sdk.CatchWarnings(context.Background(), func(text string) { fmt.Println("warning:", text) }), "db1:9999")
	// Output: warning: mystore: the connection to db1:9999 is not encrypted; use mystores://
}

// What Check finds says what to do, unless it is as it should be.
func ExampleFound() {
	for _, finding := range []sdk.Finding{
		sdk.Found(sdk.LevelOK, "version", "the server is %s", "4.2"),
		sdk.Found(sdk.LevelWarning, "persistence", "a crash of the server loses locks; set fsync = always"),
	} {
		fmt.Println(finding.Level, finding.About, finding.Message)
	}
	// Output:
	// ok version the server is 4.2
	// warning persistence a crash of the server loses locks; set fsync = always
}
