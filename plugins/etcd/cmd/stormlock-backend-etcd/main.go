// Command stormlock-backend-etcd lets stormlock keep its locks in etcd.
// stormlock finds it in PATH and runs it; it is of no use by itself.
package main

import (
	"github.com/stormlock/stormlock/plugins/etcd"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func main() { plugin.Serve("etcd", etcd.Open) }
