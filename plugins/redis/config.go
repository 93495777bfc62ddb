package redis

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/nearmiss"
)

const (
	defaultURL = "redis://localhost:6379"

	// The context of a call may end sooner; these also bound what the library
	// asks by itself, such as which node of a cluster has what.
	dialTimeout  = 5 * time.Second
	replyTimeout = 10 * time.Second

	poolSize  = 10
	noRetries = -1 // 0 would mean the library's default
	noPool    = -1
)

// modes says how each mode reads a URL and what it takes.
var modes = map[string]struct {
	open  func(url string, t trust) (*opened, error)
	takes string
}{
	"single":   {openSingle, "redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss://… or unix:///PATH?db=DATABASE"},
	"sentinel": {openSentinel, "redis://HOST:PORT/DATABASE?addr=HOST:PORT&addr=HOST:PORT&master_name=NAME&username=USER&password=PASSWORD, naming all Sentinels, or rediss://…"},
	"cluster":  {openCluster, "redis://USER:PASSWORD@HOST:PORT?addr=HOST:PORT or rediss://…"},
}

// An opened is a server, and what is known of the way to it.
type opened struct {
	server
	where string      // the address, for error texts; never a credential
	addrs []string    // those in the URL; none for a socket
	tls   *tls.Config // nil without TLS
}

// connect returns the server that a configuration describes. It only looks at
// the text.
func connect(c Config) (*opened, error) {
	name, text := cmp.Or(c.Mode, "single"), cmp.Or(c.URL, defaultURL)
	mode, ok := modes[name]
	if !ok {
		return nil, unknownMode(name)
	}
	t, err := loadTrust(c)
	if err != nil {
		return nil, err
	}
	if key := t.key(); key != "" && !strings.HasPrefix(text, "rediss://") {
		return nil, &sdk.ConfigError{Key: key, Message: `has no effect without TLS; write rediss:// in "url"`}
	}
	if err := checkURL(text); err != nil {
		return nil, wrongURL(name, err)
	}
	o, err := mode.open(text, t)
	if err != nil {
		return nil, wrongURL(name, err)
	}
	return o, nil
}

func wrongURL(mode string, err error) error {
	return &sdk.ConfigError{Key: "url", Message: "mode " + mode + " cannot use it: " + why(err) +
		"; write " + modes[mode].takes + ", with % encoding for special characters in a password"}
}

// unknownMode does not repeat the name: it may be a URL with its password,
// under the wrong key.
func unknownMode(name string) error {
	message := "is not a mode; use single, sentinel or cluster"
	if near, ok := nearmiss.Find(name, slices.Sorted(maps.Keys(modes))); ok {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return &sdk.ConfigError{Key: "mode", Message: message}
}

// The open functions carry over from the URL where the server is and how to
// log in. What else a URL may hold is left behind on purpose: retries and
// time-outs, which are the host's, pools that dial on their own, and reading
// from replicas, which lag behind.

func openSingle(text string, t trust) (*opened, error) {
	u, err := goredis.ParseURL(text)
	if err != nil {
		return nil, err
	}
	if err := t.into(u.TLSConfig); err != nil {
		return nil, err
	}
	o := connections(u.TLSConfig)
	o.Network, o.Addr = u.Network, u.Addr
	o.Username, o.Password, o.DB, o.ClientName = u.Username, u.Password, u.DB, u.ClientName
	var addrs []string
	if u.Network != "unix" {
		addrs = []string{u.Addr}
	}
	return &opened{alone{goredis.NewClient(&o)}, u.Addr, addrs, u.TLSConfig}, nil
}

// connections is what all of them have in common; openCluster says it again.
func connections(secure *tls.Config) goredis.Options {
	return goredis.Options{
		Dialer: dialer(secure), DialTimeout: dialTimeout, DialerRetries: 1, MaxRetries: noRetries,
		ContextTimeoutEnabled: true, ReadTimeout: replyTimeout, WriteTimeout: replyTimeout,
		Protocol: 2, DisableIdentity: true, MaintNotificationsConfig: noNotifications(),
		PoolSize: poolSize, PipelinePoolSize: noPool,
	}
}

func openCluster(text string, t trust) (*opened, error) {
	u, err := goredis.ParseClusterURL(text)
	if err != nil {
		return nil, err
	}
	if err := t.into(u.TLSConfig); err != nil {
		return nil, err
	}
	nodes := cluster{goredis.NewClusterClient(&goredis.ClusterOptions{
		Addrs: u.Addrs, Dialer: dialer(u.TLSConfig),
		Username: u.Username, Password: u.Password, ClientName: u.ClientName,
		Protocol: 2, DisableIdentity: true, MaintNotificationsConfig: noNotifications(),
		ContextTimeoutEnabled: true, ReadTimeout: replyTimeout, WriteTimeout: replyTimeout,
		MaxRetries: noRetries, DialerRetries: 1, DialTimeout: dialTimeout,
		PoolSize: poolSize, PipelinePoolSize: noPool,
	})}
	return &opened{nodes, "cluster " + strings.Join(u.Addrs, ", "), u.Addrs, u.TLSConfig}, nil
}

func noNotifications() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// why tells what is wrong with a URL in words of our own. The library's error
// quotes the URL, and a password that holds a / or a ? may be anywhere in it.
func why(err error) string {
	var parse *url.Error
	switch text := err.Error(); {
	case slices.Contains(ourErrors, err):
		return text
	case errors.As(err, &parse):
		return "it is not a URL"
	case strings.Contains(text, "invalid URL scheme"):
		return "its scheme is not one of those"
	case strings.Contains(text, "database number"), strings.Contains(text, "invalid URL path"):
		return "its path is not a database number"
	case strings.Contains(text, "unexpected option"):
		return "a parameter after the ? is not known"
	}
	return "a part of it cannot be read"
}
