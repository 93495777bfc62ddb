package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
)

// localStore is what the embedded file costs without stormlock: opening it,
// and for a write the two synchronous writes of a bbolt commit.
func localStore(dir string) store {
	path := filepath.Join(dir, "bare.db")
	page := make([]byte, 4*os.Getpagesize())
	return store{
		read: func() error {
			_, err := os.ReadFile(path)
			if errors.Is(err, os.ErrNotExist) {
				return nil
			}
			return err
		},
		write: func() error {
			f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
			if err != nil {
				return err
			}
			defer f.Close()
			for i := range 2 {
				if _, err := f.WriteAt(page, int64(i*len(page))); err != nil {
					return err
				}
				if err := f.Sync(); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// redisStore is a connection and one or two round trips, of which a script is
// one: what a command needs of the server.
func redisStore(addr string) store {
	const eval = "EVAL \"return redis.call('time')\" 0\r\n"
	return store{
		read:  func() error { return redisCalls(addr, eval) },
		write: func() error { return redisCalls(addr, "TIME\r\n", eval) },
	}
}

// redisCalls sends commands whose answer is two bulk strings.
func redisCalls(addr string, calls ...string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for _, call := range calls {
		if _, err := io.WriteString(conn, call); err != nil {
			return err
		}
		for i := range 5 {
			line, err := r.ReadString('\n')
			if err != nil {
				return err
			}
			if i == 0 && line != "*2\r\n" {
				return fmt.Errorf("redis answered %q", line)
			}
		}
	}
	return nil
}
