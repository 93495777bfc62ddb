// Command stormlock-backend-local is the backend "local" as an executable that
// stormlock finds on PATH. People do not run it themselves.
package main

import (
	"github.com/stormlock/stormlock/plugins/local"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func main() { plugin.Serve("local", local.Open) }
