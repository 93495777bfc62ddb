package local

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/stormlock/stormlock/sdk"
)

// edit changes a database behind the backend's back.
func edit(t testing.TB, path string, options *bolt.Options, change func(tx *bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, options)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(change); err != nil {
		t.Fatal(err)
	}
}

// Every method refuses a file that is not ours, and leaves each byte of it.
func TestForeignFile(t *testing.T) {
	put := func(bucket, key, value string) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte(bucket))
			if err != nil {
				return err
			}
			return b.Put([]byte(key), []byte(value))
		}
	}
	ours := func(t *testing.T, path string) { acquire(t, openAt(t, path), wanted("r")) }
	for name, create := range map[string]func(t *testing.T, path string){
		"short text": func(t *testing.T, path string) { writeFile(t, path, []byte("a shopping list\n")) },
		"long text":  func(t *testing.T, path string) { writeFile(t, path, bytes.Repeat([]byte("milk\n"), 10000)) },
		"another application's": func(t *testing.T, path string) {
			edit(t, path, nil, put("users", "ana", "1"))
		},
		"another application's, which bbolt would rewrite on opening": func(t *testing.T, path string) {
			edit(t, path, &bolt.Options{NoFreelistSync: true}, put("users", "ana", "1"))
		},
		"a later format": func(t *testing.T, path string) {
			ours(t, path)
			edit(t, path, nil, put("stormlock", "version", "2"))
		},
		"no clock": func(t *testing.T, path string) {
			ours(t, path)
			edit(t, path, nil, put("stormlock", "clock", "noon"))
		},
		"no time of a boot": func(t *testing.T, path string) {
			ours(t, path)
			edit(t, path, nil, put("stormlock", "boot", "noon"))
		},
		"no leases": func(t *testing.T, path string) {
			ours(t, path)
			edit(t, path, nil, func(tx *bolt.Tx) error { return tx.DeleteBucket(leaseBucket) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, call func(context.Context, *backend) error) {
				path := filepath.Join(t.TempDir(), "locks.db")
				create(t, path)
				before := readFile(t, path)
				wantError(t, call(context.Background(), openAt(t, path)), sdk.ErrRefused)
				if !bytes.Equal(before, readFile(t, path)) {
					t.Error("the file has changed")
				}
			})
		})
	}
}

// Damage is an error, neither a panic nor a fault nor a wait without end. Each
// page is filled with nonsense in turn, then the file is cut there.
func TestDamagedFile(t *testing.T) {
	b := newBackend(t)
	acquire(t, b, wanted("r"))
	intact := readFile(t, b.file.path)
	page := os.Getpagesize()
	for at := 2 * page; at < len(intact) && at < 10*page; at += page {
		nonsense := bytes.Clone(intact)
		copy(nonsense[at:at+page], bytes.Repeat([]byte{0xfe}, page))
		for _, damaged := range [][]byte{nonsense, intact[:at]} {
			each(t, func(t *testing.T, call func(context.Context, *backend) error) {
				path := filepath.Join(t.TempDir(), "locks.db")
				writeFile(t, path, damaged)
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				for range 2 { // twice: the first must not leave the file locked
					if err := call(ctx, openAt(t, path)); errors.Is(err, sdk.ErrUnavailable) {
						t.Error(err)
					}
				}
			})
		}
	}
}

func TestDamageIsRefused(t *testing.T) {
	b := newBackend(t)
	acquire(t, b, wanted("r"))
	if err := os.Truncate(b.file.path, int64(2*os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	_, err := b.Acquire(context.Background(), wanted("other"))
	wantError(t, err, sdk.ErrRefused)
}

func TestForeignRecord(t *testing.T) {
	for name, plant := range map[string]func(b *bolt.Bucket) error{
		"text":   func(b *bolt.Bucket) error { return b.Put([]byte("r"), []byte("mine")) },
		"JSON":   func(b *bolt.Bucket) error { return b.Put([]byte("r"), []byte(`{"id": "mine"}`)) },
		"bucket": func(b *bolt.Bucket) error { _, err := b.CreateBucket([]byte("r")); return err },
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, call func(context.Context, *backend) error) {
				b := newBackend(t)
				other := acquire(t, b, wanted("r2"))
				edit(t, b.file.path, nil, func(tx *bolt.Tx) error { return plant(tx.Bucket(leaseBucket)) })
				before := readFile(t, b.file.path)
				if err := call(context.Background(), b); err != nil {
					wantError(t, err, sdk.ErrRefused)
				}
				if !bytes.Equal(before, readFile(t, b.file.path)) {
					t.Error("the file has changed")
				}
				for lease, err := range b.List(context.Background(), "") {
					if err != nil || lease.ID != other.ID {
						t.Errorf("list yields %v, %v", lease, err)
					}
				}
			})
		})
	}
}

func writeFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
