// Command stormlock-backend-postgres lets stormlock keep its locks in
// PostgreSQL. stormlock finds it in PATH and runs it; it is of no use by itself.
package main

import (
	"github.com/stormlock/stormlock/plugins/postgres"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func main() { plugin.Serve("postgres", postgres.Open) }
