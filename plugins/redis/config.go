package redis

import (
	"cmp"
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
	open  func(url string) (server, string, error)
	takes string
}{
	"single":   {openSingle, "redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss://… or unix:///PATH?db=DATABASE"},
	"sentinel": {openSentinel, "redis://HOST:PORT/DATABASE?master_name=NAME&username=USER&password=PASSWORD or rediss://…"},
	"cluster":  {openCluster, "redis://USER:PASSWORD@HOST:PORT?addr=HOST:PORT or rediss://…"},
}

// connect returns the server that a configuration describes, and its address
// for error texts. It only looks at the text.
func connect(c Config) (server, string, error) {
	name, text := cmp.Or(c.Mode, "single"), cmp.Or(c.URL, defaultURL)
	mode, ok := modes[name]
	if !ok {
		return nil, "", unknownMode(name)
	}
	opened, where, err := open(text, mode.open)
	if err != nil {
		return nil, "", &sdk.ConfigError{Key: "url", Message: "mode " + name + " cannot use it: " + why(err) +
			"; write " + mode.takes + ", with % encoding for special characters in a password"}
	}
	return opened, where, nil
}

// open looks at the URL before the library does.
func open(text string, with func(string) (server, string, error)) (server, string, error) {
	if err := checkURL(text); err != nil {
		return nil, "", err
	}
	return with(text)
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

func openSingle(text string) (server, string, error) {
	u, err := goredis.ParseURL(text)
	if err != nil {
		return nil, "", err
	}
	return alone{goredis.NewClient(&goredis.Options{
		Network: u.Network, Addr: u.Addr, TLSConfig: u.TLSConfig,
		Username: u.Username, Password: u.Password, DB: u.DB, ClientName: u.ClientName,
		Protocol: 2, DisableIdentity: true, MaintNotificationsConfig: noNotifications(),
		ContextTimeoutEnabled: true, ReadTimeout: replyTimeout, WriteTimeout: replyTimeout,
		MaxRetries: noRetries, DialerRetries: 1, DialTimeout: dialTimeout,
		PoolSize: poolSize, PipelinePoolSize: noPool,
	})}, u.Addr, nil
}

func openSentinel(text string) (server, string, error) {
	u, err := goredis.ParseFailoverURL(text)
	if err != nil {
		return nil, "", err
	}
	if u.MasterName == "" {
		return nil, "", errNoMasterName
	}
	return alone{goredis.NewFailoverClient(&goredis.FailoverOptions{
		MasterName: u.MasterName, SentinelAddrs: u.SentinelAddrs, TLSConfig: u.TLSConfig,
		SentinelUsername: u.SentinelUsername, SentinelPassword: u.SentinelPassword,
		Username: u.Username, Password: u.Password, DB: u.DB, ClientName: u.ClientName,
		Protocol: 2, DisableIdentity: true,
		ContextTimeoutEnabled: true, ReadTimeout: replyTimeout, WriteTimeout: replyTimeout,
		MaxRetries: noRetries, DialerRetries: 1, DialTimeout: dialTimeout,
		PoolSize: poolSize, PipelinePoolSize: noPool,
	})}, "sentinel " + strings.Join(u.SentinelAddrs, ", ") + " (" + u.MasterName + ")", nil
}

func openCluster(text string) (server, string, error) {
	u, err := goredis.ParseClusterURL(text)
	if err != nil {
		return nil, "", err
	}
	return cluster{goredis.NewClusterClient(&goredis.ClusterOptions{
		Addrs: u.Addrs, TLSConfig: u.TLSConfig,
		Username: u.Username, Password: u.Password, ClientName: u.ClientName,
		Protocol: 2, DisableIdentity: true, MaintNotificationsConfig: noNotifications(),
		ContextTimeoutEnabled: true, ReadTimeout: replyTimeout, WriteTimeout: replyTimeout,
		MaxRetries: noRetries, DialerRetries: 1, DialTimeout: dialTimeout,
		PoolSize: poolSize, PipelinePoolSize: noPool,
	})}, "cluster " + strings.Join(u.Addrs, ", "), nil
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
