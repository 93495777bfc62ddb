package redis

import (
	"context"
	"net"
	"slices"
	"strings"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/loopback"
)

// warn tells the operator if others between here and the servers can read or
// forge what goes over the connection, because the URL says so.
func (o *opened) warn(ctx context.Context) {
	where := strings.Join(slices.DeleteFunc(slices.Clone(o.addrs), staysHere), ", ")
	switch {
	case where == "":
	case o.tls == nil:
		sdk.Warn(ctx, `the connection to redis at %s is not encrypted, so that others on the way can read the password and forge answers; write rediss:// in "url"`, where)
	case o.tls.InsecureSkipVerify:
		sdk.Warn(ctx, `the certificate of redis at %s is not verified, so that others on the way can read the password and forge answers; remove skip_verify from "url", and give a private authority in "ca_cert"`, where)
	}
}

func staysHere(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && loopback.Host(host)
}
