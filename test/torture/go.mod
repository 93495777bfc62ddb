module github.com/stormlock/stormlock/test/torture

go 1.26.0

require (
	github.com/anishathalye/porcupine v1.3.1
	github.com/stormlock/stormlock/sdk v0.1.0
	github.com/stormlock/stormlock/test/servers v0.1.0
	golang.org/x/sys v0.48.0
)
