//go:build unix

package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/stormlock/stormlock/sdk/conformance"
	"github.com/stormlock/stormlock/test/servers"
)

func TestEtcd(t *testing.T) {
	url := servers.SharedEtcd(t)
	prefix := "/" + t.Name() + "/"
	conform(t, "etcd", map[string]string{"endpoints": url, "prefix": prefix}, conformance.Store{Foreign: etcdServer{url, prefix}.plant})
}

// etcdServer is the JSON interface of a server, and where locks begin.
type etcdServer struct{ url, prefix string }

// plant puts an application's key at the place of a lock's id. It is on no
// lease.
func (s etcdServer) plant(ctx context.Context, resource string) (func(context.Context) error, error) {
	key := []byte(s.prefix + resource + "/id")
	if _, err := post(ctx, s.url+"/v3/kv/put", nil, map[string][]byte{"key": key, "value": []byte("0815")}); err != nil {
		return nil, err
	}
	before, err := s.below(ctx, resource)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		after, err := s.below(ctx, resource)
		if err == nil && !bytes.Equal(before, after) {
			err = errChanged
		}
		return err
	}, nil
}

// below returns all keys of a resource with their revisions and leases.
func (s etcdServer) below(ctx context.Context, resource string) ([]byte, error) {
	begin, end := []byte(s.prefix+resource+"/"), []byte(s.prefix+resource+"0") // 0 follows /
	answer, err := post(ctx, s.url+"/v3/kv/range", nil, map[string][]byte{"key": begin, "range_end": end})
	if err != nil {
		return nil, err
	}
	var found struct{ Kvs json.RawMessage }
	err = json.Unmarshal(answer, &found)
	return found.Kvs, err
}
