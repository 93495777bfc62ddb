package etcd

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/loopback"
)

// warn tells the operator if others between here and the members can read and
// forge what goes over the connection, because the configuration says so: an
// endpoint with http://, or Python's host without ca_cert. Nothing else does: a
// member that speaks TLS is always verified.
func (s settings) warn(ctx context.Context) {
	far := slices.DeleteFunc(slices.Clone(s.endpoints), staysHere)
	if secure(s.endpoints) || len(far) == 0 {
		return
	}
	advice := `write https:// in "endpoints"`
	if s.key == "host" {
		advice = `turn TLS on with "ca_cert"`
	}
	sdk.Warn(ctx, "the connection to etcd at %s is not encrypted, so that others on the way can read and forge what is asked and answered; %s",
		strings.Join(far, ", "), advice)
}

func staysHere(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && loopback.Host(u.Hostname())
}
