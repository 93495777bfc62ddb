package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/ttl"
	"github.com/stormlock/stormlock/sdk"
)

// permitted refuses a request for a lease that the rules of the configuration file
// do not allow, before anything is asked of the store. It holds for a repeat too:
// that may be what takes the lock, and what was taken by the first request can be
// had within the rules all the same, as the id alone decides about it.
func (s *session) permitted(want sdk.Lease) error {
	if s.ReasonRequired && strings.TrimSpace(want.Reason) == "" {
		return s.against(config.ReasonKey, "give one with -m")
	}
	return s.permittedTTL(want.TTL)
}

// permittedTTL is permitted for a request that has no reason, as to renew.
func (s *session) permittedTTL(asked time.Duration) error {
	if s.MaxTTL == 0 || asked <= s.MaxTTL {
		return nil
	}
	return s.against(config.MaxTTLKey, fmt.Sprintf("%s is longer; ask for less with -t", ttl.Format(asked)))
}

// against quotes the rule that a request is against.
func (s *session) against(key, advice string) error {
	return usage(fmt.Sprintf("%s: not permitted for resource %q: %s", s.file.Rule(s.Resource, key), s.Resource, advice))
}
