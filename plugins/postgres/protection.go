package postgres

import (
	"context"
	"crypto/tls"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/loopback"
)

// What sslmode means where the text is silent, whatever PGSSLMODE says: an
// operator's environment must not turn off what keeps others from reading and
// forging. The second is the library's own, for what stays on this machine.
const (
	defaultMode = "verify-full"
	modeAtHome  = "prefer"
)

// emptyMode finds a mode that went missing, which is to mean neither the default
// nor, as to the library, that anything will do.
var emptyMode = regexp.MustCompile(`(?:^|[?&\s])sslmode\s*=\s*(?:''|&|$)`)

// parseProtected reads a text whose connections are verified unless it says
// otherwise, and returns it with the sslmode that it has then.
func parseProtected(text string) (string, *pgx.ConnConfig, error) {
	if emptyMode.MatchString(text) {
		return text, nil, errMode
	}
	moded := withMode(text, defaultMode)
	config, err := parseWith(moded, allKeys)
	if err == nil && len(remote(config)) == 0 {
		moded = withMode(text, modeAtHome)
		config, err = parseWith(moded, allKeys)
	}
	return moded, config, err
}

// withMode puts an sslmode before all others that a text may have: the last one
// counts.
func withMode(text, mode string) string {
	setting := "sslmode=" + mode
	if !strings.HasPrefix(text, "postgres://") && !strings.HasPrefix(text, "postgresql://") {
		return setting + " " + text
	}
	behind := strings.Index(text, "://") + len("://")
	if i := strings.IndexAny(text[behind:], "@/"); i >= 0 && text[behind+i] == '@' {
		behind += i // a password may have a question mark
	}
	if i := strings.IndexByte(text[behind:], '?'); i >= 0 {
		return text[:behind+i+1] + setting + "&" + text[behind+i+1:]
	}
	return text + "?" + setting
}

// remote returns the attempts that leave this machine.
func remote(config *pgx.ConnConfig) []pgconn.FallbackConfig {
	return slices.DeleteFunc(attempts(config), func(at pgconn.FallbackConfig) bool { return loopback.Host(at.Host) })
}

// warn tells the operator what others on the way to the servers can do.
func warn(ctx context.Context, config *pgx.ConnConfig) {
	if text := exposed(config); text != "" {
		sdk.Warn(ctx, "%s", text)
	}
}

// exposed says what others on the way to the servers can do because the text
// lets them, or nothing.
func exposed(config *pgx.ConnConfig) string {
	far := remote(config)
	if what := exposure(far); what != "" {
		return fmt.Sprintf(`the connection to postgres at %s %s; write sslmode=verify-full in "connection"`, addressesOf(far), what)
	}
	return ""
}

// exposure says what is worst about some attempts, going by what they will do.
func exposure(attempts []pgconn.FallbackConfig) string {
	var plain, unverified, anyHost int
	for _, at := range attempts {
		switch {
		case at.TLSConfig == nil:
			plain++
		case unchecked(at.TLSConfig):
			unverified++
		case at.TLSConfig.InsecureSkipVerify:
			anyHost++
		}
	}
	switch {
	case plain > 0 && plain == len(attempts):
		return "is not encrypted, so that others on the way can read the password and forge answers"
	case plain > 0:
		return "may be one without encryption, so that others on the way can read the password and forge answers"
	case unverified > 0:
		return "takes any server's certificate, so that others on the way can read the password and forge answers"
	case anyHost > 0:
		return "takes a certificate for any host, so that who has one of the same authority can read the password and forge answers"
	}
	return ""
}

func unchecked(c *tls.Config) bool {
	return c.InsecureSkipVerify && c.VerifyPeerCertificate == nil && c.VerifyConnection == nil
}
