package leases

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

const (
	noteSuffix = ".json"
	partPrefix = ".part-"
	maxSize    = 64 << 10
)

// name is the file of a note. It is made of all that tells a lease apart: one
// id, given by hand, may have been used for two resources. An id can be any
// text, which is why it is no part of the name.
func name(n Note) string {
	id := strings.ToLower(n.AskedID)
	if raw, ok := sdk.ParseID(id); ok {
		id = hex.EncodeToString(raw[:])
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{id, n.Resource, n.Backend, n.Config}, "\x00")))
	return hex.EncodeToString(sum[:16]) + noteSuffix
}

// Write writes a note in the place of an earlier one of the same lease.
func (r *Record) Write(n Note) error {
	n.Version = version
	text, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return r.fault(name(n), err)
	}
	part := partPrefix + sdk.NewID()
	if err := r.create(part, append(text, '\n')); err != nil {
		return r.fault(part, err)
	}
	if err := r.root.Rename(part, name(n)); err != nil {
		return r.fault(name(n), errors.Join(err, r.root.Remove(part)))
	}
	return nil
}

// create writes a new file, readable by its owner only.
func (r *Record) create(name string, text []byte) error {
	f, err := r.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, r.root.Remove(name))
	}
	return nil
}

// Remove removes the note of a lease, if there is one.
func (r *Record) Remove(n Note) error {
	if err := r.root.Remove(name(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r.fault(name(n), err)
	}
	return nil
}

// read reads a note.
func (r *Record) read(file string) (Note, error) {
	text, err := r.content(file)
	if err != nil {
		return Note{}, r.fault(file, err)
	}
	var n Note
	if err := json.Unmarshal(text, &n); err != nil {
		return Note{}, r.fault(file, errors.New("is not a note of stormlock; remove it"))
	}
	if err := sound(n); err != nil {
		return Note{}, r.fault(file, err)
	}
	if name(n) != file { // it would be shown twice, and outlive its lease
		return Note{}, r.fault(file, errors.New("is a copy of another note; remove it"))
	}
	return n, nil
}

// content reads a file that is a file: to open a pipe would wait for a writer.
func (r *Record) content(file string) ([]byte, error) {
	info, err := r.root.Lstat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a note of stormlock; remove it")
	}
	f, err := r.root.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSize))
}

// sound checks a note that anybody may have edited.
func sound(n Note) error {
	switch {
	case n.Version > version:
		return errors.New("was written by a later stormlock; use that one")
	case n.Version != version, n.State != Asked && n.State != Held && n.State != Releasing, n.Backend == "", n.Config == "",
		sdk.ValidateRelease(sdk.Lease{Resource: n.Resource, ID: n.AskedID}) != nil,
		sdk.ValidateRelease(sdk.Lease{Resource: n.Resource, ID: n.ID()}) != nil:
		return errors.New("is not a note of stormlock; remove it")
	}
	return nil
}

func (r *Record) fault(file string, err error) error {
	if bad, ok := errors.AsType[*fs.PathError](err); ok {
		err = bad.Err
	}
	return fmt.Errorf("lease record %s/%s: %w", r.path, file, err)
}
