// Package manpage writes the man pages of a tree of commands, from the texts of its
// help.
//
// Those texts are plain: paragraphs between empty lines, and lines that begin with
// two spaces stand as they are. (cobra's own generator takes them for Markdown, in
// which tables are run together and the characters of shells are lost.) A page has
// no date and no version, so that it is the same whoever makes it, whenever.
package manpage

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A Section is one that help has no flag or command for. Its text is a part of the
// command's, and is left out of the description.
type Section struct{ Name, Text string }

// Name is what the page of a command is called: "stormlock-backend-list".
func Name(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// Page returns the page of a command, with further sections.
func Page(cmd *cobra.Command, more ...Section) string {
	p := &page{}
	name := Name(cmd)
	p.macro("TH", strings.ToUpper(name), "1", "", "stormlock", "stormlock")
	p.macro("SH", "NAME")
	p.line(escaped(name) + ` \- ` + escaped(cmd.Short))
	p.macro("SH", "SYNOPSIS")
	p.line(synopsis(cmd))
	p.macro("SH", "DESCRIPTION")
	p.text(description(cmd, more))
	p.options(cmd)
	p.commands(cmd)
	for _, s := range more {
		p.macro("SH", s.Name)
		p.text(s.Text)
	}
	if cmd.HasExample() {
		p.macro("SH", "EXAMPLES")
		p.text(cmd.Example)
	}
	p.seeAlso(cmd)
	return p.b.String()
}

// description is the command's text without what the sections have.
func description(cmd *cobra.Command, more []Section) string {
	text := cmd.Long
	for _, s := range more {
		text = strings.Replace(text, s.Text, "", 1)
	}
	return text
}

// synopsis is the line of use, the command in bold.
func synopsis(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return bold(cmd.CommandPath()) + " " + escaped("COMMAND")
	}
	rest := strings.TrimPrefix(cmd.UseLine(), cmd.CommandPath())
	return bold(cmd.CommandPath()) + escaped(rest)
}

// A page is one that is being written.
type page struct {
	b        strings.Builder
	verbatim bool // between .nf and .fi
}

func (p *page) line(roff string) { p.b.WriteString(roff + "\n") }

// macro writes a request with arguments.
func (p *page) macro(name string, args ...string) {
	p.endVerbatim()
	p.b.WriteString("." + name)
	for _, arg := range args {
		p.b.WriteString(` "` + strings.ReplaceAll(escaped(arg), `"`, `\(dq`) + `"`)
	}
	p.b.WriteString("\n")
}

func (p *page) endVerbatim() {
	if p.verbatim {
		p.verbatim = false
		p.line(".fi")
	}
}

// text writes plain text.
func (p *page) text(text string) {
	broken := false // an empty line was read
	begun := false
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		asItIs := strings.HasPrefix(line, "  ")
		switch {
		case strings.TrimSpace(line) == "":
			broken = true
			continue
		case begun && (broken || asItIs != p.verbatim):
			p.macro("PP")
		}
		if asItIs && !p.verbatim {
			p.line(".nf")
			p.verbatim = true
		}
		p.line(guarded(escaped(line)))
		broken, begun = false, true
	}
	p.endVerbatim()
}

// options writes the command's own flags; those of all commands belong to the page of
// the root.
func (p *page) options(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	p.macro("SH", "OPTIONS")
	cmd.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		p.macro("TP")
		p.line(optionNames(f, value))
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
			usage += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		p.line(guarded(escaped(usage)))
	})
	if cmd.HasParent() {
		p.macro("PP")
		p.line(escaped("The options of every command are in ") + reference(cmd.Root()) + ".")
	}
}

func optionNames(f *pflag.Flag, value string) string {
	names := bold("--" + f.Name)
	if f.Shorthand != "" {
		names = bold("-"+f.Shorthand) + ", " + names
	}
	if value != "" {
		names += ` \fI` + escaped(strings.ToUpper(value)) + `\fR`
	}
	return names
}

// commands lists those below a command, in their groups.
func (p *page) commands(cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	p.macro("SH", "COMMANDS")
	for _, group := range append(cmd.Groups(), &cobra.Group{}) {
		p.group(cmd, group)
	}
}

func (p *page) group(cmd *cobra.Command, group *cobra.Group) {
	titled := group.Title == ""
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() || sub.GroupID != group.ID {
			continue
		}
		if !titled {
			p.macro("SS", strings.TrimSuffix(group.Title, ":"))
			titled = true
		}
		p.macro("TP")
		p.line(bold(sub.Name()))
		p.line(guarded(escaped(sub.Short)))
	}
}

func (p *page) seeAlso(cmd *cobra.Command) {
	var pages []string
	if cmd.HasParent() {
		pages = append(pages, reference(cmd.Parent()))
	}
	for _, sub := range cmd.Commands() {
		if Documented(sub) {
			pages = append(pages, reference(sub))
		}
	}
	p.macro("SH", "SEE ALSO")
	p.line(strings.Join(pages, ",\n"))
}

// Documented reports whether a command has a page: cobra's own texts, of help and of
// each shell, are not for one.
func Documented(cmd *cobra.Command) bool {
	return cmd.IsAvailableCommand() && cmd.Name() != "help" && !(cmd.HasParent() && cmd.Parent().Name() == "completion")
}

func reference(cmd *cobra.Command) string { return bold(Name(cmd)) + "(1)" }

func bold(text string) string { return `\fB` + escaped(text) + `\fR` }

// replaced are the characters that roff would take for something else.
var replaced = strings.NewReplacer(
	`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`,
)

// escaped is text in roff, in ASCII.
func escaped(text string) string {
	var b strings.Builder
	for _, r := range replaced.Replace(text) {
		if r < 0x80 {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\[u%04X]`, r)
		}
	}
	return b.String()
}

// guarded keeps a line from being a request.
func guarded(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}
