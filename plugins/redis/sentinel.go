package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
)

// staleAfter is how long a connection is used before the Sentinels are asked
// again: the server behind it may have been replaced without knowing it yet.
const staleAfter = 5 * time.Second

// sentinels know which server is the primary.
//
// The library's own failover client believes the first Sentinel that answers,
// and waits for one that is frozen. Here more than half of them must name the
// same server: one that is cut off together with an old primary cannot send
// anybody there, and one that is frozen holds nobody up.
type sentinels struct {
	master string
	addrs  []string
	where  string          // all of them, for error texts
	login  goredis.Options // for the Sentinels themselves
	opened context.Context // ends when the backend is closed
}

// A watched is the primary that Sentinels name.
type watched struct {
	alone
	by   sentinels
	stop context.CancelFunc
}

func (w watched) Close() error {
	w.stop()
	return w.alone.Close()
}

// A sentinelError is what one Sentinel answered instead of an address, or why
// it did not answer.
type sentinelError struct {
	addr string
	err  error
}

func (e *sentinelError) Error() string { return "sentinel " + e.addr + ": " + cause(e.err) }
func (e *sentinelError) Unwrap() error { return e.err }

func openSentinel(text string, t trust) (*opened, error) {
	u, err := goredis.ParseFailoverURL(text)
	if err != nil {
		return nil, err
	}
	if u.MasterName == "" {
		return nil, errNoMasterName
	}
	if err := t.into(u.TLSConfig); err != nil {
		return nil, err
	}
	s := sentinels{master: u.MasterName, login: connections(u.TLSConfig)}
	s.addrs = slices.Compact(slices.Sorted(slices.Values(u.SentinelAddrs))) // each has one vote
	s.where = "sentinel " + strings.Join(s.addrs, ", ") + " (" + s.master + ")"
	s.login.Username, s.login.Password = u.SentinelUsername, u.SentinelPassword
	ctx, stop := context.WithCancel(context.Background())
	s.opened = ctx
	o := connections(u.TLSConfig)
	o.Addr, o.Dialer = "the primary", s.dial // which finds the address
	o.Username, o.Password, o.DB, o.ClientName = u.Username, u.Password, u.DB, u.ClientName
	o.ConnMaxLifetime = staleAfter
	return &opened{watched{alone{goredis.NewClient(&o)}, s, stop}, s.where, s.addrs, u.TLSConfig}, nil
}

// dial connects to the primary.
func (s sentinels) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	addr, err := s.primary(ctx)
	if err != nil {
		return nil, err
	}
	return s.login.Dialer(ctx, network, addr)
}

// primary asks all Sentinels at once.
func (s sentinels) primary(ctx context.Context) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.opened, cancel)()
	type answer struct {
		primary string
		err     error
	}
	answers := make(chan answer, len(s.addrs))
	for _, addr := range s.addrs {
		go func() {
			primary, err := s.ask(ctx, addr)
			answers <- answer{primary, err}
		}()
	}
	votes := make(map[string]int)
	var failed error
	for range s.addrs {
		a := <-answers
		if a.err != nil {
			failed = worse(failed, a.err)
			continue
		}
		if votes[a.primary]++; votes[a.primary] > len(s.addrs)/2 {
			return a.primary, nil
		}
	}
	return "", s.undecided(votes, failed)
}

// ask returns the primary's address as one Sentinel knows it. It ends with the
// context.
func (s sentinels) ask(ctx context.Context, addr string) (string, error) {
	client, hangUp := s.call(ctx, addr)
	defer hangUp()
	answer, err := client.GetMasterAddrByName(ctx, s.master).Result()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", &sentinelError{addr, err}
	case len(answer) != 2:
		return "", &sentinelError{addr, errMalformed}
	}
	return net.JoinHostPort(answer[0], answer[1]), nil
}

// call returns a client of one Sentinel, which ends with the context.
func (s sentinels) call(ctx context.Context, addr string) (client *goredis.SentinelClient, hangUp func()) {
	login := s.login
	login.Addr = addr
	client = goredis.NewSentinelClient(&login)
	stop := context.AfterFunc(ctx, func() { _ = client.Close() })
	return client, func() {
		stop()
		_ = client.Close()
	}
}

// worse returns the error that says more: a Sentinel's reply rather than its
// silence.
func worse(a, b error) error {
	if _, replied := errors.AsType[goredis.Error](a); a == nil || !replied {
		return cmp.Or(b, a)
	}
	return a
}

// undecided says why there is no majority.
func (s sentinels) undecided(votes map[string]int, failed error) error {
	most := 0
	for _, n := range votes {
		most = max(most, n)
	}
	_, replied := errors.AsType[goredis.Error](failed)
	switch {
	case failed == nil:
		return sdk.Unavailable("redis at %s: the sentinels do not agree on which server is the primary; try again after the failover", s.where)
	case most == 0 && errors.Is(failed, goredis.Nil):
		return &sdk.ConfigError{Key: "url", Message: fmt.Sprintf("names a primary, master_name=%s, that the sentinels do not watch (redis at %s)", s.master, s.where)}
	case most == 0 && replied:
		return failed
	}
	return sdk.Unavailable("redis at %s: of %d sentinels only %d name a primary (%s); %s", s.where, len(s.addrs), most, failed, advice(failed))
}
