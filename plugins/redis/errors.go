package redis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// explain says what a fault means. sent tells whether a script that may write
// had been sent when it happened.
//
// A known reply is always certain: the server refuses a script before it
// begins, or one of its commands before the lock is written (see acquire.lua).
// What is not certain is silence after the script was sent, nor a reply that
// this package has never heard of.
func (b *backend) explain(err error, sent bool) error {
	if errors.Is(err, sdk.ErrUnavailable) || errors.Is(err, sdk.ErrConfig) {
		return err // of the Sentinels, who were asked before anything was sent
	}
	where := b.where
	if sentinel, ok := errors.AsType[*sentinelError](err); ok {
		where = "sentinel " + sentinel.addr
	}
	if reply, ok := errors.AsType[goredis.Error](err); ok {
		return explainReply(where, reply.Error(), sent)
	}
	switch {
	case sent && errors.Is(err, bounded.ErrFlood):
		return fmt.Errorf("redis at %s: %s", where, cause(err))
	case sent:
		return fmt.Errorf("redis at %s: no answer to the request: %s", where, cause(err))
	}
	return sdk.Unavailable(`redis at %s: %s; %s`, where, b.cause(err), advice(err))
}

func explainReply(where, message string, sent bool) error {
	message = essential(message)
	for _, known := range replies {
		if strings.Contains(message, known.text) {
			return known.fault(where, message)
		}
	}
	if sent {
		return fmt.Errorf("redis at %s: %s", where, message)
	}
	return sdk.Unavailable("redis at %s: %s", where, message)
}

// essential cuts off where the server quotes the command it did not know: if
// that was AUTH, it quotes the password. Nor does anybody need to know where in
// a script a command was refused.
func essential(message string) string {
	message, _, _ = strings.Cut(message, ", with args beginning with")
	message, _, _ = strings.Cut(message, " script: ")
	return strings.TrimSuffix(message, ".")
}

// replies holds what a server may answer instead of doing what it is asked to,
// and what to do about it. Redis 6 puts the answer to a script's command in
// the middle of a longer text, so they are looked for anywhere.
var replies = []struct {
	text  string
	fault func(where, message string) error
}{
	{"WRONGPASS", refused(`check the user and password in "url"`)},
	{"invalid password", refused(`check the password in "url"`)},
	{"invalid username-password", refused(`check the user and password in "url"`)},
	{"NOAUTH", refused(`the server requires a password; give it in "url"`)},
	{"called without any password configured", refused(`the server has no password; remove it from "url"`)},
	{"NOPERM", refused(`allow the user in "url" this command and the keys of "prefix"`)},
	{"ACL failure in script", refused(`allow the user in "url" this command and the keys of "prefix"`)},
	{"The user executing the script", refused(`allow the user in "url" this command and the keys of "prefix"`)},
	{"unknown command", refused("stormlock needs a server that has it")},
	{"Unknown Redis command", refused("stormlock needs a server that has it")},
	{"DB index is out of range", misconfigured("url", "names a database that the server does not have")},
	{"invalid DB index", misconfigured("url", "names a database that the server does not have")},
	{"SELECT is not allowed", misconfigured("url", "names a database, but a cluster has only one; remove it")},
	{"cluster support disabled", misconfigured("mode", "cluster is not what the server is; use single")},
	{"MOVED ", unavailable(`the slot is on another node of a cluster; if "mode" is not cluster, set it, else try again`)},
	{"ASK ", unavailable("the slot is moving to another node; try again")},
	{"TRYAGAIN", unavailable("the slot is moving to another node; try again")},
	{"READONLY", unavailable(`the server is a replica; give the primary in "url", or try again after a failover`)},
	{"OOM ", unavailable("the server is out of memory")},
	{"MISCONF", unavailable("the server cannot save to disk and takes no writes")},
	{"NOREPLICAS", unavailable("the server has too few replicas to take writes")},
	{"LOADING", unavailable("the server is starting; try again")},
	{"BUSY ", unavailable("the server is busy with another script; try again")},
	{"CLUSTERDOWN", unavailable("the cluster is down")},
	{"MASTERDOWN", unavailable("the server has lost its primary")},
	{"max number of clients", unavailable("the server has too many clients; try again")},
}

type faultFunc = func(where, message string) error

func refused(advice string) faultFunc {
	return func(where, message string) error {
		return sdk.Refused("redis at %s: %s; no lock was changed; %s", where, message, advice)
	}
}

func unavailable(advice string) faultFunc {
	return func(where, message string) error {
		return sdk.Unavailable("redis at %s: %s; no lock was changed; %s", where, message, advice)
	}
}

func misconfigured(key, what string) faultFunc {
	return func(where, message string) error {
		return &sdk.ConfigError{Key: key, Message: fmt.Sprintf("%s (redis at %s: %s)", what, where, message)}
	}
}

// cause names the server behind a fault if there are several.
func (b *backend) cause(err error) string {
	dialing, ok := errors.AsType[*net.OpError](err)
	if !ok || dialing.Op != "dial" || dialing.Addr == nil || dialing.Addr.String() == b.where {
		return cause(err)
	}
	return dialing.Addr.String() + ": " + cause(err)
}

// cause says in one line what the network or the client library reports.
func cause(err error) string {
	var timeout net.Error
	dialing, _ := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case dialing != nil && dialing.Op == "dial":
		return dialing.Err.Error()
	}
	text := strings.TrimPrefix(err.Error(), "redis: ")
	return strings.ReplaceAll(text, "\n", "; ")
}
