package pluginhost

import "testing"

// Hash returns the hash of a file as a pin.
func Hash(t *testing.T, path string) string {
	t.Helper()
	sum, err := fileHash(path)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
