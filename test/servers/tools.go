package servers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// toolsDir is where the checkout keeps what its scripts build and fetch: the
// folder .tools beside go.work, above the working directory.
func toolsDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return filepath.Join(dir, ".tools"), nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", errors.New("no go.work above the working directory: these servers are for tests inside a checkout of stormlock")
		}
		dir = above
	}
}

// tool finds a file in the checkout's .tools, or says how to get it.
func tool(name string) (string, error) {
	dir, err := toolsDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is missing; run: make deps", path)
	}
	return path, nil
}
