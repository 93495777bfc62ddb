package main

import (
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A server is a store that a script can stop, freeze and let go on.
type server interface {
	Stop()
	Pause() error
	Resume() error
}

// control does stop, pause or resume to a server. It tells whether the verb was
// one of those.
func control(ts *testscript.TestScript, s server, verb string) bool {
	switch verb {
	case "stop":
		s.Stop()
	case "pause":
		ts.Check(s.Pause())
	case "resume":
		ts.Check(s.Resume())
	default:
		return false
	}
	return true
}

// writeConfigs writes a file NAME.cfg for each of configs, which are the lines of
// the backend's section. defaults are lines of the section [default].
func writeConfigs(env *testscript.Env, backend, defaults string, configs map[string][]string) error {
	head := "[default]\nbackend = " + backend + "\n" + defaults + "\n\n[backend." + backend + "]\n"
	for name, lines := range configs {
		text := head + strings.Join(lines, "\n") + "\n"
		if err := os.WriteFile(env.Getenv("WORK")+"/"+name+".cfg", []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
