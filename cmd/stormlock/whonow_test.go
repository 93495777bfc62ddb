package main

import (
	"context"
	"testing"
	"time"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
	"github.com/stormlock/stormlock/sdk"
)

// shows is a store that shows one lease, whatever it was asked before.
type shows struct {
	peer
	lease sdk.Lease
}

func (s shows) Current(context.Context, string) (sdk.Lease, error) { return s.lease, nil }

// TestWhoNow: a store that shows the very lease which it said is over contradicts
// itself, and so nobody is named.
func TestWhoNow(t *testing.T) {
	over := sdk.Lease{Resource: "r", ID: plugintest.LateID}
	for id, want := range map[string]string{
		"100102030405060708090a0b0c0d0e0f":     `resource "r" is held by ben@ops, for 1m still`,
		"00010203-0405-0607-0809-0A0B0C0D0E0F": "see who holds it: stormlock current r",
	} {
		store := shows{lease: sdk.Lease{Resource: "r", ID: id, Principal: "ben@ops", TTL: time.Minute + 500*time.Millisecond}}
		s := &session{Settings: config.Settings{Resource: "r"}, self: "stormlock", link: &link{backend: store}}
		if got := s.whoNow(context.Background(), over); got != want {
			t.Errorf("id %s: %q, want %q", id, got, want)
		}
	}
}
