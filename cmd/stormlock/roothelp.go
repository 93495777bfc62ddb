package main

import "strings"

const intro = `stormlock takes a named lock before a rare and dangerous operation, so that two
operators never do it at once. Results go to stdout, everything else to stderr.`

// topics are the parts of stormlock's help that its man page has sections for.
var topics = []struct{ section, title, text string }{
	{"EXIT STATUS", "Exit codes:", `
  0   done
  1   no lease, or not held
  2   held by another
  3   lease expired or lost
  64  wrong use            69  backend unavailable, certainly nothing written
  70  internal error       75  outcome unknown: how to settle it is on stderr
  77  refused: permission, trust, data that is not a lock
  78  wrong configuration
"stormlock exec" has that of its command instead; see its help.`},
	{"FILES", "Files:", `
The configuration file is the first of ./.stormlock.cfg,
$XDG_CONFIG_HOME/stormlock.cfg (or ~/.config/stormlock.cfg) and
~/.stormlock.cfg; STORMLOCK_CONFIG names one instead, -c another. The one in the
working directory is refused if others could have put it there. Leases are put on
record below $XDG_STATE_HOME/stormlock/leases (or ~/.local/state/…).`},
	{"ENVIRONMENT", "Environment:", `
  STORMLOCK_CONFIG             the configuration file
  STORMLOCK_NO_LOCAL_CONFIG=1  leaves out the one in the working directory
  PATH                         where backends are found, as stormlock-backend-NAME
  TMPDIR                       where stormlock and a backend meet
  NO_COLOR                     no colours, if it is not empty`},
}

// rootHelp is the help of stormlock itself.
func rootHelp() string {
	parts := []string{intro}
	for _, topic := range topics {
		parts = append(parts, topic.title+topic.text)
	}
	return strings.Join(parts, "\n\n")
}
