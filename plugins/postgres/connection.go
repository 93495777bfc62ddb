package postgres

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stormlock/stormlock/sdk"
)

// What libpq and pgx fill in from the environment, the user's name or the
// machine, where the text is silent, and what leads to another server or
// database for each operator: both would hold the lock.
var (
	errNoHost     = errors.New("it names no host")
	errNoDatabase = errors.New("it names no database")
	errPort       = errors.New("it names no port, and the environment names another than 5432; write the port")
	errAt         = errors.New("its host and database cannot be told apart; write a / in the password as %2F")
	errMode       = errors.New("its sslmode is empty")
)

// ourErrors have texts of ours, which quote nothing.
var ourErrors = []error{errNoHost, errNoDatabase, errPort, errAt, errMode}

const connectionForm = "; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with % encoding for special characters in a password, or host=HOST dbname=DATABASE user=USER"

// Keys that a connection may hold. A service is not one of them: it stands in a
// file of the machine's.
var (
	takenKeys = []string{
		"host", "port", "dbname", "user", "password", "passfile", "connect_timeout", "target_session_attrs",
		"ssl", "sslmode", "sslkey", "sslcert", "sslcertmode", "sslrootcert", "sslnegotiation", "sslpassword", "sslsni",
		"channel_binding", "require_auth", "min_protocol_version", "max_protocol_version",
		"application_name", "options", "search_path",
	}
	// About connections that last, or about the text's encoding, which is
	// always UTF-8. Files written for Python have them.
	droppedKeys = []string{
		"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"fallback_application_name", "client_encoding",
	}
	allKeys = slices.Concat(takenKeys, droppedKeys)
)

// parseConnection turns the key connection into the library's configuration.
// It only looks at the text.
func parseConnection(text string) (*pgx.ConnConfig, error) {
	text, config, err := parseProtected(text)
	if err == nil {
		err = checkConnection(text, config)
	}
	if err != nil {
		return nil, &sdk.ConfigError{Key: "connection", Message: "cannot be used: " + why(err) + connectionForm}
	}
	settle(text, config)
	return config, nil
}

func parseWith(text string, keys []string) (*pgx.ConnConfig, error) {
	return pgx.ParseConfigWithOptions(text, pgx.ParseConfigOptions{
		ParseConfigOptions: pgconn.ParseConfigOptions{ConnStringAllowedKeys: keys},
	})
}

// names reports whether a text that can be parsed has a key. The library does
// not tell, but it refuses a text that has a key which is not allowed.
func names(text, key string) bool {
	_, err := parseWith(text, slices.DeleteFunc(slices.Clone(allKeys), func(k string) bool { return k == key }))
	return err != nil
}

// checkConnection refuses what depends on more than the text.
func checkConnection(text string, config *pgx.ConnConfig) error {
	decoded, err := url.PathUnescape(text)
	if err != nil {
		decoded = text
	}
	if !names(text, "host") {
		return errNoHost
	}
	for _, at := range attempts(config) {
		switch {
		case !strings.Contains(decoded, at.Host): // the library's own, for an empty one
			return errNoHost
		case !names(text, "port") && at.Port != 5432:
			return errPort
		case strings.Contains(at.Host+config.Database, "@"):
			return errAt
		}
	}
	if !names(text, "dbname") || config.Database == "" {
		return errNoDatabase
	}
	return nil
}

// settle sets what a text may not decide, and leaves behind what the
// environment adds (PGTZ, PGOPTIONS).
func settle(text string, config *pgx.ConnConfig) {
	// No prepared statement and nothing that outlives a transaction: behind
	// PgBouncer the next one may run over another connection.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.StatementCacheCapacity, config.DescriptionCacheCapacity = 0, 0

	kept := map[string]string{"client_encoding": "UTF8"}
	for _, key := range []string{"application_name", "options", "search_path"} {
		if names(text, key) {
			kept[key] = config.RuntimeParams[key]
		}
	}
	config.RuntimeParams = kept

	// Of several servers, only the one that takes writes will do, whatever
	// target_session_attrs says. One server alone is not asked before: every
	// call asks it anyway.
	config.ValidateConnect = nil
	if hosts(config) > 1 {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
}

// attempts returns in order what is tried to connect to. One server may be in
// it twice, with TLS and without.
func attempts(config *pgx.ConnConfig) []pgconn.FallbackConfig {
	all := []pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}}
	for _, more := range config.Fallbacks {
		all = append(all, *more)
	}
	return all
}

func hosts(config *pgx.ConnConfig) int { return strings.Count(addresses(config), ", ") + 1 }

// addresses names the servers of a configuration.
func addresses(config *pgx.ConnConfig) string { return addressesOf(attempts(config)) }

func addressesOf(attempts []pgconn.FallbackConfig) string {
	var all []string
	for _, at := range attempts {
		address := net.JoinHostPort(at.Host, strconv.Itoa(int(at.Port)))
		if strings.HasPrefix(at.Host, "/") {
			address = at.Host + " port " + strconv.Itoa(int(at.Port))
		}
		if !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	return strings.Join(all, ", ")
}

// reasons are why the library refuses a text, in words of ours: its own quote
// the text, and where that is malformed a password may be anywhere in it.
var reasons = []struct{ said, text string }{
	{"ConnStringAllowedKeys", "it has a key that stormlock does not take (a service file differs between machines; other keys may be misspelled, or part of a password without quotes)"},
	{"failed to parse as URL", "it is not a URL of PostgreSQL"},
	{"failed to parse as keyword/value", "it is neither a URL nor pairs of KEY=VALUE"},
	{"failed to read service", "the environment variable PGSERVICE names a service that cannot be read; unset it"},
	{"invalid port", "a port in it is not a number from 1 to 65535"},
	{"port numbers", "it has not as many ports as hosts"},
	{"failed to configure TLS", "its TLS settings cannot be used: the sslmode is unknown, or a certificate or key cannot be read"},
	{"target_session_attrs", "its target_session_attrs is unknown"},
	{"connect_timeout", "its connect_timeout is not a number of seconds"},
	{"sslcertmode", "its sslcertmode is unknown"},
	{"channel_binding", "its channel_binding is unknown"},
	{"require_auth", "its require_auth is unknown"},
}

// why tells what is wrong with a connection.
func why(err error) string {
	if slices.Contains(ourErrors, err) {
		return err.Error()
	}
	for _, reason := range reasons {
		if strings.Contains(err.Error(), reason.said) {
			return reason.text
		}
	}
	return "a part of it cannot be read"
}
