package etcd

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"go.etcd.io/etcd/api/v3/mvccpb"
)

// A page is all keys from one on, as of one moment, but for those that are too
// many.
type page struct {
	from     string
	keys     []*mvccpb.KeyValue // in order
	valued   bool               // they came with their values
	complete bool               // there are no more
}

// page reads the next page. Where other applications' values are too large for
// one answer, it is one without values.
func (b *backend) page(ctx context.Context, from, end string) (page, error) {
	p := page{from: from, valued: true}
	var err error
	p.keys, err = b.keys(ctx, from, end, pageSize, true)
	if f, ok := errors.AsType[*fault](err); ok && flooded(f.err) {
		p.valued = false
		p.keys, err = b.keys(ctx, from, end, pageSize, false)
	}
	p.complete = len(p.keys) < pageSize
	return p, err
}

// next is where the page after this one begins, or "" behind the last.
func (p page) next() string {
	if p.complete {
		return ""
	}
	return string(p.last()) + "\x00"
}

func (p page) last() []byte { return p.keys[len(p.keys)-1].Key }

// read looks at a place, if the page has all of it: its keys need not lie next to
// each other, and the page may begin or end between them.
func (p page) read(at place) (r reading, ok bool) {
	var found [len(parts)]*mvccpb.KeyValue
	for i, part := range parts {
		key := at.key(part)
		if !p.has(key) {
			return reading{}, false
		}
		if n, ok := slices.BinarySearchFunc(p.keys, key, func(kv *mvccpb.KeyValue, key []byte) int { return bytes.Compare(kv.Key, key) }); ok {
			found[i] = p.keys[n]
		}
	}
	r.lock, r.err = readLock(at, found)
	return r, true
}

// has reports whether a key would be on the page if it existed.
func (p page) has(key []byte) bool {
	return p.valued && string(key) >= p.from && (p.complete || bytes.Compare(key, p.last()) <= 0)
}
