package sdk

import (
	"errors"
	"fmt"
)

// Refusals: answers, not failures. The store was asked and nothing changed.
var (
	// ErrHeld says that another lease is current. It always comes as a
	// [*HeldError], which names that lease.
	ErrHeld = errors.New("held by another lease")

	// ErrNotHeld says that there is no current lease, or that it is not the
	// one that was named. An id that the store could never have issued is
	// simply not the current one.
	ErrNotHeld = errors.New("not held")
)

// Faults after which it is certain that nothing was written. Any other error
// leaves the state of the lock unknown.
var (
	// ErrUnavailable says that the store could not be reached or could not
	// serve the request now. Trying again later may help.
	ErrUnavailable = errors.New("store unavailable")

	// ErrRefused says that the request is not allowed: the store denied
	// permission, or what lies at the resource's place is not a lock.
	ErrRefused = errors.New("refused")

	// ErrConfig says that the configuration or the store's schema is wrong.
	// A [*ConfigError] names the key.
	ErrConfig = errors.New("bad configuration")

	// ErrNotSetUp says that the store lacks what Setup creates or migrates,
	// such as a table. It also matches [ErrConfig]. The text says what is
	// missing; stormlock adds the command that mends it.
	ErrNotSetUp = fmt.Errorf("%w: the store is not set up", ErrConfig)

	// ErrInvalid says that an argument is out of its bounds.
	ErrInvalid = errors.New("invalid argument")
)

// A HeldError is the answer to an acquire of a resource that another lease
// holds. It matches [ErrHeld].
type HeldError struct {
	Lease Lease // the current lease
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("resource %q is held by %s", e.Lease.Resource, e.Lease.Principal)
}

// Unwrap makes errors.Is(err, ErrHeld) true.
func (e *HeldError) Unwrap() error { return ErrHeld }

// A ConfigError is a wrong value, or an unknown or missing key, in a
// backend's configuration section. It matches [ErrConfig].
type ConfigError struct {
	Key     string // as written in the section; empty if no one key is at fault
	Message string // what is wrong and what to do
}

func (e *ConfigError) Error() string {
	if e.Key == "" {
		return e.Message
	}
	return fmt.Sprintf("key %q: %s", e.Key, e.Message)
}

// Unwrap makes errors.Is(err, ErrConfig) true.
func (e *ConfigError) Unwrap() error { return ErrConfig }

// A fault is an error whose text is complete in itself and that matches one of
// the sentinels above.
type fault struct {
	kind error
	text string
}

func (f *fault) Error() string { return f.text }
func (f *fault) Unwrap() error { return f.kind }

// Unavailable returns an error that matches [ErrUnavailable] and whose text is
// exactly the formatted one.
func Unavailable(format string, args ...any) error {
	return &fault{ErrUnavailable, fmt.Sprintf(format, args...)}
}

// Refused returns an error that matches [ErrRefused] and whose text is exactly
// the formatted one.
func Refused(format string, args ...any) error {
	return &fault{ErrRefused, fmt.Sprintf(format, args...)}
}

// NotSetUp returns an error that matches [ErrNotSetUp] and whose text is
// exactly the formatted one.
func NotSetUp(format string, args ...any) error {
	return &fault{ErrNotSetUp, fmt.Sprintf(format, args...)}
}

// Invalid returns an error that matches [ErrInvalid] and whose text is exactly
// the formatted one.
func Invalid(format string, args ...any) error {
	return &fault{ErrInvalid, fmt.Sprintf(format, args...)}
}
