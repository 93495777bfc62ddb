package backendtest

import (
	"slices"
	"testing"

	"github.com/stormlock/stormlock/sdk"
)

func TestNames(t *testing.T) {
	t.Parallel()
	names := Names(t, 2000, " fence:", "/")
	if again := Names(t, 2000, " fence:", "/"); !slices.Equal(names, again) {
		t.Error("the names differ from run to run")
	}
	long := 0
	for _, name := range names {
		if err := sdk.ValidateResource(name); err != nil {
			t.Error(err)
		}
		if len(name) > sdk.MaxResourceLen-4 {
			long++
		}
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(names))); len(distinct) != 2000 {
		t.Errorf("%d names are different, want 2000", len(distinct))
	}
	if long < 100 {
		t.Errorf("%d names are as long as can be", long)
	}
}
