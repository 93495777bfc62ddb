package main

import (
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

const completionHelp = `Completion prints the script by which a shell completes stormlock's commands, flags,
resources, lease ids and backends. Load it when the shell starts:

  bash (with the package bash-completion), in ~/.bashrc:
    source <(stormlock completion bash)
  zsh, in ~/.zshrc, after "autoload -U compinit; compinit":
    source <(stormlock completion zsh)
  fish, in ~/.config/fish/config.fish:
    stormlock completion fish | source
  PowerShell, in the file that $PROFILE names:
    stormlock completion powershell | Out-String | Invoke-Expression

"make install" puts those of bash, zsh and fish where the shells look for them.

Resources are those of the lease record, of the configuration file, and those held
in the store, as far as it tells them within 0.3 s; nothing is changed there. Names
with characters that a shell acts upon are not offered: quote them yourself. In
PowerShell, and only there, a $(…) in the line is carried out when TAB is pressed.`

// safer is what cobra's scripts are changed in. They have the shell evaluate the line
// that is being typed: that carries out each $(…) in it and writes to the files behind
// each >, before anybody has pressed Enter; and fish has taken off the quotation marks
// by then, so that -m 'a; b' runs b.
var safer = map[string][2]string{
	"bash": {
		`out=$(eval "${requestComp}" 2>/dev/null)`,
		`out=$(export ` + lineVariable + `="${requestComp}"; eval "${words[0]} __complete ''" 2>/dev/null)`,
	},
	"zsh": {
		`out=$(eval ${requestComp} 2>/dev/null)`,
		`out=$(export ` + lineVariable + `="${requestComp}"; eval "${words[1]} __complete ''" 2>/dev/null)`,
	},
	"fish": {
		`set -l args (commandline -opc)`,
		`set -l args (commandline -opc)[1] (string escape -- (commandline -opc)[2..-1])`,
	},
}

// saferScripts changes what the commands below "completion" print.
func saferScripts(completion *cobra.Command) {
	for _, cmd := range completion.Commands() {
		if change, ok := safer[cmd.Name()]; ok {
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return printScript(cmd, change) }
		}
	}
}

func printScript(cmd *cobra.Command, change [2]string) error {
	script, err := scriptOf(cmd)
	if err != nil {
		return err
	}
	if strings.Count(script, change[0]) != 1 {
		return errors.New("cobra's script is not the one that stormlock knows; please report it")
	}
	_, err = os.Stdout.WriteString(strings.Replace(script, change[0], change[1], 1))
	return err
}

// scriptOf returns cobra's script for the shell that a command is named after.
func scriptOf(cmd *cobra.Command) (string, error) {
	bare, err := cmd.Flags().GetBool("no-descriptions")
	if err != nil {
		return "", err
	}
	var text strings.Builder
	root := cmd.Root()
	switch cmd.Name() {
	case "bash":
		err = root.GenBashCompletionV2(&text, !bare)
	case "fish":
		err = root.GenFishCompletion(&text, !bare)
	case "zsh":
		if err = root.GenZshCompletion(&text); bare {
			text.Reset()
			err = root.GenZshCompletionNoDesc(&text)
		}
	}
	return text.String(), err
}
