// Command stormlock-backend-mysql lets stormlock keep its locks in MariaDB or
// MySQL. stormlock finds it in PATH and runs it; it is of no use by itself.
package main

import (
	"github.com/stormlock/stormlock/plugins/mysql"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func main() { plugin.Serve("mysql", mysql.Open) }
