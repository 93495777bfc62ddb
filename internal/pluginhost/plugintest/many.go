package plugintest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Backends whose lists are worth a look.

// many lists what the prefix says: N leases, or N-WORD, the highest number first.
// WORD is what becomes of the list:
//
//	large  the reasons have 1 KiB
//	ending every other lease ends before it is printed
//	down   then the store is unavailable
//	die    then the process ends
//
// The event is how many were listed.
func many(b *backend) {
	b.list = func(prefix string) iter.Seq2[sdk.Lease, error] {
		number, word, _ := strings.Cut(prefix, "-")
		n, _ := strconv.Atoi(number)
		return func(yield func(sdk.Lease, error) bool) {
			listed := 0
			defer func() { tell(EventFile, strconv.Itoa(listed)) }()
			for listed < n {
				if !yield(listedLease(prefix, word, n-1-listed), nil) {
					return
				}
				listed++
			}
			afterList(word, yield)
		}
	}
}

func listedLease(prefix, word string, n int) sdk.Lease {
	lease := sdk.Lease{
		Resource: fmt.Sprintf("%s/%06d", prefix, n), ID: LateID, Principal: "ana@ops", Reason: "why",
		Created: time.Now().Add(-time.Hour), TTL: time.Hour,
	}
	switch {
	case word == "large":
		lease.Reason = strings.Repeat("x", 1024)
	case word == "ending" && n%2 == 1:
		lease.TTL = time.Second
	}
	return lease
}

func afterList(word string, yield func(sdk.Lease, error) bool) {
	switch word {
	case "ending":
		time.Sleep(1200 * time.Millisecond)
	case "down":
		yield(sdk.Lease{}, sdk.Unavailable("connection refused"))
	case "die":
		time.Sleep(500 * time.Millisecond) // what was listed is on its way
		os.Exit(7)
	}
}

// evilList is one lease, or what [evilCall] makes of it.
func evilList(prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		if prefix == "" {
			prefix = "r"
		}
		yield(evilCall(context.Background(), sdk.Lease{Resource: prefix}))
	}
}

// scriptedList is what is stored in a directory, as the script has it.
func scriptedList(dir, prefix string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) {
		switch nextAction(dir, "list", prefix) {
		case "down":
			yield(sdk.Lease{}, sdk.Unavailable("connection refused"))
			return
		case "die":
			os.Exit(7)
		case "hang":
			tell(EventFile, "hang")
			for !exists(filepath.Join(dir, "go")) {
				time.Sleep(time.Millisecond)
			}
		}
		leases := stored(dir)
		for _, resource := range slices.Sorted(maps.Keys(leases)) {
			if strings.HasPrefix(resource, prefix) && !yield(leases[resource], nil) {
				return
			}
		}
	}
}
