package manpage_test

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/stormlock/stormlock/internal/manpage"
)

// TestPage: text stands as it is, whatever roff would take its characters for.
func TestPage(t *testing.T) {
	root := &cobra.Command{Use: "lock", Short: "Keep it"}
	cmd := &cobra.Command{
		Use: "take [-n N] IT", Short: `Take \fBit`, Example: "  echo 'a' `b` \"$c\" ~/d ^e\n\n  .hidden",
		Long: "First\n.SH FORGED\nline.\n\n  a   table\n  of  two\n\nLast …\n\nPart:\n  with its own", Run: func(*cobra.Command, []string) {},
	}
	cmd.Flags().IntP("n", "n", 3, "how `OFTEN`; 'quoted'")
	root.AddCommand(cmd)
	page := manpage.Page(cmd, manpage.Section{Name: "PART", Text: "Part:\n  with its own"})
	for _, want := range []string{
		".TH \"LOCK\\-TAKE\" \"1\" \"\" \"stormlock\"", "lock\\-take \\- Take \\efBit\n", "\\fBlock take\\fR [\\-n N] IT",
		"First\n\\&.SH FORGED\nline.\n.PP\n.nf\n  a   table\n  of  two\n.fi\n.PP\nLast \\[u2026]\n.SH \"OPTIONS\"",
		"\\fB\\-n\\fR, \\fB\\-\\-n\\fR \\fIOFTEN\\fR\nhow OFTEN; \\(aqquoted\\(aq (default 3)\n",
		".SH \"PART\"\nPart:\n.PP\n.nf\n  with its own\n.fi\n",
		"  echo \\(aqa\\(aq \\(gab\\(ga \"$c\" \\(ti/d \\(hae\n", ".SH \"SEE ALSO\"\n\\fBlock\\fR(1)\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, page)
		}
	}
	if strings.Count(page, "with its own") != 1 {
		t.Errorf("a section is there twice: %s", page)
	}
}
