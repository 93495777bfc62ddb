package etcd

import (
	"context"
	"strings"
	"sync"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"

	"github.com/stormlock/stormlock/sdk"
)

// Check implements [sdk.Backend]. It asks each endpoint how it is, and one that
// answers for the members of the cluster.
func (b *backend) Check(ctx context.Context) ([]sdk.Finding, error) {
	ctx, cancel := b.bounded(ctx)
	defer cancel()
	all := b.endpointsNow(ctx)
	there := answering(all)
	if len(there) == 0 {
		return nil, b.explain(all[0].err)
	}
	findings := []sdk.Finding{b.reach(all, there), versions(there)}
	findings = append(findings, leadership(there)...)
	findings = append(findings, alarms(there)...)
	findings = append(findings, b.voters(there), space(there))
	findings = append(findings, b.access(ctx)...)
	return append(findings, sdk.Found(sdk.LevelOK, "clock", "etcd tells no time, so that its clock was not compared; no lease depends on this machine's")), nil
}

// An endpoint is one of those in the configuration, as it answered.
type endpoint struct {
	url     string
	status  *pb.StatusResponse
	members []*pb.Member // nil if it does not tell
	err     error        // why there is no status
}

// endpointsNow asks all at once. One that is frozen holds up none.
func (b *backend) endpointsNow(ctx context.Context) []endpoint {
	ctx, cancel := context.WithTimeout(patient(ctx), dialTimeout)
	defer cancel()
	all := make([]endpoint, len(b.endpoints))
	var asking sync.WaitGroup
	for i, url := range b.endpoints {
		asking.Go(func() { all[i] = b.endpointNow(ctx, url) })
	}
	asking.Wait()
	return all
}

// endpointNow asks over a connection to this endpoint alone. A member without a
// leader answers too.
func (b *backend) endpointNow(ctx context.Context, url string) (e endpoint) {
	e.url = url
	conn, err := b.dial(url)
	if err != nil {
		e.err = &fault{err, false}
		return e
	}
	defer conn.Close()
	if e.status, e.err = ask(ctx, b.store, pb.NewMaintenanceClient(conn).Status, &pb.StatusRequest{}); e.err != nil {
		return e
	}
	if members, err := ask(ctx, b.store, pb.NewClusterClient(conn).MemberList, &pb.MemberListRequest{}); err == nil {
		e.members = members.GetMembers()
	}
	return e
}

func answering(all []endpoint) (there []endpoint) {
	for _, e := range all {
		if e.err == nil {
			there = append(there, e)
		}
	}
	return there
}

// reach is about endpoints that do not answer, and such as lead to another cluster:
// of two operators with the same file, each could hold the lock.
func (b *backend) reach(all, there []endpoint) sdk.Finding {
	var silent []string
	for _, e := range all {
		if e.err != nil {
			silent = append(silent, e.url+": "+e.err.Error())
		}
		if e.err == nil && e.status.GetHeader().GetClusterId() != there[0].status.GetHeader().GetClusterId() {
			return sdk.Found(sdk.LevelError, "endpoints", "%s and %s are members of different clusters, which know nothing of each other's locks; correct %q", there[0].url, e.url, b.key)
		}
	}
	if len(silent) > 0 {
		return sdk.Found(sdk.LevelWarning, "endpoints", "%d of %d do not answer (%s); look at them, or correct %q", len(silent), len(all), strings.Join(silent, "; "), b.key)
	}
	return sdk.Found(sdk.LevelOK, "endpoints", "%d of %d answer, all of the cluster %x", len(there), len(all), there[0].status.GetHeader().GetClusterId())
}

// access is about who may change locks beside us. Who may take locks is not told
// whether etcd asks others who they are; only whether it asked us.
func (b *backend) access(ctx context.Context) []sdk.Finding {
	found := func(level sdk.Level, format string, args ...any) []sdk.Finding {
		return []sdk.Finding{sdk.Found(level, "access", format, args...)}
	}
	switch {
	case b.login.user != "":
		return found(sdk.LevelOK, "etcd knows the user %s", b.login.user)
	case b.certified:
		return found(sdk.LevelOK, "etcd accepts this client's certificate")
	}
	switch _, err := b.keys(ctx, b.prefix, b.prefix+"\x00", 1, false); {
	case err == nil:
		return found(sdk.LevelWarning, "etcd does not ask who we are, so that whoever reaches it can remove locks; turn its authentication on, or let nobody else reach it")
	case says(err, rpctypes.ErrUserEmpty):
		return found(sdk.LevelError, `etcd wants to know who asks; give "user" and "password"`)
	}
	return nil
}
