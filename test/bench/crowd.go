package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// crowdHold is how long each of a crowd holds the lock.
const crowdHold = 200 * time.Millisecond

// crowdWait is how long all of a crowd wait for the first holder, once all are there.
const crowdWait = 15 * time.Second

// A crowd is many processes of stormlock that wait for one lock.
type crowd struct {
	*bench
	size     int
	ctx      context.Context         // ends the processes
	requests func() (float64, error) // that the store has had; nil if it does not count
}

// A crowdReport is what a crowd was like.
type crowdReport struct {
	whileHeld, inTurn float64 // requests a second, while one holds the lock and while all take turns
	took, gap         time.Duration
}

// run has a crowd wait, and has each of it hold the lock in turn. None of it is left
// when it returns.
func (c *crowd) run() (r crowdReport, err error) {
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c.ctx = ctx
	held, err := c.invoke("acquire", "crowd")
	if err != nil {
		return r, err
	}
	done := make(chan turn, c.size)
	for range c.size { // one after the other: the first request writes to some stores
		waiting := make(chan struct{})
		all.Go(func() { done <- c.turn(func() { close(waiting) }) })
		<-waiting
	}
	if r.whileHeld, err = c.rate(func() error { time.Sleep(crowdWait); return nil }); err != nil {
		return r, err
	}
	begun := time.Now()
	r.inTurn, err = c.rate(func() error {
		if _, err := c.invoke("release", "crowd", held); err != nil {
			return err
		}
		r.took, r.gap, err = c.collect(begun, done)
		return err
	})
	return r, err
}

// reportCrowds has a crowd wait on each store that can tell how much it is asked, and
// on the one that is a file.
func reportCrowds(benches []*bench, stores []store, size int) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer table.Flush()
	fmt.Fprintf(table, "%d wait\trequests/s while held\tin turn\tall had it after s\tlongest gap s\t\n", size)
	for i, b := range benches {
		c := &crowd{bench: b, size: size}
		if count := counters[b.backend]; count != nil {
			_, url, _ := strings.Cut(stores[i].settings[0], "=")
			c.requests = func() (float64, error) { return count(url) }
		} else if b.backend != "local" {
			continue
		}
		r, err := c.run()
		if err != nil {
			return fmt.Errorf("a crowd on %s: %w", b.backend, err)
		}
		fmt.Fprintf(table, "%s\t%.1f\t%.1f\t%.1f\t%.1f\t\n", b.backend, r.whileHeld, r.inTurn, r.took.Seconds(), r.gap.Seconds())
	}
	return nil
}

// A turn is when one of a crowd took the lock.
type turn struct {
	at  time.Time
	err error
}

// turn waits for the lock, holds it for a moment and gives it back. waiting is called
// once that is told.
func (c *crowd) turn(waiting func()) (t turn) {
	told := sync.OnceFunc(waiting)
	defer told()
	cmd := c.command("acquire", "--wait", "forever", "crowd")
	said := &listener{heard: told}
	cmd.Stderr = said
	id, err := cmd.Output()
	t.at = time.Now()
	if err != nil {
		return turn{err: fmt.Errorf("stormlock acquire --wait: %w: %s", err, &said.Builder)}
	}
	time.Sleep(crowdHold)
	_, t.err = c.invoke("release", "crowd", strings.TrimSpace(string(id)))
	return t
}

// A listener keeps what is written, and tells that something was.
type listener struct {
	strings.Builder
	heard func()
}

func (l *listener) Write(b []byte) (int, error) {
	l.heard()
	return l.Builder.Write(b)
}

// collect waits until all had the lock. It returns how long that took, and the
// longest time from one to the next.
func (c *crowd) collect(begun time.Time, done <-chan turn) (took, gap time.Duration, err error) {
	at := []time.Time{begun}
	for range c.size {
		t := <-done
		if t.err != nil {
			return 0, 0, t.err
		}
		at = append(at, t.at)
	}
	slices.SortFunc(at, time.Time.Compare)
	for i := range c.size {
		gap = max(gap, at[i+1].Sub(at[i])-crowdHold)
	}
	return at[c.size].Sub(begun), gap, nil
}

// rate is how many requests a second the store has while do runs.
func (c *crowd) rate(do func() error) (float64, error) {
	before, err := c.count()
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := do(); err != nil {
		return 0, err
	}
	after, err := c.count()
	return (after - before) / time.Since(begun).Seconds(), err
}

func (c *crowd) count() (float64, error) {
	if c.requests == nil {
		return 0, nil
	}
	return c.requests()
}

// command is stormlock with arguments.
func (c *crowd) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.ctx, filepath.Join(c.bin, "stormlock"), args...)
	cmd.Env = c.env
	return cmd
}

func (c *crowd) invoke(args ...string) (string, error) {
	out, err := c.command(args...).Output()
	if err != nil {
		err = fmt.Errorf("stormlock %v: %w", args, err)
	}
	return strings.TrimSpace(string(out)), err
}

// counters are how a store counts the requests that decide about a lock.
var counters = map[string]func(address string) (float64, error){
	"redis": redisRequests, "etcd": etcdRequests,
}

// redisRequests counts the scripts that a server has run.
func redisRequests(url string) (float64, error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "redis://"))
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "INFO commandstats\r\nQUIT\r\n"); err != nil {
		return 0, err
	}
	return sum(conn, regexp.MustCompile(`^cmdstat_eval:calls=(\d+),`))
}

// etcdRequests counts the calls that a server has answered.
func etcdRequests(url string) (float64, error) {
	answer, err := http.Get(url + "/metrics")
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	return sum(answer.Body, regexp.MustCompile(`^grpc_server_handled_total{.*grpc_service="etcdserverpb\.(?:KV|Lease)".*} (\S+)$`))
}

// sum adds up what a pattern finds in the lines of a text.
func sum(r io.Reader, pattern *regexp.Regexp) (total float64, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if found := pattern.FindStringSubmatch(lines.Text()); found != nil {
			n, err := strconv.ParseFloat(found[1], 64)
			if err != nil {
				return 0, err
			}
			total += n
		}
	}
	return total, lines.Err()
}
