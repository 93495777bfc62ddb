//go:build linux

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A variant is one way of building stormlock and its backends.
type variant string

const (
	released variant = "released" // as make build does
	skewed   variant = "skewed"   // with a wall clock that can be off
	seeded   variant = "seeded"   // with the faults that the harness has to find
)

// A stage is where executables are built.
type stage struct {
	root string // the checkout
	dir  string // holds a folder for each variant
}

// newStage makes a directory for executables.
func newStage() (*stage, error) {
	root, err := checkout()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "stormlock-torture-bin")
	if err != nil {
		return nil, err
	}
	return &stage{root, dir}, os.Chmod(dir, 0o755)
}

func (s *stage) remove() { _ = os.RemoveAll(s.dir) }

// checkout is the folder with go.work at or above the working directory.
func checkout() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.work")); missing == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			err = errors.New("no go.work above the working directory: torture runs inside a checkout of stormlock")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// bin builds a variant, unless it is there already, and returns its folder.
func (s *stage) bin(v variant) (string, error) {
	dir := filepath.Join(s.dir, string(v))
	if _, err := os.Stat(filepath.Join(dir, "stormlock")); err == nil {
		return dir, nil
	}
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", dir + "/"}
	switch v {
	case seeded:
		args = append(args, "-tags", "seeded")
	case skewed:
		overlay, err := s.overlay()
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", overlay)
	}
	args = append(args, "./cmd/stormlock")
	for _, backend := range backends {
		args = append(args, "./plugins/"+backend+"/cmd/...")
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = s.root, append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the %s executables: %w\n%s", v, err, text)
	}
	return dir, nil
}

// sum tells apart what histories of a backend ran: those of the same executables
// can be added up.
func (s *stage) sum(v variant, backend string) (string, error) {
	dir, err := s.bin(v)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, name := range []string{"stormlock", "stormlock-backend-" + backend} {
		if err := addFile(hash, filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil))[:12], nil
}

func addFile(w io.Writer, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w, file)
	return err
}

// clockSkew is the variable that the skewed executables read: by how many
// seconds their wall clock is off.
const clockSkew = "STORMLOCK_CLOCK_SKEW"

// skewSource is added to Go's package time. It cannot use package strconv,
// which needs time.
const skewSource = `package time

import "syscall"

var wallClockSkew = readWallClockSkew()

func readWallClockSkew() (n int64) {
	text, _ := syscall.Getenv("` + clockSkew + `")
	sign := int64(1)
	for i := range len(text) {
		if text[i] == '-' {
			sign = -1
			continue
		}
		n = n*10 + int64(text[i]-'0')
	}
	return sign * n
}
`

// overlay writes what makes go build take a changed package time: libfaketime
// and its like do not reach a static executable, which asks the kernel by
// itself. Nothing of stormlock is changed.
func (s *stage) overlay() (string, error) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	folder := filepath.Join(strings.TrimSpace(string(goroot)), "src", "time")
	original, err := os.ReadFile(filepath.Join(folder, "time.go"))
	if err != nil {
		return "", err
	}
	const before, reads = "func Now() Time {\n", "\tsec, nsec, mono := runtimeNow()\n"
	changed := strings.Replace(string(original), before+reads, before+reads+"\tsec += wallClockSkew\n", 1)
	if changed == string(original) {
		return "", errors.New("this Go's time.Now does not begin as expected; its clock cannot be made wrong")
	}
	added := map[string]string{}
	for name, text := range map[string]string{"time.go": changed, "skew.go": skewSource} {
		path := filepath.Join(s.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", err
		}
		added[filepath.Join(folder, name)] = path
	}
	text, err := json.Marshal(map[string]any{"Replace": added})
	if err != nil {
		return "", err
	}
	path := filepath.Join(s.dir, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}
