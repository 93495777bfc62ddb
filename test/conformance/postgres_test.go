//go:build unix

package conformance_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
	"github.com/stormlock/stormlock/test/servers"
)

func TestPostgres(t *testing.T) {
	store := postgresTable{
		server: &servers.PostgresServer{URL: servers.SharedPostgres(t)},
		name:   "conformance_" + sdk.NewID()[:12],
	}
	t.Cleanup(func() {
		if _, err := store.server.Psql(fmt.Sprintf("DROP TABLE IF EXISTS %s, %s_fence", store.name, store.name)); err != nil {
			t.Error(err)
		}
	})
	conform(t, "postgres", map[string]string{"connection": store.server.URL, "table": store.name}, conformance.Store{Foreign: store.plant})
}

// postgresTable is a table on a server.
type postgresTable struct {
	server *servers.PostgresServer
	name   string
}

// plant puts a row at a resource's place that no stormlock writes: it is held
// by nobody, and ended long ago.
func (p postgresTable) plant(_ context.Context, resource string) (func(context.Context) error, error) {
	place := "'" + strings.ReplaceAll(resource, "'", "''") + "'"
	_, err := p.server.Psql(fmt.Sprintf(`INSERT INTO %s (resource, lease, principal, created, expires)
		VALUES (%s, gen_random_uuid(), '', '2001-01-01', '2001-01-02')`, p.name, place))
	if err != nil {
		return nil, err
	}
	look := fmt.Sprintf("SELECT ctid, xmin, t.* FROM %s t WHERE resource = %s", p.name, place)
	before, err := p.server.Psql(look)
	return func(context.Context) error {
		after, err := p.server.Psql(look)
		if err == nil && after != before {
			err = errChanged
		}
		return err
	}, err
}
