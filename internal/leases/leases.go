// Package leases keeps the record of what this user holds or may hold: one small
// file for each lease, below $XDG_STATE_HOME/stormlock/leases.
//
// It is a note for people and never a proof. The store alone knows who holds a
// lock; the record knows the lease ids, which otherwise are lost with a terminal
// or a kill -9. A note is written before anything is asked of a store, completed
// or removed by a definite answer, and left as it is where there was none.
//
// Each change is a rename, so that a reader sees a whole note. Nothing is synced
// to disk: the end of every process is survived, a crash of the machine perhaps
// not.
package leases

import (
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// A State is what is known of a lease.
type State string

// What is known of a lease.
const (
	Asked     State = "asked"     // an acquire was about to be sent, and no answer is known
	Held      State = "held"      // it was granted
	Releasing State = "releasing" // a release was about to be sent, and no answer is known
)

// version is that of the notes' format. A later one is not read.
const version = 1

// A Note is what is recorded of one lease. Times are by this machine's clock.
type Note struct {
	Version   int       `json:"version"`
	State     State     `json:"state"`
	Resource  string    `json:"resource"`
	Backend   string    `json:"backend"`
	Config    string    `json:"config"` // the configuration file, absolute
	AskedID   string    `json:"asked_id"`
	StoreID   string    `json:"store_id,omitempty"` // what the store calls it, once known
	Principal string    `json:"principal,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	TTL       string    `json:"ttl"` // asked for, in the grammar of the flag -t
	Since     time.Time `json:"since"`
	Granted   time.Time `json:"granted,omitzero"` // when it was granted or last renewed, once known
	Until     time.Time `json:"until"`            // the latest moment that the lease can last to
}

// ID is what to name the lease by.
func (n Note) ID() string {
	if n.StoreID != "" {
		return n.StoreID
	}
	return n.AskedID
}

// Is reports whether id is a spelling of this lease's.
func (n Note) Is(id string) bool { return sdk.SameID(n.AskedID, id) || sdk.SameID(n.StoreID, id) }

// A Place is what tells apart the locks of one name: two stores, or two
// configuration files, may each have a resource of that name.
type Place struct{ Resource, Backend, Config string }

// Place returns where the lease is.
func (n Note) Place() Place { return Place{n.Resource, n.Backend, n.Config} }

// margin is for clocks that are set, and for requests that come late.
const margin = 15 * time.Minute

// keptFor is how long the note of a lease that is over stays.
const keptFor = 24 * time.Hour

// Over reports whether the lease has ended, by this machine's clock and with a
// generous margin.
func (n Note) Over(now time.Time) bool { return now.After(n.Until.Add(margin)) }
