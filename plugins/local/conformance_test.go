package local

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
)

func TestConformance(t *testing.T) {
	path := filepath.Join(t.TempDir(), "locks.db")
	conformance.Run(t, conformance.Store{
		Open: func(ctx context.Context) (sdk.Backend, error) { return Open(ctx, Config{Path: path}) },
		Foreign: func(ctx context.Context, resource string) (func(context.Context) error, error) {
			return plant(ctx, newLockFile(path), []byte(resource))
		},
	})
}

// plant puts a text that is not a record at a resource's place.
func plant(ctx context.Context, file *lockFile, resource []byte) (func(context.Context) error, error) {
	const text = "not a record"
	unchanged := func(ctx context.Context) error {
		return file.withSession(ctx, reading, func(s *session) error {
			return s.db.View(func(tx *bolt.Tx) error {
				if string(tx.Bucket(leaseBucket).Get(resource)) != text {
					return errors.New("the text is gone")
				}
				return nil
			})
		})
	}
	return unchanged, file.withSession(ctx, writing, func(s *session) error {
		return s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(leaseBucket).Put(resource, []byte(text)) })
	})
}
