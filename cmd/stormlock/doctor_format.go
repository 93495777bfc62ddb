package main

import (
	"fmt"
	"os"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/terminal"
	"github.com/stormlock/stormlock/sdk"
)

// A findingFormat prints a finding as soon as it is there: whoever waits for a
// store that does not answer sees what was found until then.
type findingFormat func(sdk.Finding) error

func findingFormatter(name string) (findingFormat, error) {
	formats := map[string]findingFormat{"table": findingRow, "oneline": findingLine, "json": findingJSON}
	if formats[name] == nil {
		return nil, unknownFormat(name, tableFormats)
	}
	return formats[name], nil
}

// Widths of the table's columns: of the levels, and of what most findings are about.
const (
	levelWidth = len("warning")
	aboutWidth = len("configuration")
)

var levelStyles = map[sdk.Level]terminal.Style{
	sdk.LevelOK: terminal.Green, sdk.LevelWarning: terminal.Yellow, sdk.LevelError: terminal.Red,
}

func findingRow(f sdk.Finding) error {
	level := fmt.Sprintf("%-*s", levelWidth, f.Level)
	_, err := fmt.Fprintf(os.Stdout, "%s  %-*s  %s\n",
		terminal.Paint(os.Stdout, levelStyles[f.Level], level), aboutWidth, escape.Text(f.About), escape.Text(f.Message))
	return err
}

func findingLine(f sdk.Finding) error {
	_, err := fmt.Fprintf(os.Stdout, "%s\t%s\t%s\n", f.Level, escape.Text(f.About), escape.Text(f.Message))
	return err
}

func findingJSON(f sdk.Finding) error {
	return writeJSON(os.Stdout, struct {
		Level   string `json:"level"`
		About   string `json:"about"`
		Message string `json:"message"`
	}{f.Level.String(), f.About, f.Message})
}
