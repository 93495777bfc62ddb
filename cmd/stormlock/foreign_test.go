//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/leases"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
)

// A stage is where commands run whose every text was written by somebody hostile:
// the configuration, the names of its files, the record, and the backends.
type stage struct {
	dir    string // HOME, and where commands run; its name is hostile
	config string // path
	path   string // PATH, of hostile directories
}

// hostileName can be part of the name of a file.
const hostileName = "a\x1b[2J\n\t\r\u009b\u202e\u200b\u2028\xffz"

// hostileValue can be a value of a configuration file, and an argument.
var hostileValue = strings.NewReplacer("\x00", "", "\n", "", "\r", "").Replace(plugintest.Hostile)

// hostileArgument can be an argument.
var hostileArgument = strings.ReplaceAll(plugintest.HostileBytes, "\x00", "")

func newStage(t *testing.T) stage {
	t.Helper()
	dir := filepath.Join(t.TempDir(), hostileName)
	s := stage{dir: dir, config: filepath.Join(dir, hostileName+".cfg"), path: filepath.Join(dir, "bin"+hostileName)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(plugintest.Install(t, "evil", "evil-wire", "evil-line", "evil-end"), s.path); err != nil {
		t.Fatal(err)
	}
	second := s.path + "second"
	if err := os.Rename(plugintest.Install(t, "evil"), second); err != nil {
		t.Fatal(err)
	}
	s.write(t, filepath.Join(second, "stormlock-backend-plain"), "no program")
	s.path += ":" + second
	s.write(t, s.config, hostileConfig("evil"))
	return s
}

func hostileConfig(backend string) string {
	return "[default]\nbackend = " + backend + "\nprincipal = " + hostileValue + "\nttl = 5m\n" +
		"[wrong-ttl]\nttl = " + hostileValue + "\n[wrong-backend]\nbackend = a" + hostileValue + "\n" +
		"[backend." + backend + "]\nname = " + hostileValue + "\nmore = a\n  b" + hostileValue + "\n"
}

func (s stage) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// told is what a command printed.
type told struct {
	stdout, stderr string
	code           int
}

func (s stage) run(args ...string) told {
	var stdout, stderr strings.Builder
	cmd := exec.Command("stormlock", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, &stdout, &stderr
	cmd.Env = []string{"PATH=" + s.path, "HOME=" + s.dir, "XDG_CONFIG_HOME=" + s.dir + "/" + hostileName, "GORACE=" + os.Getenv("GORACE")}
	_ = cmd.Run()
	return told{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// An appearance is a command that shows foreign text, and how many lines that are.
// Of those on stderr the ones of a log do not count.
type appearance struct {
	args     []string
	code     int
	out, err int
	tabs     int // in each line of stdout
}

// warned is what the backend "evil" warns of when it is opened: one line.
const warned = 1

var appearances = []appearance{
	{words("current r"), exitDone, 1, warned, 2},
	{words("current -f oneline r"), exitDone, 1, warned, 2},
	{words("current -f lines r"), exitDone, 3, warned, 0},
	{words("current -f rows r"), exitDone, 9, warned, 0},
	{words("current -f cols r"), exitDone, 2, warned, 0},
	{words("current -f id r"), exitDone, 1, warned, 0},
	{words("current -f json r"), exitDone, 1, warned, 0},
	{words("acquire held"), exitHeld, 0, warned + 1, 0},
	{words("acquire --wait 1s held"), exitHeld, 0, warned + 2, 0},
	{words("is-held r ffff"), exitNone, 0, warned + 1, 0},
	{words("list"), exitDone, 2, warned, 0},
	{words("list -f oneline"), exitDone, 1, warned, 4},
	{words("list -f json"), exitDone, 1, warned, 0},
	{words("renew r ffff"), exitDone, 0, warned + 1, 0}, // it lasts longer than asked for
	{words("break --lease " + plugintest.LateID + " --yes -m why r"), exitDone, 0, warned + 1, 0},
	{[]string{"--json", "break", "--lease", plugintest.LateID, "--yes", "-m", hostileArgument, "r"}, exitDone, 1, warned + 1, 0},
	{words("break --lease ffff --yes -m why r"), exitLost, 0, warned + 1, 0},
	{words("--log-level trace current speak"), exitDone, 1, warned, 2},
	{words("--log-level debug current die"), exitUnavailable, 0, 1, 0},
	{words("--log-level trace backend setup evil"), exitUnknown, 1, warned + 1, 0},
	{words("backend setup --dry-run evil"), exitDone, 2, warned, 0},
	{words("backend setup evil-line"), exitUnavailable, 0, 1, 0},
	{words("backend setup evil-end"), exitUnavailable, 0, 1, 0},
	{words("backend setup evil-wire"), exitUnknown, 0, 1, 0},
	{words("backend describe evil"), exitDone, 4, 0, 0},
	{words("backend describe evil-wire"), exitDone, 2, 0, 0},
	{words("backend describe evil-end"), exitUnavailable, 0, 1, 0},
	{words("--log-level trace backend describe evil-end"), exitUnavailable, 0, 1, 0},
	{words("backend list"), exitDone, 6, 0, 0},
	{words("backend pin evil"), exitDone, 1, 1, 0},
	{words("config show r"), exitDone, 5, 0, 0},
	{words("config show wrong-ttl"), exitConfig, 0, 1, 0},
	{words("config show wrong-backend"), exitConfig, 0, 1, 0},
	{words("--timeout 8s acquire -t 3m panic"), exitUnknown, 0, 1, 0},
	{words("doctor"), exitNone, 15, 1, 0},
	{words("doctor -f oneline held"), exitNone, 15, 1, 2},
	{words("doctor -f json"), exitNone, 15, 1, 0},
	{words("doctor --backend evil-line"), exitNone, 5, 1, 0},
	{words("doctor --backend evil-end"), exitNone, 5, 1, 0},
	{words("doctor --backend evil-wire"), exitNone, 6, 1, 0},
	{words("doctor -f oneline wrong-ttl"), exitNone, 15, 1, 2},
	{words("doctor -f oneline wrong-backend"), exitNone, 3, 1, 2},
}

func words(text string) []string { return strings.Fields(text) }

// faulty are what the resources of the backend's faults lead to.
var faulty = map[string]int{
	"unavailable": exitUnavailable, "refused": exitRefused, "invalid": exitUsage, "unset": exitConfig, "config": exitConfig,
}

// TestForeignTextIsEscaped: whatever others have written, in a store, a plugin, a
// file or an argument, is shown so that a terminal acts on none of it, and forges no
// line.
func TestForeignTextIsEscaped(t *testing.T) {
	s := newStage(t)
	for _, a := range slices.Concat(appearances, faults(), mistakes()) {
		t.Run(strings.Join(a.args, " "), func(t *testing.T) {
			t.Parallel()
			a.args = append([]string{"-c", s.config}, a.args...)
			a.check(t, s.run(a.args...))
		})
	}
}

// faults are commands that the backend's faults end.
func faults() (all []appearance) {
	for resource, code := range faulty {
		for _, command := range []string{"acquire " + resource, "renew " + resource + " ffff", "release " + resource + " ffff", "current " + resource, "is-held " + resource + " ffff", "break --lease ffff --yes -m why " + resource, "list --prefix " + resource} {
			all = append(all, appearance{words(command), code, 0, warned + 1, 0})
		}
	}
	for _, resource := range []string{"unknown", "another", "id"} {
		all = append(all,
			appearance{words("current " + resource), exitUnavailable, 0, warned + 1, 0},
			appearance{words("list --prefix " + resource), exitUnavailable, 0, warned + 1, 0},
			appearance{words("--timeout 8s acquire " + resource), exitUnknown, 0, warned + 1, 0})
	}
	return append(all, appearance{words("--timeout 8s release unknown ffff"), exitUnknown, 0, warned + 1, 0})
}

// mistakes are arguments that an error repeats.
func mistakes() (all []appearance) {
	for _, args := range [][]string{
		{hostileArgument},
		{"--" + hostileArgument},
		{"backend", hostileArgument},
		{"help", hostileArgument},
		{"completion", hostileArgument},
		{"current", hostileArgument},
		{"current", "-f", hostileArgument, "r"},
		{"mine", "-f", hostileArgument},
		{"doctor", "-f", hostileArgument},
		{"doctor", "--backend", hostileArgument},
		{"doctor", hostileArgument},
		{"doctor", "r", hostileArgument},
		{"list", "-f", hostileArgument},
		{"list", "--prefix", hostileArgument},
		{"current", "r", hostileArgument},
		{"acquire", "-t", hostileArgument, "r"},
		{"acquire", "--wait", hostileArgument, "r"},
		{"acquire", "--lease-id", hostileArgument, "r"},
		{"acquire", "-m", hostileArgument, "r"},
		{"--timeout", hostileArgument, "version"},
		{"--log-level", hostileArgument, "current", "r"},
		{"release", "r", hostileArgument},
		{"release", "r"},
		{"release", "--all", hostileArgument},
		{"break", hostileArgument},
		{"break", "--lease", hostileArgument, "--yes", "-m", "why", "r"},
	} {
		all = append(all, appearance{args, exitUsage, 0, 1, 0})
	}
	for _, args := range [][]string{
		{"init", hostileArgument},
		{"init", "evil"},
		{"list", "--backend", hostileArgument},
		{"backend", "describe", hostileArgument},
		{"backend", "pin", hostileArgument},
		{"backend", "setup", hostileArgument},
		{"-c", hostileArgument, "current", "r"},
	} {
		all = append(all, appearance{args, exitConfig, 0, 1, 0})
	}
	return all
}

// check checks what a command printed.
func (a appearance) check(t *testing.T, got told) {
	t.Helper()
	if got.code != a.code {
		t.Errorf("exit code %d, want %d; stderr %q", got.code, a.code, got.stderr)
	}
	for _, line := range shownLines(t, got.stdout, a.out) {
		if n := strings.Count(line, "\t"); n != a.tabs {
			t.Errorf("%d tabs, want %d, in %q", n, a.tabs, line)
		}
		checkShown(t, strings.ReplaceAll(line, "\t", ""))
	}
	for _, line := range shownLines(t, unlogged(got.stderr), a.err) {
		if !strings.HasPrefix(line, "stormlock: ") || strings.HasPrefix(line, "stormlock: forged") {
			t.Errorf("line of somebody else: %q", line)
		}
	}
	for line := range strings.SplitSeq(got.stderr, "\n") {
		checkShown(t, line)
	}
}

// logged is a line of the log.
var logged = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\dT[0-9:.]+[-+Z][0-9]* \[(TRACE|DEBUG|INFO|WARN|ERROR)\].*\n`)

func unlogged(stderr string) string { return logged.ReplaceAllString(stderr, "") }

// shownLines returns the lines of a text, which must be so many.
func shownLines(t *testing.T, text string, want int) []string {
	t.Helper()
	if text == "" && want == 0 {
		return nil
	}
	all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if !strings.HasSuffix(text, "\n") || len(all) != want {
		t.Errorf("%d lines, want %d: %q", len(all), want, text)
	}
	return all
}

// checkShown checks that a terminal has nothing to act upon in a line.
func checkShown(t *testing.T, line string) {
	t.Helper()
	if !utf8.ValidString(line) || escape.Text(line) != line || strings.ContainsFunc(line, isHostile) {
		t.Errorf("not safe to show: %q", line)
	}
}

// isHostile says without internal/escape what is.
func isHostile(r rune) bool {
	return strings.ContainsRune(strings.Trim(plugintest.Hostile, "az"), r) && !(r > ' ' && r < 0x7f) && r != ' '
}

// TestForeignTextInJSON: a program reads the very text.
func TestForeignTextInJSON(t *testing.T) {
	s := newStage(t)
	got := s.run("-c", s.config, "current", "-f", "json", "r")
	appearance{code: exitDone, out: 1, err: warned}.check(t, got)
	var lease view
	want := strings.ToValidUTF8(plugintest.HostileBytes, "\ufffd")
	if err := json.Unmarshal([]byte(got.stdout), &lease); err != nil || lease.Principal != want || lease.Reason != want {
		t.Errorf("read %+v, %v, from %q", lease, err, got.stdout)
	}
}

// TestForeignFindingsInJSON: a program reads the very text of findings, too.
func TestForeignFindingsInJSON(t *testing.T) {
	s := newStage(t)
	got := s.run("-c", s.config, "doctor", "-f", "json")
	want := map[string]string{"level": "warning", "about": strings.ToValidUTF8(plugintest.HostileBytes, "\ufffd")}
	want["message"] = want["about"]
	var all []map[string]string
	for line := range strings.Lines(got.stdout) {
		var row map[string]string
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		all = append(all, row)
	}
	if !slices.ContainsFunc(all, func(row map[string]string) bool { return maps.Equal(row, want) }) {
		t.Errorf("%q is not in %q", want, all)
	}
}

// TestForeignTextOnRecord is about what "mine" shows: notes that stormlock wrote for
// hostile configurations, and notes of others.
func TestForeignTextOnRecord(t *testing.T) {
	s := newStage(t)
	reason := strings.ReplaceAll(plugintest.Hostile, "\x00", "")
	got := s.run("-c", s.config, "--timeout", "8s", "acquire", "-m", reason, "unknown")
	appearance{code: exitUnknown, err: warned + 1}.check(t, got)
	for _, test := range []appearance{
		{words("mine"), exitDone, 3, 0, 0},
		{words("mine -f oneline"), exitDone, 1, 0, 8},
		{words("mine -f json"), exitDone, 1, 0, 0},
		{words("release unknown"), exitUnknown, 0, warned + 1, 0},
	} {
		got := s.run(append([]string{"-c", s.config, "--timeout", "8s"}, test.args...)...)
		test.check(t, got)
		if test.tabs == 0 && test.out == 1 {
			checkOwned(t, got.stdout, owned{Resource: "unknown", Reason: reason, Principal: hostileValue})
		}
	}
	s.plant(t)
	appearance{code: exitDone, out: 7, err: 1}.check(t, s.run("mine"))
	appearance{code: exitDone, out: 4, err: 1, tabs: 8}.check(t, s.run("mine", "-f", "oneline"))
	appearance{code: exitDone, out: 4, err: 1}.check(t, s.run("mine", "-f", "json"))
	appearance{code: exitUsage, err: 2}.check(t, s.run("-c", s.config, "release", "r"))
	appearance{code: exitConfig, err: 6}.check(t, s.run("release", "--all")) // each one's file is missing
}

// TestForeignTextOfReleases is about the lines of "release --all", and what warns of a
// lease that ends soon.
func TestForeignTextOfReleases(t *testing.T) {
	s := newStage(t)
	s.config = filepath.Join(t.TempDir(), strings.ToValidUTF8(hostileName, "")+".cfg")
	s.write(t, s.config, hostileConfig("evil"))
	for _, args := range [][]string{{"release", "--all"}, {"--json", "release", "--all"}} {
		appearance{code: exitDone, out: 1, err: warned + 1}.check(t, s.run("-c", s.config, "acquire", "r")) // it lasts longer
		tabs := 4
		if args[0] == "--json" {
			tabs = 0
		}
		appearance{code: exitDone, out: 1, err: warned, tabs: tabs}.check(t, s.run(args...))
	}
	s.note(t, leases.Note{State: leases.Held, Backend: "evil", Config: plugintest.Hostile, TTL: plugintest.Hostile, AskedID: "a"}, time.Minute)
	appearance{code: exitDone, out: 6, err: 1}.check(t, s.run("backend", "list"))
}

// TestFormatsOfAHostileLease is about what cannot come from a backend, whose answers
// are checked, and would be escaped all the same.
func TestFormatsOfAHostileLease(t *testing.T) {
	text := plugintest.HostileBytes
	hostile := view{Resource: text, ID: text, Principal: text, Reason: text, Backend: text}
	for _, a := range appearances[1:7] { // those of "current -f FORMAT r"
		print, err := formatter(a.args[2])
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := print(&out, hostile); err != nil {
			t.Fatal(err)
		}
		appearance{out: a.out, tabs: a.tabs}.check(t, told{stdout: out.String()})
	}
}

// TestLogOfHostileText: the log is escaped on its way to the terminal, too, whoever
// wrote to it. It spreads a value of several lines over as many of its own.
func TestLogOfHostileText(t *testing.T) {
	stderr := stderrTo(t)
	log, err := (&globals{logLevel: "trace"}).logger()
	if err != nil {
		t.Fatal(err)
	}
	log.Debug(plugintest.HostileBytes, "key", plugintest.HostileBytes)
	for line := range strings.SplitSeq(content(stderr), "\n") {
		checkShown(t, line)
	}
}

func checkOwned(t *testing.T, line string, want owned) {
	t.Helper()
	var got owned
	if err := json.Unmarshal([]byte(line), &got); err != nil || got.Resource != want.Resource || got.Reason != want.Reason || got.Principal != want.Principal {
		t.Errorf("read %+v, %v, from %q", got, err, line)
	}
}

// plant adds notes of others to the record, and a file that is none.
func (s stage) plant(t *testing.T) {
	t.Helper()
	here := strings.ToValidUTF8(s.config, "\ufffd")
	for i, n := range []leases.Note{
		{State: leases.Releasing, Backend: plugintest.Hostile, Config: plugintest.Hostile, TTL: plugintest.Hostile},
		{State: leases.Held, Backend: "evil", Config: here, TTL: "1m"},
		{State: leases.Held, Backend: "evil", Config: here, TTL: "1m"},
	} {
		n.AskedID = fmt.Sprint("a\x1b\u202e\n", i)
		s.note(t, n, time.Hour)
	}
	s.write(t, filepath.Join(s.record(), hostileName), "{")
}

func (s stage) record() string { return filepath.Join(s.dir, ".local", "state", "stormlock", "leases") }

// note puts a note on record of a lease that has an hour, and so much left of it.
func (s stage) note(t *testing.T, n leases.Note, left time.Duration) {
	t.Helper()
	record, err := leases.Open(s.record())
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	n.Resource, n.Principal, n.Reason = "r", plugintest.Hostile, plugintest.Hostile
	n.Until = time.Now().Add(left)
	n.Since = n.Until.Add(-time.Hour)
	if err := record.Write(n); err != nil {
		t.Fatal(err)
	}
}

// TestForeignTextInNewFile: what init writes is shown on terminals, too, and a
// backend's text ends no comment there.
func TestForeignTextInNewFile(t *testing.T) {
	s := newStage(t)
	if err := os.Remove(s.config); err != nil {
		t.Fatal(err)
	}
	for _, backend := range []string{"evil", "evil-wire"} {
		path := filepath.Join(s.dir, hostileName, "stormlock.cfg")
		appearance{code: exitDone, out: 1}.check(t, s.run("init", backend))
		text := content(path)
		for line := range strings.SplitSeq(text, "\n") {
			checkShown(t, line)
			if !newLine.MatchString(line) {
				t.Errorf("line of somebody else: %q", line)
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// newLine is a line of a file that init writes.
var newLine = regexp.MustCompile(`^$|^#|^\[(default|backend\.evil(-wire)?)\]$|^(backend = evil(-wire)?|ttl = 1 hour|more = )$`)

// TestForeignConfiguration: faults of a file quote it.
func TestForeignConfiguration(t *testing.T) {
	s := newStage(t)
	for name, text := range map[string]string{
		"key":           "[default]\nbackend = evil\na" + hostileValue + " = 1\n",
		"section":       "[a" + hostileValue + "]\nbackend = evil\n",
		"section twice": "[r]\n[r]\n[a" + hostileValue + "]\n",
		"after section": "[a\x1b[2J] b\n",
		"line":          hostileValue + "\n",
		"bytes":         "[default]\nbackend = \xff\n",
		"backend":       "[default]\nbackend = a\x1b[2J\n",
		"missing":       "[default]\nbackend = none\n",
		"pins":          "[default]\nbackend = evil\nrequire_pins = a" + hostileValue + "\n",
		"pin":           "[default]\nbackend = evil\n[backend.evil]\nsha256 = a" + hostileValue + "\n",
		"no TTL of its": "[default]\nbackend = evil\nttl = a" + hostileValue + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			s.write(t, s.config, text)
			appearance{code: exitConfig, err: 1}.check(t, s.run("-c", s.config, "current", "r"))
		})
	}
}

// TestHostileTextHasEverything that this test is about.
func TestHostileTextHasEverything(t *testing.T) {
	for _, span := range [][2]rune{
		{0, 0x1f},
		{0x7f, 0x9f},
		{0x61c, 0x61c},
		{0x200b, 0x200f},
		{0x2028, 0x202e},
		{0x2060, 0x2060},
		{0x2066, 0x2069},
		{0xad, 0xad},
		{0x34f, 0x34f},
		{0x3164, 0x3164},
		{0xfe0f, 0xfe0f},
		{0xfeff, 0xfeff},
	} {
		for r := span[0]; r <= span[1]; r++ {
			if !strings.ContainsRune(plugintest.Hostile, r) || !isHostile(r) {
				t.Errorf("%U is missing", r)
			}
		}
	}
}
