package plugin

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
)

// Exit codes of an executable that is run by hand, from sysexits.
const (
	exitUsage    = 64
	exitInternal = 70
)

// byHand is what the executable does when stormlock did not start it.
func byHand(about Description, args []string, stdout, stderr io.Writer) int {
	switch {
	case len(args) == 1 && args[0] == "--version":
		fmt.Fprintf(stdout, "stormlock-backend-%s %s (protocol %d, %s, %s/%s)\n",
			about.Name, about.Version, ProtocolVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	case len(args) == 1 && args[0] == "describe":
		return describe(about, stdout, stderr)
	case len(args) == 1 && (args[0] == "--help" || args[0] == "-h" || args[0] == "help"):
		explain(about, stdout)
		return 0
	}
	explain(about, stderr)
	return exitUsage
}

func describe(about Description, stdout, stderr io.Writer) int {
	enc := json.NewEncoder(stdout)
	enc.SetIndent("", "  ")
	if err := enc.Encode(about); err != nil {
		fmt.Fprintf(stderr, "stormlock-backend-%s: %s\n", about.Name, err)
		return exitInternal
	}
	return 0
}

func explain(about Description, w io.Writer) {
	fmt.Fprintf(w, `stormlock-backend-%[1]s is the %[1]s backend of stormlock. stormlock runs it; it does
nothing when run by hand.

To use it, leave it in a directory of PATH and name it in stormlock's
configuration file ("stormlock init %[1]s" writes one):

  [default]
  backend = %[1]s
  ttl = 1 hour

  [backend.%[1]s]
`, about.Name)
	for _, opt := range about.Options {
		fmt.Fprintf(w, "  # %s\n  # %s = %s\n", opt.Help, opt.Key, opt.Default)
	}
	fmt.Fprintf(w, `
By hand it answers to:
  stormlock-backend-%[1]s --version
  stormlock-backend-%[1]s describe     its configuration keys, as JSON
`, about.Name)
}
