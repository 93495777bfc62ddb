package redis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/stormlock/stormlock/sdk"
)

// A witness is a Sentinel, as it was asked for a check.
type witness struct {
	addr    string
	primary string // that it names
	others  int64  // Sentinels that it knows beside itself; -1 if it does not tell
	err     error
}

// check asks every Sentinel, and waits for each, which an operation does not.
func (s sentinels) check(ctx context.Context) []sdk.Finding {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	all := make([]witness, len(s.addrs))
	var asking sync.WaitGroup
	for i, addr := range s.addrs {
		asking.Go(func() { all[i] = s.witness(ctx, addr) })
	}
	asking.Wait()
	return append([]sdk.Finding{s.agreement(all)}, s.completeness(all)...)
}

func (s sentinels) witness(ctx context.Context, addr string) witness {
	primary, err := await(ctx, func() (string, error) { return s.ask(ctx, addr) })
	w := witness{addr, primary, -1, err}
	if err != nil {
		return w
	}
	client, hangUp := s.call(ctx, addr)
	about, err := await(ctx, func() (map[string]string, error) {
		defer hangUp()
		return client.Master(ctx, s.master).Result()
	})
	if others, ok := about["num-other-sentinels"]; ok && err == nil {
		w.others = number(others)
	}
	return w
}

// agreement is about how many name the same primary: an operation needs more than
// half.
func (s sentinels) agreement(all []witness) sdk.Finding {
	votes, chosen := make(map[string]int), ""
	var rest []string
	for _, w := range all {
		if w.err == nil {
			votes[w.primary]++
		}
		if votes[w.primary] > votes[chosen] {
			chosen = w.primary
		}
	}
	for _, w := range all {
		switch {
		case w.err != nil:
			rest = append(rest, w.addr+": "+cause(w.err))
		case w.primary != chosen:
			rest = append(rest, w.addr+" names "+w.primary)
		}
	}
	text := fmt.Sprintf("%d of %d Sentinels name %s as the primary", votes[chosen], len(all), chosen)
	switch {
	case votes[chosen] <= len(all)/2:
		return sdk.Found(sdk.LevelError, "sentinels", "%s, and more than half have to (%s); look at them, or wait for the failover", text, strings.Join(rest, "; "))
	case len(rest) > 0:
		return sdk.Found(sdk.LevelWarning, "sentinels", "%s (%s); if more fail, no lock can be taken: look at them", text, strings.Join(rest, "; "))
	case len(all) < 3:
		return sdk.Found(sdk.LevelWarning, "sentinels", "%s; with so few, one that fails stops all locks: run three or more, and name all in \"url\"", text)
	}
	return sdk.Found(sdk.LevelOK, "sentinels", "%s", text)
}

// completeness is about Sentinels that "url" does not name: the majority of those
// that it names would not be one.
func (s sentinels) completeness(all []witness) []sdk.Finding {
	known := slices.MaxFunc(all, func(a, b witness) int { return int(a.others - b.others) }).others + 1
	if known <= int64(len(all)) {
		return nil
	}
	return []sdk.Finding{sdk.Found(sdk.LevelWarning, "sentinels", `there are %d Sentinels, but "url" names %d; name all, or those few may follow a primary that the others have replaced`, known, len(all))}
}
