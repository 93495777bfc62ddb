package backendtest

import (
	"context"
	"errors"
	"iter"

	"github.com/stormlock/stormlock/sdk"
)

// refusing is a backend whose store is away.
type refusing struct{ sdk.Backend }

func (refusing) Acquire(context.Context, sdk.Lease) (sdk.Lease, error) {
	return sdk.Lease{}, sdk.ErrUnavailable
}

func (refusing) Release(context.Context, sdk.Lease) error { return sdk.ErrUnavailable }

func (refusing) List(context.Context, string) iter.Seq2[sdk.Lease, error] {
	return func(yield func(sdk.Lease, error) bool) { yield(sdk.Lease{}, sdk.ErrUnavailable) }
}

func (refusing) Check(context.Context) ([]sdk.Finding, error) { return nil, sdk.ErrUnavailable }

func (refusing) Close() error { return nil }

// jammed is a backend that cannot be closed.
type jammed struct{ sdk.Backend }

func (jammed) Close() error { return errors.New("it is jammed") }

// finding is a backend that finds this.
type finding struct {
	sdk.Backend
	all []sdk.Finding
}

func (f finding) Check(context.Context) ([]sdk.Finding, error) { return f.all, nil }

func finds(about string, level sdk.Level, message string) sdk.Backend {
	return finding{all: []sdk.Finding{{About: about, Level: level, Message: message}}}
}

// twice is a finding that is not well.
var twice = sdk.Finding{About: "mode", Level: sdk.LevelWarning, Message: "one"}
