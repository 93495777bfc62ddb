package etcd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

// What the endpoints that answer tell of the cluster.

// An edition is a version of etcd: 3.5.28 is {3, 5, 28}.
type edition [3]int

func readEdition(text string) (r edition, ok bool) {
	numbers, _, _ := strings.Cut(text, "-") // 3.6.0-rc.1
	parts := strings.Split(numbers, ".")
	if len(parts) != len(r) {
		return r, false
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil {
			return r, false
		}
		r[i] = n
	}
	return r, true
}

func (r edition) before(other edition) bool { return slices.Compare(r[:], other[:]) < 0 }

// leastEdition is the oldest that stormlock works with.
var leastEdition = edition{3, 4, 0}

// readsThePast reports whether a member can answer from the past after a pause of
// its process (etcd's changelog: mended in 3.5.28 and 3.6.9).
func (r edition) readsThePast() bool {
	return r.before(edition{3, 5, 28}) || !r.before(edition{3, 6, 0}) && r.before(edition{3, 6, 9})
}

func versions(there []endpoint) sdk.Finding {
	var all []string
	for _, e := range there {
		text := e.status.GetVersion()
		r, ok := readEdition(text)
		switch {
		case !ok:
			return sdk.Found(sdk.LevelWarning, "version", "%s does not tell one that can be read; stormlock needs etcd 3.4 or newer", e.url)
		case r.before(leastEdition):
			return sdk.Found(sdk.LevelError, "version", "%s is etcd %s, which is too old; stormlock needs 3.4 or newer", e.url, text)
		case r.readsThePast():
			return sdk.Found(sdk.LevelWarning, "version", "%s is etcd %s, which can answer from the past after its process was paused; update it to 3.5.28, 3.6.9 or newer", e.url, text)
		case !slices.Contains(all, text):
			all = append(all, text)
		}
	}
	return sdk.Found(sdk.LevelOK, "version", "etcd %s", strings.Join(all, ", "))
}

// leadership is about members that cannot answer, or not alone.
func leadership(there []endpoint) []sdk.Finding {
	var findings []sdk.Finding
	leaders := make(map[uint64]bool)
	for _, e := range there {
		if e.status.GetIsLearner() {
			findings = append(findings, sdk.Found(sdk.LevelWarning, "leader", "%s is a learner, which does not answer for locks; name voting members", e.url))
		}
		if e.status.GetLeader() == 0 {
			findings = append(findings, sdk.Found(sdk.LevelError, "leader", "%s knows of no leader: most members are down or cut off from it; look at them", e.url))
			continue
		}
		leaders[e.status.GetLeader()] = true
	}
	if len(leaders) > 1 {
		findings = append(findings, sdk.Found(sdk.LevelWarning, "leader", "the members name different leaders; ask again once the election is over, or look at the network between them"))
	}
	if len(findings) == 0 {
		for id := range leaders {
			findings = append(findings, sdk.Found(sdk.LevelOK, "leader", "member %x leads", id))
		}
	}
	return findings
}

// alarms are raised by any member, and all tell of them.
func alarms(there []endpoint) (findings []sdk.Finding) {
	raised := func(name string) bool {
		return slices.ContainsFunc(there, func(e endpoint) bool {
			return strings.Contains(strings.Join(e.status.GetErrors(), "\n"), name)
		})
	}
	if raised("NOSPACE") {
		findings = append(findings, sdk.Found(sdk.LevelError, "alarm", "NOSPACE: the database is full, and no lock can be taken; compact and defragment it, then run: etcdctl alarm disarm"))
	}
	if raised("CORRUPT") {
		findings = append(findings, sdk.Found(sdk.LevelError, "alarm", "CORRUPT: the members' data differ; do not rely on locks before that is mended"))
	}
	if findings == nil {
		findings = append(findings, sdk.Found(sdk.LevelOK, "alarm", "none is raised"))
	}
	return findings
}

// voters is about how many members can be lost.
func (b *backend) voters(there []endpoint) sdk.Finding {
	at := slices.IndexFunc(there, func(e endpoint) bool { return e.members != nil })
	if at < 0 {
		return sdk.Found(sdk.LevelWarning, "members", "their number may not be looked at; an odd one from three on keeps locks if a member is lost")
	}
	voting := 0
	for _, m := range there[at].members {
		if !m.GetIsLearner() {
			voting++
		}
	}
	spare := (voting - 1) / 2
	switch {
	case voting == 1:
		return sdk.Found(sdk.LevelWarning, "members", "one member alone: while it is down no lock can be taken or released, and with its disk all are lost; run three")
	case voting%2 == 0:
		return sdk.Found(sdk.LevelWarning, "members", "of %d voting members %d can be lost, no more than of %d; run an odd number", voting, spare, voting-1)
	case len(b.endpoints) < voting:
		return sdk.Found(sdk.LevelWarning, "members", "of %d voting members %d can be lost, but %q names only %d; name all", voting, spare, b.key, len(b.endpoints))
	}
	return sdk.Found(sdk.LevelOK, "members", "of %d voting members %d can be lost", voting, spare)
}

// space is about a database that is nearly full. Before etcd 3.6 the limit is not
// told.
func space(there []endpoint) sdk.Finding {
	for _, e := range there {
		size, quota := e.status.GetDbSize(), e.status.GetDbSizeQuota()
		if quota > 0 && size > quota/10*8 {
			return sdk.Found(sdk.LevelWarning, "space", "the database of %s has %s, of at most %s; once it is full no lock can be taken: compact and defragment it, or raise --quota-backend-bytes", e.url, mebibytes(size), mebibytes(quota))
		}
	}
	first := there[0].status
	if first.GetDbSizeQuota() <= 0 {
		return sdk.Found(sdk.LevelOK, "space", "the database has %s; its limit is not told (--quota-backend-bytes, 2 GiB unless set)", mebibytes(first.GetDbSize()))
	}
	return sdk.Found(sdk.LevelOK, "space", "the database has %s, of at most %s", mebibytes(first.GetDbSize()), mebibytes(first.GetDbSizeQuota()))
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
