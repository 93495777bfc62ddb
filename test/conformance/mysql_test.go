//go:build unix

package conformance_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/conformance"
	"github.com/stormlock/stormlock/test/servers"
)

func TestMySQL(t *testing.T) {
	addr := strings.TrimPrefix(servers.SharedMySQL(t), "mysql://root@")
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	store := mysqlDatabase{server: &servers.MySQLServer{Addr: addr}, name: "conformance_" + sdk.NewID()[:12]}
	if _, err := store.server.SQL("CREATE DATABASE " + store.name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := store.server.SQL("DROP DATABASE " + store.name); err != nil {
			t.Error(err)
		}
	})
	conform(t, "mysql", map[string]string{"host": host, "port": port, "user": "root", "database": store.name}, conformance.Store{Foreign: store.plant})
}

// mysqlDatabase is a database on a server.
type mysqlDatabase struct {
	server *servers.MySQLServer
	name   string
}

// plant puts a row at a resource's place that no stormlock writes: it is held by
// nobody, and ended long ago.
func (m mysqlDatabase) plant(_ context.Context, resource string) (func(context.Context) error, error) {
	place := "x'" + hex.EncodeToString([]byte(resource)) + "'"
	_, err := m.server.SQL(fmt.Sprintf(`INSERT INTO %s.stormlock (resource, lease, principal, created, expires)
		VALUES (%s, x'00', '', '2001-01-01', '2001-01-02')`, m.name, place))
	if err != nil {
		return nil, err
	}
	look := fmt.Sprintf("SELECT HEX(lease), principal, created, expires, reason, fence FROM %s.stormlock WHERE resource = %s", m.name, place)
	before, err := m.server.SQL(look)
	return func(context.Context) error {
		after, err := m.server.SQL(look)
		if err == nil && after != before {
			err = errChanged
		}
		return err
	}, err
}
