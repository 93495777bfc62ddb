package mysql

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/loopback"
)

const defaultPort = "3306"

// A server is where to find one, and what to believe there.
type server struct {
	network string // tcp or unix
	where   string // the address, for dialing and for error texts; never a credential
	host    string
	secured *tls.Config // nil: without TLS
}

// parseServer reads the keys that lead to the server. It only looks at the text,
// and at the files of certificates.
func parseServer(c Config) (server, error) {
	s, err := parseAddress(c.Host, c.Port)
	if err != nil {
		return server{}, err
	}
	s.secured, err = c.protection(s)
	return s, err
}

func parseAddress(host, port string) (server, error) {
	number, err := strconv.ParseUint(cmp.Or(port, defaultPort), 10, 16)
	switch {
	case filepath.IsAbs(host) && port != "" && port != defaultPort:
		return server{}, configError("port", "would not be used: host is the path of a socket")
	case filepath.IsAbs(host):
		return server{network: "unix", where: host, host: host}, nil
	case err != nil || number == 0:
		return server{}, configError("port", "is not a number from 1 to 65535")
	case host == "":
		return server{}, configError("host", "is missing; name the server, or the absolute path of its socket")
	case strings.ContainsAny(host, "/@ \t") || strings.Contains(host, ":") && net.ParseIP(host) == nil:
		return server{}, configError("host", "is neither a name, nor an address, nor an absolute path; the port belongs into port, and user and password into keys of their own")
	}
	return server{network: "tcp", where: net.JoinHostPort(host, strconv.FormatUint(number, 10)), host: host}, nil
}

// staysHere reports whether what is said to the server stays on this machine.
func (s server) staysHere() bool { return loopback.Host(s.host) }

func configError(key, format string, args ...any) error {
	return &sdk.ConfigError{Key: key, Message: fmt.Sprintf(format, args...)}
}
