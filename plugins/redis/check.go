package redis

import (
	"context"
	"slices"
	"strings"
	"sync"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// Check implements [sdk.Backend]. It asks each primary once, and each Sentinel.
func (b *backend) Check(ctx context.Context) ([]sdk.Finding, error) {
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	var findings []sdk.Finding
	if w, ok := b.server.(watched); ok {
		findings = w.by.check(ctx)
	}
	nodes, err := b.masters(ctx)
	if err != nil {
		return findings, b.explain(err, false)
	}
	portraits, err := b.portraits(ctx, nodes)
	if len(portraits) == 0 && err != nil {
		return findings, b.explain(err, false)
	}
	_, clustered := b.server.(cluster)
	var each [][]sdk.Finding
	for _, p := range portraits {
		each = append(each, p.findings(clustered))
	}
	if err != nil { // of some nodes
		findings = append(findings, sdk.Found(sdk.LevelError, "nodes", "%v", b.explain(err, false)))
	}
	return append(findings, merged(portraits, each)...), nil
}

// portraits asks all nodes at once. The error is that of one that does not tell.
func (b *backend) portraits(ctx context.Context, nodes []*goredis.Client) ([]portrait, error) {
	all, errs := make([]portrait, len(nodes)), make([]error, len(nodes))
	var asking sync.WaitGroup
	for i, node := range nodes {
		asking.Go(func() { all[i], errs[i] = portrayed(ctx, node) })
	}
	asking.Wait()
	var told []portrait
	var failed error
	for i, err := range errs {
		if err != nil {
			failed = err
			continue
		}
		told = append(told, all[i])
	}
	return told, failed
}

// merged tells once what several nodes have in common, and names them where it is
// not all.
func merged(nodes []portrait, each [][]sdk.Finding) []sdk.Finding {
	type alike struct {
		finding sdk.Finding
		addrs   []string
	}
	var groups []*alike
	for i, findings := range each {
		for _, f := range findings {
			at := slices.IndexFunc(groups, func(g *alike) bool { return sameFinding(g.finding, f) })
			if at < 0 {
				at, groups = len(groups), append(groups, &alike{finding: f})
			}
			groups[at].addrs = append(groups[at].addrs, nodes[i].addr)
		}
	}
	var all []sdk.Finding
	for _, g := range groups {
		if len(g.addrs) < len(nodes) {
			g.finding.Message += " (" + strings.Join(g.addrs, ", ") + ")"
		}
		all = append(all, g.finding)
	}
	return all
}

// sameFinding reports whether two nodes' findings are one. Of clocks that are right, the
// texts differ by milliseconds.
func sameFinding(a, b sdk.Finding) bool {
	return a == b || a.About == b.About && a.About == "clock" && a.Level == sdk.LevelOK && b.Level == sdk.LevelOK
}
