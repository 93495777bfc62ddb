//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"github.com/stormlock/stormlock/sdk/boottime"
	"github.com/stormlock/stormlock/test/torture/check"
)

// A result is what a client was told by one command.
type result struct {
	op   check.Op
	id   string // of the lease, as far as it was told
	text string // on stderr

	killed  bool // it was told nothing more
	givenUp bool // stormlock itself has begun to release what it asked for
}

// A running command can be found by its process id, so that it can be killed or
// stopped at the wrong moment.
type running struct {
	kind     check.Kind
	resource string
	ttl      time.Duration
}

// hopeless is how much longer than its time a command may take before it is given up.
const hopeless = 20 * time.Second

// allowed is what each command may take (--timeout).
func (h *history) allowed() time.Duration {
	if h.fault.patient {
		return 3 * commandTime
	}
	return commandTime
}

// run runs stormlock, and writes down what it said.
func (c *client) run(kind check.Kind, l lease, args ...string) result {
	ctx, cancel := context.WithTimeout(context.Background(), c.allowed()+hopeless)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "stormlock"),
		append([]string{"-c", c.config(), "--timeout", seconds(c.allowed())}, args...)...)
	cmd.Dir, cmd.Env = c.dir, c.environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second // a plugin that outlives a killed core may hold its pipes
	stdout := stamped{now: c.now}
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr

	op := check.Op{Client: c.n, Kind: kind, Resource: l.resource, Tag: l.tag, TTL: l.ttl, Call: c.now()}
	err := c.start(cmd, running{kind, l.resource, l.ttl})
	op.Return = c.now()
	if kind == check.Acquire {
		op.Told = stdout.first
	}
	r := c.judge(op, cmd.ProcessState, stdout.text.String(), stderr.String())
	if ctx.Err() != nil || cmd.ProcessState == nil {
		c.complain("%v does not end or start (%v): %s", args, err, r.text)
	}
	c.note(r.op)
	c.failed = r.op.Outcome == check.Failed
	return r
}

// A stamped buffer knows when the first of it came.
type stamped struct {
	text  bytes.Buffer
	now   func() time.Duration
	first time.Duration
}

func (s *stamped) Write(p []byte) (int, error) {
	if s.first == 0 {
		s.first = s.now()
	}
	return s.text.Write(p)
}

// setUp creates what the store needs, as an operator does once.
func (c *client) setUp() error {
	cmd := exec.Command(filepath.Join(c.bin, "stormlock"), "-c", c.config(), "backend", "setup", c.store.backend)
	cmd.Dir, cmd.Env = c.dir, c.environment()
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("backend setup %s: %w: %s", c.store.backend, err, text)
	}
	return nil
}

// start runs a command and lets others find it meanwhile.
func (c *client) start(cmd *exec.Cmd, what running) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	c.commands.Store(cmd.Process.Pid, what)
	defer c.commands.Delete(cmd.Process.Pid)
	return cmd.Wait()
}

// environment is a clean one. Clients live in different time zones, and after a
// fault of the clocks at different times.
func (c *client) environment() []string {
	zone := []string{"UTC", "Asia/Tokyo", "America/New_York"}[c.n%3]
	env := []string{
		"PATH=" + c.bin, "HOME=" + c.dir, "XDG_STATE_HOME=" + filepath.Join(c.dir, "state"),
		"TMPDIR=" + c.tmp, "TZ=" + zone, "PGTZ=" + zone,
	}
	if c.seedFault != "" {
		env = append(env, "STORMLOCK_SEED="+c.seedFault)
	}
	if off := c.skew.Load(); off != 0 {
		env = append(env, fmt.Sprintf("%s=%d", clockSkew, []int64{0, off, -off}[c.n%3]))
	}
	return env
}

// judge reads what a command said.
func (c *client) judge(op check.Op, state *os.ProcessState, stdout, stderr string) result {
	r := result{op: op, text: stderr}
	if state == nil || state.ExitCode() < 0 {
		return c.killed(r)
	}
	code := state.ExitCode()
	read := map[check.Kind]func(*result, int, string) bool{
		check.Acquire: readAcquire, check.Renew: readRenew, check.Release: readRelease,
		check.Current: readCurrent, check.IsHeld: readIsHeld,
	}[op.Kind]
	switch {
	case read(&r, code, stdout):
	case code == 69 || code == 77 && c.fault.needs == needsDisk:
		r.op.Outcome = check.Failed
	case code == 75:
		r.op.Outcome = check.Unknown
		r.id, r.givenUp = asked.find(stderr), calledOff.MatchString(stderr)
	default:
		r.op.Outcome = check.Unknown
		c.complain("exit code %d of %s: %s", code, op.Kind, stderr)
	}
	if op.Kind == check.Acquire && r.op.Outcome == check.Unknown && r.id == "" {
		c.complain("the outcome is unknown, but no lease id was told: exit code %d: %s", code, stderr)
	}
	return r
}

// killed asks the record of leases what a command that was killed had asked
// for. What is not on record was never sent, or given up for certain.
func (c *client) killed(r result) result {
	r.op.Outcome, r.killed = check.Unknown, true
	if r.op.Kind != check.Acquire {
		return r
	}
	known := c.onRecord(r.op.Tag)
	if r.id, r.givenUp = known.ID, known.givenUp(); r.id == "" {
		r.op.Outcome = check.Failed
	}
	return r
}

// A recorded lease is what stormlock mine says of it.
type recorded struct {
	ID, Reason, Repeat string
	GiveUp             string `json:"give_up"`
}

// givenUp reports whether a release is the only way that is left to settle it.
func (r recorded) givenUp() bool { return r.GiveUp != "" && r.Repeat == "" }

// onRecord returns a lease that stormlock mine knows; without an id if it does not.
func (c *client) onRecord(tag string) recorded {
	cmd := exec.Command(filepath.Join(c.bin, "stormlock"), "-c", c.config(), "mine", "-f", "json")
	cmd.Dir, cmd.Env = c.dir, c.environment()
	text, err := cmd.Output()
	if err != nil {
		c.complain("stormlock mine: %v", err)
		return recorded{}
	}
	for lines := json.NewDecoder(bytes.NewReader(text)); ; {
		var known recorded
		if lines.Decode(&known) != nil {
			return recorded{}
		}
		if known.Reason == tag {
			return known
		}
	}
}

type pattern struct{ *regexp.Regexp }

func (p pattern) find(text string) string {
	if found := p.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}

// What stormlock says on stderr. A change of its texts that these do not follow
// shows as a complaint or a violation.
var (
	asked    = pattern{regexp.MustCompile(`lease id ([0-9a-f]{32})\b`)}
	holder   = pattern{regexp.MustCompile(` still: (\S+)\n`)}
	inactive = regexp.MustCompile(`is not active \(any more\)`)
	// calledOff is of an acquire that stormlock itself has begun to give up.
	calledOff = regexp.MustCompile(`which is being given up`)
	repeated  = regexp.MustCompile(`whose answer was lost`)
	doubted   = regexp.MustCompile(`a request to renew it that got no answer`)
)

func readAcquire(r *result, code int, stdout string) bool {
	switch code {
	case 0:
		r.op.Outcome, r.id = check.Acquired, firstLine(stdout)
	case 2:
		r.op.Outcome, r.op.Seen = check.Held, holder.find(r.text)
	case 3:
		r.op.Outcome = check.Lost
	}
	return code == 0 && r.id != "" || code == 2 || code == 3
}

func readRenew(r *result, code int, _ string) bool {
	r.op.Outcome = map[int]check.Outcome{0: check.Renewed, 3: check.Lost}[code]
	r.op.Retried = doubted.MatchString(r.text)
	return code == 0 || code == 3
}

func readRelease(r *result, code int, _ string) bool {
	switch {
	case code != 0:
		return false
	case repeated.MatchString(r.text):
		r.op.Outcome, r.op.Retried = check.Released, true
	case inactive.MatchString(r.text):
		r.op.Outcome = check.Inactive
	default:
		r.op.Outcome = check.Released
	}
	return true
}

func readCurrent(r *result, code int, stdout string) bool {
	if code == 1 {
		r.op.Outcome = check.None
		return true
	}
	var seen struct {
		Reason  string    `json:"reason"`
		Created time.Time `json:"created"`
		Left    int64     `json:"ttl_seconds"`
		Fence   uint64    `json:"fence"`
	}
	if code != 0 || json.Unmarshal([]byte(stdout), &seen) != nil {
		return false
	}
	r.op.Outcome, r.op.Seen, r.op.Fence = check.Held, seen.Reason, seen.Fence
	r.op.Created, r.op.Left = seen.Created, time.Duration(seen.Left)*time.Second
	return true
}

func readIsHeld(r *result, code int, _ string) bool {
	switch code {
	case 0:
		r.op.Outcome, r.op.Seen = check.Held, r.op.Tag
	case 1:
		r.op.Outcome = check.None
	}
	return code <= 1
}

func firstLine(text string) string {
	line, _, _ := bytes.Cut([]byte(text), []byte("\n"))
	return string(line)
}

// now is the time since the history began.
func (h *history) now() time.Duration { return boottime.Since(h.began) }
