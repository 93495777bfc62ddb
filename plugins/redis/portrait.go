package redis

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
)

// A portrait is what one server tells of itself, in one exchange.
type portrait struct {
	addr           string
	info           map[string]string // fields of INFO; empty if that is not allowed
	config         map[string]string // settings; without those that may not be looked at
	cluster        map[string]string // fields of CLUSTER INFO
	hidden         []string          // commands that are not allowed, or not there
	time           time.Time
	sent, received time.Time // when the clock was asked for, and told
}

// settings are those that are looked at beside what INFO tells.
var settings = []string{"appendfsync", "save", "min-replicas-to-write", "min-replicas-max-lag", "cluster-require-full-coverage"}

// portrayed asks a node: first for its time, which every user of the locks may
// ask for, so that what fails then is the connection; then for all else.
func portrayed(ctx context.Context, node *goredis.Client) (portrait, error) {
	l := newLine(node)
	defer l.hangUp()
	if _, err := lookAtTime(ctx, l); err != nil {
		return portrait{}, err
	}
	p := portrait{addr: node.Options().Addr, sent: time.Now()}
	answers, err := ask(ctx, l, func(conn *goredis.Conn) ([]goredis.Cmder, error) {
		return conn.Pipelined(ctx, func(pipe goredis.Pipeliner) error {
			pipe.Time(ctx)
			pipe.Info(ctx)
			pipe.ClusterInfo(ctx)
			for _, name := range settings {
				pipe.ConfigGet(ctx, name)
			}
			return nil
		})
	})
	if _, replied := errors.AsType[goredis.Error](err); err != nil && !replied {
		return p, err
	}
	p.received = time.Now()
	p.read(answers)
	return p, nil
}

// read takes in the answers, each of which may be a refusal.
func (p *portrait) read(answers []goredis.Cmder) {
	p.config = make(map[string]string)
	for _, answer := range answers {
		if answer.Err() != nil {
			p.refused(answer.Name())
			continue
		}
		switch a := answer.(type) {
		case *goredis.TimeCmd:
			p.time = a.Val()
		case *goredis.StringCmd:
			if a.Name() == "cluster" {
				p.cluster = fields(a.Val())
			} else {
				p.info = fields(a.Val())
			}
		case *goredis.MapStringStringCmd:
			maps.Copy(p.config, a.Val())
		}
	}
	if p.info["redis_mode"] != "cluster" { // else there is nothing to tell
		p.hidden = slices.DeleteFunc(p.hidden, func(name string) bool { return name == "CLUSTER INFO" })
	}
}

var commandNames = map[string]string{"info": "INFO", "config": "CONFIG GET", "cluster": "CLUSTER INFO"}

func (p *portrait) refused(name string) {
	if !slices.Contains(p.hidden, commandNames[name]) {
		p.hidden = append(p.hidden, commandNames[name])
	}
}

// fields reads lines of NAME:VALUE.
func fields(text string) map[string]string {
	all := make(map[string]string)
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			all[name] = value
		}
	}
	return all
}

// clock compares the server's clock, by which leases end, with this machine's.
func (p *portrait) clock() sdk.Finding {
	return sdk.ClockFinding(p.time, p.sent, p.received, time.Microsecond)
}
