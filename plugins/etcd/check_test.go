package etcd

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/test/servers"
)

func TestCheckOfOneMember(t *testing.T) {
	t.Parallel()
	b, raw, _ := alone(t)
	for about, part := range map[string]string{
		"endpoints": "1 of 1 answer", "version": "etcd 3.", "leader": "leads", "alarm": "none is raised", "space": "of at most", "clock": "no lease depends",
	} {
		finds(t, b, sdk.LevelOK, about, part)
	}
	finds(t, b, sdk.LevelWarning, "members", "one member alone")
	finds(t, b, sdk.LevelWarning, "access", "etcd does not ask who we are")
	if answer, err := raw.Get(testContext(t), "", clientv3.WithPrefix()); err != nil || len(answer.Kvs) > 0 || len(leases(t, raw)) > 0 {
		t.Errorf("the check wrote %v, %v", answer, err)
	}
}

func TestCheckOfAFullDatabase(t *testing.T) {
	t.Parallel()
	b, raw, _ := alone(t, "--quota-backend-bytes", "16777216")
	fill := func() { _, _ = raw.Put(testContext(t), "data", strings.Repeat("x", 256<<10)) }
	eventually(t, 20*time.Second, "it is nearly full", func() bool {
		fill()
		return has(checked(t, b), sdk.LevelWarning, "space", "of at most 16.0 MiB")
	})
	eventually(t, 20*time.Second, "it is full", func() bool {
		fill()
		return has(checked(t, b), sdk.LevelError, "alarm", "NOSPACE")
	})
}

func TestCheckOfACluster(t *testing.T) {
	t.Parallel()
	c := newTrio(t)
	b := c.open(t)
	for _, f := range checked(t, b) {
		if f.Level != sdk.LevelOK && f.About != "access" {
			t.Errorf("%s: %s: %s", f.Level, f.About, f.Message)
		}
	}
	finds(t, b, sdk.LevelOK, "members", "of 3 voting members 1 can be lost")
	finds(t, openAt(t, Config{Endpoints: c[0].URL}), sdk.LevelWarning, "members", `"endpoints" names only 1; name all`)

	other := servers.Etcd(t)
	finds(t, openAt(t, Config{Endpoints: c[0].URL + "," + other.URL}), sdk.LevelError, "endpoints", c[0].URL+" and "+other.URL+" are members of different clusters")

	raw := client(t, c.urls()...)
	eventually(t, 30*time.Second, "a learner is added, once the members count as healthy", func() bool {
		_, err := raw.MemberAddAsLearner(testContext(t), []string{"http://127.0.0.2:1"}) // which never joins
		return err == nil
	})
	finds(t, b, sdk.LevelOK, "members", "of 3 voting members 1 can be lost")

	c[1].Stop()
	finds(t, b, sdk.LevelWarning, "endpoints", "1 of 3 do not answer ("+c[1].URL+": ")
	c[2].Stop()
	eventually(t, 20*time.Second, "the last member knows that it is alone", func() bool {
		return has(checked(t, b), sdk.LevelError, "leader", c[0].URL+" knows of no leader")
	})
}

// TestCheckIsNotHeldUp by a member that is frozen.
func TestCheckIsNotHeldUp(t *testing.T) {
	t.Parallel()
	c := newTrio(t)
	_, followers := c.split(t)
	pause(t, followers[0])
	within(t, dialTimeout+4*time.Second, func() {
		finds(t, c.open(t), sdk.LevelWarning, "endpoints", followers[0].URL+": no answer in time")
	})
	ctx, cancel := context.WithTimeout(testContext(t), time.Second)
	defer cancel()
	promptly(t, func() {
		if _, err := openAt(t, Config{Endpoints: followers[0].URL}).Check(ctx); !errors.Is(err, sdk.ErrUnavailable) {
			t.Errorf("frozen: %v", err)
		}
	})
}

// TestCheckWithUsers: who may take locks may look, and is told if etcd wants to know
// who asks.
func TestCheckWithUsers(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	g.allow(t, "/locks/", mayBoth)
	b := openAt(t, g.config())
	finds(t, b, sdk.LevelOK, "access", "etcd knows the user lock")
	finds(t, b, sdk.LevelOK, "alarm", "")

	none := g.config()
	none.User, none.Password = "", ""
	_, err := openAt(t, none).Check(testContext(t))
	if !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("without a user: %v", err)
	}
	contains(t, err, `give "user" and "password"`)
	// Before etcd 3.7 anybody was told how a member is.
	if found := openAt(t, none).access(testContext(t)); !has(found, sdk.LevelError, "access", `give "user" and "password"`) {
		t.Errorf("without a user: %v", found)
	}
	wrong := g.config()
	wrong.Password = "wr0ng"
	_, err = openAt(t, wrong).Check(testContext(t))
	if !errors.Is(err, sdk.ErrRefused) {
		t.Errorf("with a wrong password: %v", err)
	}
	contains(t, err, `check "user" and "password"`)
}

func TestCheckOfAServerThatIsDown(t *testing.T) {
	t.Parallel()
	b, _, server := alone(t)
	server.Stop()
	findings, err := b.Check(testContext(t))
	if !errors.Is(err, sdk.ErrUnavailable) || len(findings) > 0 {
		t.Errorf("%v, %v", findings, err)
	}
	contains(t, err, server.URL)
}

// TestCheckOfOtherVersions is about members that are not here.
func TestCheckOfOtherVersions(t *testing.T) {
	for version, want := range map[string]sdk.Level{
		"3.3.27": sdk.LevelError, "2.3.8": sdk.LevelError,
		"3.4.0": sdk.LevelWarning, "3.5.27": sdk.LevelWarning, "3.6.0-rc.1": sdk.LevelWarning, "3.6.8": sdk.LevelWarning,
		"3.5.28": sdk.LevelOK, "3.6.9": sdk.LevelOK, "3.7.0": sdk.LevelOK, "4.0.0": sdk.LevelOK,
		"": sdk.LevelWarning, "3.5": sdk.LevelWarning, "3.x.1": sdk.LevelWarning,
	} {
		there := []endpoint{{url: "http://a:1", status: &pb.StatusResponse{Version: version}}}
		if f := versions(there); f.Level != want || f.About != "version" {
			t.Errorf("%q: %+v", version, f)
		}
	}
}

// TestCheckOfWhatIsRare is about states of a cluster that pass, or should never be.
func TestCheckOfWhatIsRare(t *testing.T) {
	two := []endpoint{
		{url: "http://a:1", status: &pb.StatusResponse{Leader: 1, Errors: []string{"memberID:1 alarm:CORRUPT "}}, members: []*pb.Member{{ID: 1}, {ID: 2}}},
		{url: "http://b:1", status: &pb.StatusResponse{Leader: 2, IsLearner: true}},
	}
	b := &backend{endpoints: []string{two[0].url, two[1].url}, key: "endpoints"}
	all := append(append(leadership(two), alarms(two)...), b.voters(two), b.voters(two[1:]), space(two))
	for about, part := range map[string]string{"members": "no more than of 1; run an odd number", "leader": "different leaders"} {
		if !has(all, sdk.LevelWarning, about, part) {
			t.Errorf("nothing about %s: %v", about, all)
		}
	}
	if !has(all, sdk.LevelWarning, "leader", "http://b:1 is a learner") || !has(all, sdk.LevelError, "alarm", "CORRUPT") ||
		!has(all, sdk.LevelWarning, "members", "may not be looked at") || !has(all, sdk.LevelOK, "space", "its limit is not told") {
		t.Errorf("found %v", all)
	}
}
