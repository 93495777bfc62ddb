package plugin

import (
	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// maxFindings bounds what one Check tells.
const maxFindings = 100

// findingsToWire makes the messages of findings. fit is what their texts go
// through.
func findingsToWire(findings []sdk.Finding, fit func(string) string) []*backendpb.Finding {
	var all []*backendpb.Finding
	for _, f := range findings[:min(len(findings), maxFindings)] {
		all = append(all, &backendpb.Finding{
			About: clip(fit(validText(f.About))), Level: backendpb.Finding_Level(f.Level), Message: clip(fit(validText(f.Message))),
		})
	}
	return all
}

// findingsFromWire reads findings. A level that this version does not know is
// taken for a warning: somebody meant to tell something.
func findingsFromWire(messages []*backendpb.Finding) []sdk.Finding {
	var all []sdk.Finding
	for _, m := range messages[:min(len(messages), maxFindings)] {
		level := sdk.Level(m.GetLevel())
		if level < sdk.LevelOK || level > sdk.LevelError {
			level = sdk.LevelWarning
		}
		all = append(all, sdk.Finding{About: clip(m.GetAbout()), Level: level, Message: clip(m.GetMessage())})
	}
	return all
}
