package plugintest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// ScriptDir names a directory for the backend "scripted". Its file script has a
// line for each call that is to come, from whatever process, in order:
//
//	ok     carry it out and answer
//	lost   carry it out and die without an answer
//	die    die without carrying it out
//	hang   carry it out and give no answer until the context ends
//	stuck  the same, and for a second and a half after that
//	down   certainly nothing written: the store is unavailable
//	broken certainly nothing written: the configuration is wrong
//	held   another holds the resource (acquire and current only)
//	brief  the same, but for a second still
//	late   carry it out and answer after the lease has ended
//	wait   carry it out and answer once there is a file go
//
// What comes after the last line is ok. The calls are told in the file calls:
// operation, lease id and action; the leases are in the file leases. Those of
// current, which change nothing, have files of their own: looks, and looked.
const ScriptDir = "PLUGINTEST_SCRIPT_DIR"

// scripted keeps its leases in a file, so that another process finds them, and
// fails as a script says.
func scripted(b *backend) {
	dir := os.Getenv(ScriptDir)
	b.acquire = func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
		return perform(ctx, dir, "acquire", want, take)
	}
	b.renew = func(ctx context.Context, lease sdk.Lease) (sdk.Lease, error) {
		return perform(ctx, dir, "renew", lease, extend)
	}
	b.release = func(lease sdk.Lease) error {
		_, err := perform(context.Background(), dir, "release", lease, end)
		return err
	}
	b.current = func(ctx context.Context, resource string) (sdk.Lease, error) {
		return perform(ctx, dir, "current", sdk.Lease{Resource: resource}, look)
	}
	b.list = func(prefix string) iter.Seq2[sdk.Lease, error] { return scriptedList(dir, prefix) }
}

type operation func(leases map[string]sdk.Lease, arg sdk.Lease) (sdk.Lease, error)

func take(leases map[string]sdk.Lease, want sdk.Lease) (sdk.Lease, error) {
	if now, ok := leases[want.Resource]; ok {
		if now.ID == want.ID {
			return now, nil
		}
		return sdk.Lease{}, &sdk.HeldError{Lease: now}
	}
	want.Created = time.Now()
	leases[want.Resource] = want
	return want, nil
}

func extend(leases map[string]sdk.Lease, lease sdk.Lease) (sdk.Lease, error) {
	now, ok := leases[lease.Resource]
	if !ok || now.ID != lease.ID {
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	now.TTL = lease.TTL
	leases[lease.Resource] = now
	return now, nil
}

func end(leases map[string]sdk.Lease, lease sdk.Lease) (sdk.Lease, error) {
	if leases[lease.Resource].ID != lease.ID {
		return sdk.Lease{}, sdk.ErrNotHeld
	}
	delete(leases, lease.Resource)
	return sdk.Lease{}, nil
}

func look(leases map[string]sdk.Lease, lease sdk.Lease) (sdk.Lease, error) {
	if now, ok := leases[lease.Resource]; ok {
		return now, nil
	}
	return sdk.Lease{}, sdk.ErrNotHeld
}

// otherLease is one that another holds, for so long still.
func otherLease(name, resource string, left time.Duration) (sdk.Lease, error) {
	lease := sdk.Lease{Resource: resource, ID: LateID, Principal: "ben@ops", TTL: left}
	if name == "current" {
		return lease, nil
	}
	return sdk.Lease{}, &sdk.HeldError{Lease: lease}
}

// perform carries out one call as the script has it.
func perform(ctx context.Context, dir, name string, arg sdk.Lease, do operation) (sdk.Lease, error) {
	action := nextAction(dir, name, arg.ID)
	switch action {
	case "die":
		os.Exit(7)
	case "down":
		return sdk.Lease{}, sdk.Unavailable("connection refused")
	case "broken":
		return sdk.Lease{}, &sdk.ConfigError{Message: "has no door"}
	case "held":
		return otherLease(name, arg.Resource, time.Hour)
	case "brief":
		return otherLease(name, arg.Resource, time.Second)
	}
	leases := stored(dir)
	got, err := do(leases, arg)
	if name != "current" {
		store(dir, leases)
	}
	tell(EventFile, action)
	linger(ctx, dir, action, arg)
	if action == "hang" || action == "stuck" {
		return sdk.Lease{}, ctx.Err()
	}
	return got, err
}

// linger is what lies between an operation and its answer.
func linger(ctx context.Context, dir, action string, arg sdk.Lease) {
	switch action {
	case "lost":
		os.Exit(7)
	case "hang":
		<-ctx.Done()
	case "stuck":
		<-ctx.Done()
		time.Sleep(undoTime)
	case "wait":
		for ctx.Err() == nil && !exists(filepath.Join(dir, "go")) {
			time.Sleep(time.Millisecond)
		}
	case "late":
		time.Sleep(arg.TTL + 200*time.Millisecond)
	}
}

// nextAction is the line of the script for this call, which it notes.
func nextAction(dir, name, id string) string {
	scriptFile, callsFile := filepath.Join(dir, "script"), filepath.Join(dir, "calls")
	if name == "current" {
		scriptFile, callsFile = filepath.Join(dir, "looks"), filepath.Join(dir, "looked")
	}
	calls, _ := os.ReadFile(callsFile)
	script, _ := os.ReadFile(scriptFile)
	actions := strings.Fields(string(script))
	action := "ok"
	if done := strings.Count(string(calls), "\n"); done < len(actions) {
		action = actions[done]
	}
	calls = fmt.Appendf(calls, "%s %s %s\n", name, id, action)
	must(os.WriteFile(callsFile, calls, 0o600))
	return action
}

func stored(dir string) map[string]sdk.Lease {
	leases := map[string]sdk.Lease{}
	text, err := os.ReadFile(filepath.Join(dir, "leases"))
	if errors.Is(err, os.ErrNotExist) {
		return leases
	}
	must(err)
	must(json.Unmarshal(text, &leases))
	return leases
}

func store(dir string, leases map[string]sdk.Lease) {
	text, err := json.Marshal(leases)
	must(err)
	must(os.WriteFile(filepath.Join(dir, "leases"), text, 0o600))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
