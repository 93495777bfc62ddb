// Command client-local reads the file of the backend local by bbolt alone, for
// `make bench`.
package main

import (
	"context"
	"encoding/json"

	bolt "go.etcd.io/bbolt"

	"github.com/stormlock/stormlock/test/bench/inprocess"
)

var bucket = []byte("leases")

func main() {
	inprocess.ClientMain(func(_ context.Context, settings map[string]string) (inprocess.Client, error) {
		return client(settings["path"]), nil
	})
}

// A client is the path of the file.
type client string

func (c client) Fill(_ context.Context, copies int) error {
	db, err := bolt.Open(string(c), 0o600, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Update(func(tx *bolt.Tx) error {
		leases := tx.Bucket(bucket)
		seed := append([]byte(nil), leases.Get([]byte(inprocess.Seed))...)
		for n := range copies {
			if err := leases.Put([]byte(inprocess.Name(n)), seed); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c client) Read(context.Context) (n int, err error) {
	db, err := bolt.Open(string(c), 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucket).ForEach(func(_, value []byte) error {
			var record struct {
				ID, Principal, Reason string
				Created, Expires      int64
				Fence                 uint64
			}
			n++
			return json.Unmarshal(value, &record)
		})
	})
	return n, err
}
