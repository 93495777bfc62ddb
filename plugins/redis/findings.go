package redis

import (
	"strconv"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

// findings judges what a server tells of itself. clustered says that it is used
// with mode = cluster. What a server does not tell is left out; the last finding
// says what that was.
func (p *portrait) findings(clustered bool) []sdk.Finding {
	all := make([]sdk.Finding, 0, 10)
	add := func(findings ...sdk.Finding) { all = append(all, findings...) }
	if len(p.info) > 0 {
		add(p.version(), p.mode(clustered), p.role())
		add(p.persistence(), p.eviction())
		add(p.memory()...)
		add(p.replication()...)
	}
	if len(p.cluster) > 0 && clustered {
		add(p.slots()...)
	}
	if len(p.hidden) > 0 {
		add(p.unseen())
	}
	return append(all, p.clock())
}

// unseen is not an error: those who run a server for others often forbid it.
func (p *portrait) unseen() sdk.Finding {
	return sdk.Found(sdk.LevelWarning, "settings", "may not be looked at here, as the server refuses %s: check persistence (appendonly, appendfsync), maxmemory-policy, min-replicas-to-write and min-replicas-max-lag in the service's console, or allow the user +info, +config|get and +cluster|info",
		strings.Join(p.hidden, ", "))
}

// number reads a field that is one; 0 if it is not there.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// major is the first number of the server's version.
func (p *portrait) major() int64 {
	first, _, _ := strings.Cut(p.info["redis_version"], ".")
	return number(first)
}

// leastVersion has the commands that the scripts use.
const leastVersion = 6

func (p *portrait) version() sdk.Finding {
	name, version := "Redis", p.info["redis_version"]
	if other := p.info["server_name"]; other != "" && p.info[other+"_version"] != "" { // Valkey, which says both
		name, version = other, p.info[other+"_version"]+", like Redis "+version
	}
	switch {
	case p.major() == 0:
		return sdk.Found(sdk.LevelWarning, "version", "the server does not tell its version; stormlock needs Redis %d or newer", leastVersion)
	case p.major() < leastVersion:
		return sdk.Found(sdk.LevelError, "version", "%s %s is too old; stormlock needs Redis %d or newer", name, version, leastVersion)
	}
	return sdk.Found(sdk.LevelOK, "version", "%s %s", name, version)
}

func (p *portrait) mode(clustered bool) sdk.Finding {
	mode := p.info["redis_mode"]
	if mode == "cluster" && !clustered {
		return sdk.Found(sdk.LevelError, "mode", `the server is a node of a cluster, where most locks lie on other nodes; write mode = cluster`)
	}
	return sdk.Found(sdk.LevelOK, "mode", "the server runs as %s", mode)
}

func (p *portrait) role() sdk.Finding {
	switch {
	case p.info["role"] != "master":
		return sdk.Found(sdk.LevelError, "role", `the server is a replica, which knows locks late and takes none; give the primary in "url"`)
	case p.info["loading"] == "1":
		return sdk.Found(sdk.LevelError, "role", "the server is still reading its data; try again")
	}
	return sdk.Found(sdk.LevelOK, "role", "the server is a primary")
}

// persistence is about what a restart leaves of the locks.
func (p *portrait) persistence() sdk.Finding {
	save, knownSave := p.config["save"]
	fsync, knownFsync := p.config["appendfsync"]
	found := func(level sdk.Level, text string) sdk.Finding { return sdk.Found(level, "persistence", "%s", text) }
	const advice = "; set appendonly yes and appendfsync always"
	switch {
	case p.info["aof_enabled"] == "" && !knownSave:
		return found(sdk.LevelWarning, "the server does not tell whether it keeps locks on disk"+advice)
	case p.info["aof_enabled"] == "1" && p.info["aof_last_write_status"] == "err":
		return found(sdk.LevelError, "the server cannot write its append-only file, and takes no locks; look at its disk")
	case p.info["rdb_last_bgsave_status"] == "err" && (save != "" || !knownSave):
		return found(sdk.LevelError, "the last snapshot failed, and unless stop-writes-on-bgsave-error is no the server takes no locks; look at its disk")
	case p.info["aof_enabled"] == "1" && fsync == "always":
		return found(sdk.LevelOK, "each lock is on disk before it is granted (appendfsync always)")
	case p.info["aof_enabled"] == "1" && !knownFsync:
		return found(sdk.LevelWarning, "locks are kept in an append-only file, but appendfsync cannot be seen: unless it is always, a crash of the machine loses the latest")
	case p.info["aof_enabled"] == "1":
		return found(sdk.LevelWarning, "a crash of the machine can lose the latest locks (appendfsync "+fsync+"); set appendfsync always")
	case knownSave && save == "":
		return found(sdk.LevelWarning, "nothing is kept on disk, and a restart loses all locks"+advice)
	}
	return found(sdk.LevelWarning, "only snapshots are kept on disk, and a restart loses all locks since the last one"+advice)
}

// eviction is about locks that go while they last: all have an expiry, so that the
// policies for keys with one take them, too.
func (p *portrait) eviction() sdk.Finding {
	policy, limit := p.info["maxmemory_policy"], number(p.info["maxmemory"])
	switch {
	case policy == "":
		return sdk.Found(sdk.LevelWarning, "eviction", "the server does not tell its maxmemory-policy; every one but noeviction takes locks away while they are held")
	case policy == "noeviction":
		return sdk.Found(sdk.LevelOK, "eviction", "no lock is evicted (maxmemory-policy noeviction)")
	case limit == 0:
		return sdk.Found(sdk.LevelWarning, "eviction", "with maxmemory-policy %s locks would be evicted while they are held, if maxmemory were set; set maxmemory-policy noeviction", policy)
	}
	return sdk.Found(sdk.LevelError, "eviction", "locks are evicted while they are held once %s is used up (maxmemory-policy %s; %s keys went since the server started); set maxmemory-policy noeviction",
		mebibytes(limit), policy, p.info["evicted_keys"])
}

func mebibytes(n int64) string { return strconv.FormatInt(n>>20, 10) + " MiB" }

// memory tells of a server that will soon refuse locks.
func (p *portrait) memory() []sdk.Finding {
	used, limit := number(p.info["used_memory"]), number(p.info["maxmemory"])
	if limit == 0 || used < limit/10*9 {
		return nil
	}
	return []sdk.Finding{sdk.Found(sdk.LevelWarning, "memory", "%s of %s are used; once all are, no lock can be taken: raise maxmemory, or remove data", mebibytes(used), mebibytes(limit))}
}

// replication is about what a failover leaves of the locks.
func (p *portrait) replication() []sdk.Finding {
	found := func(level sdk.Level, format string, args ...any) []sdk.Finding {
		return []sdk.Finding{sdk.Found(level, "replication", format, args...)}
	}
	replicas, least, known := number(p.info["connected_slaves"]), number(p.config["min-replicas-to-write"]), p.config["min-replicas-to-write"] != ""
	good, counted := p.info["min_slaves_good_slaves"]
	switch {
	case p.info["role"] != "master":
		return nil
	case counted && number(good) < least:
		return found(sdk.LevelError, "of the %d replicas that min-replicas-to-write demands only %s keep up, so that no lock can be taken; look at the replicas", least, good)
	case least > 0 && p.major() < 7:
		return found(sdk.LevelWarning, "before Redis 7 scripts get past min-replicas-to-write, so that a failover can lose the latest locks; use a newer one")
	case least > 0:
		return found(sdk.LevelOK, "%d replicas; a lock needs %d that are at most %s s behind, so that a failover loses no more than that time's", replicas, least, p.config["min-replicas-max-lag"])
	case replicas == 0:
		return found(sdk.LevelOK, "no replicas, and so no failover")
	case !known:
		return found(sdk.LevelWarning, "%d replicas; unless min-replicas-to-write is set, which cannot be seen, a failover can lose the latest locks", replicas)
	}
	return found(sdk.LevelWarning, "%d replicas, but a lock is granted before they have it, so that a failover can lose it; set min-replicas-to-write 1 and a low min-replicas-max-lag", replicas)
}

// slots is about a cluster as this node sees it.
func (p *portrait) slots() (findings []sdk.Finding) {
	const all = "16384"
	switch state, assigned, fail := p.cluster["cluster_state"], p.cluster["cluster_slots_assigned"], p.cluster["cluster_slots_fail"]; {
	case state != "ok":
		findings = append(findings, sdk.Found(sdk.LevelError, "cluster", "the cluster is down: %s of %s slots are assigned, %s have failed; see CLUSTER NODES", assigned, all, fail))
	case assigned != all || number(fail) > 0:
		findings = append(findings, sdk.Found(sdk.LevelError, "cluster", "some locks cannot be taken: %s of %s slots are assigned, %s have failed; see CLUSTER NODES", assigned, all, fail))
	default:
		findings = append(findings, sdk.Found(sdk.LevelOK, "cluster", "%s primaries have all slots", p.cluster["cluster_size"]))
	}
	if p.config["cluster-require-full-coverage"] == "yes" {
		findings = append(findings, sdk.Found(sdk.LevelWarning, "cluster", "one lost node without a replica stops all locks; set cluster-require-full-coverage no"))
	}
	return findings
}
