//go:build unix

package conformance_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// lockFile is the path of the embedded backend's file.
type lockFile string

// plant spoils the record of a resource: it takes the lock and then changes
// the first byte of its record, which follows the resource's name, wherever
// the file has a copy of it. bbolt has no checksums over its data.
func (f lockFile) plant(ctx context.Context, resource string) (func(context.Context) error, error) {
	subject, err := subjectOf("local", map[string]string{"path": string(f)})
	if err != nil {
		return nil, err
	}
	backend, err := subject.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer backend.Close()
	_, err = backend.Acquire(ctx, sdk.Lease{Resource: resource, ID: sdk.NewID(), Principal: "vandal", TTL: time.Hour})
	if err != nil {
		return nil, err
	}
	good, spoiled := []byte(resource+`{"`), []byte(resource+`!"`)
	if err := f.replace(good, spoiled); err != nil {
		return nil, err
	}
	return func(context.Context) error { return f.holds(spoiled, good) }, nil
}

// replace changes bytes in place, wherever they are. Other checks use the file
// at the same time: it is locked as bbolt locks it.
func (f lockFile) replace(from, to []byte) error {
	file, err := os.OpenFile(string(f), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(bytes.ReplaceAll(data, from, to), 0)
	return err
}

func (f lockFile) holds(want, unwanted []byte) error {
	data, err := os.ReadFile(string(f))
	if err != nil {
		return err
	}
	if !bytes.Contains(data, want) || bytes.Contains(data, unwanted) {
		return errChanged
	}
	return nil
}

// redisServer is the address of a server.
type redisServer string

// plant makes an application's hash. It has no expiry, and must not be given
// one: DUMP alone would not tell.
func (s redisServer) plant(_ context.Context, resource string) (func(context.Context) error, error) {
	if _, err := s.call("HSET", resource, "user", "bob"); err != nil {
		return nil, err
	}
	before, err := s.call("DUMP", resource)
	if err != nil {
		return nil, err
	}
	return func(context.Context) error {
		after, err := s.call("DUMP", resource)
		if err == nil && after != before {
			err = errChanged
		}
		return cmp.Or(err, s.lastsForEver(resource))
	}, nil
}

func (s redisServer) lastsForEver(key string) error {
	const noExpiry = ":-1\r\n"
	left, err := s.call("PTTL", key)
	if err == nil && left != noExpiry {
		err = errChanged
	}
	return err
}

// call sends one command and returns what comes back until nothing more does.
// DUMP and PTTL answer in one write.
func (s redisServer) call(args ...string) (string, error) {
	conn, err := net.Dial("tcp", string(s))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	var command strings.Builder
	fmt.Fprintf(&command, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&command, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := conn.Write([]byte(command.String())); err != nil {
		return "", err
	}
	answer := make([]byte, 4096)
	n, err := bufio.NewReader(conn).Read(answer)
	return string(answer[:n]), err
}
