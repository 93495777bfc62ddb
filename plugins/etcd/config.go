package etcd

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

const (
	defaultHost    = "localhost"
	defaultPort    = "2379"
	defaultPrefix  = "/"
	defaultTimeout = 30 * time.Second
	longestTimeout = time.Hour
)

// settings are a Config that has been found to be in order.
type settings struct {
	endpoints []string // http://HOST:PORT, or all of them https://HOST:PORT
	key       string   // that the endpoints come from
	tls       *tls.Config
	prefix    string
	user      string
	password  string
	timeout   time.Duration
}

// settings only looks at the text, and at the files that it names.
func (c Config) settings() (s settings, err error) {
	s = settings{prefix: cmp.Or(c.Prefix, defaultPrefix), user: c.User, password: c.Password}
	if s.endpoints, s.key, err = c.endpoints(); err != nil {
		return s, err
	}
	if s.timeout, err = parseTimeout(c.Timeout); err != nil {
		return s, err
	}
	if err := c.checkUser(secure(s.endpoints)); err != nil {
		return s, err
	}
	if secure(s.endpoints) {
		s.tls, err = c.tls()
	}
	return s, err
}

// endpoints returns where the cluster is, and the key that says so.
func (c Config) endpoints() ([]string, string, error) {
	if c.Endpoints == "" {
		endpoint, err := c.hostAndPort()
		return []string{endpoint}, "host", err
	}
	if c.Host != "" || c.Port != "" {
		return nil, "", misconfigured("endpoints", "cannot be given together with host or port; leave out one or the other")
	}
	endpoints, err := parseEndpoints(c.Endpoints)
	if err == nil && !secure(endpoints) {
		err = c.noCertificates(`"endpoints" begin with http://; write https:// to use TLS`)
	}
	return endpoints, "endpoints", err
}

// hostAndPort is the one server that Python's configuration names. As there, it
// is ca_cert that turns TLS on.
func (c Config) hostAndPort() (string, error) {
	host, port := cmp.Or(c.Host, defaultHost), cmp.Or(c.Port, defaultPort)
	if strings.ContainsAny(host, "/@?# \t,[]") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
		return "", misconfigured("host", "is not the name or address of one host; port has a key of its own")
	}
	if !isPort(port) {
		return "", misconfigured("port", "is not a number from 1 to 65535")
	}
	scheme := "http://"
	if c.CACert != "" {
		scheme = "https://"
	} else if err := c.noCertificates("with host, TLS also needs ca_cert"); err != nil {
		return "", err
	}
	return scheme + net.JoinHostPort(host, port), nil
}

// parseEndpoints never repeats an endpoint in an error, since a password may
// have been written into it.
func parseEndpoints(text string) ([]string, error) {
	var endpoints []string
	for i, item := range strings.Split(text, ",") {
		u, why := parseEndpoint(strings.TrimSpace(item))
		if why != "" {
			return nil, misconfigured("endpoints", fmt.Sprintf("number %d %s; write http://HOST:PORT or https://HOST:PORT, separated by commas", i+1, why))
		}
		endpoint := u.Scheme + "://" + u.Host
		if secure(endpoints) != secure([]string{endpoint}) && i > 0 {
			return nil, misconfigured("endpoints", "mix http:// and https://; all members must be reached in the same way")
		}
		endpoints = append(endpoints, endpoint)
	}
	return endpoints, nil
}

func parseEndpoint(text string) (u *url.URL, why string) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, "is empty"
	case err != nil:
		return nil, "is not a URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, "begins with neither http:// nor https://"
	case u.User != nil:
		return nil, "holds a user; use the keys user and password"
	case u.Hostname() == "":
		return nil, "names no host"
	case !isPort(u.Port()):
		return nil, "names no port from 1 to 65535"
	case u.Path != "" || strings.ContainsAny(text, "?#"):
		return nil, "has something behind the port"
	}
	return u, ""
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

func secure(endpoints []string) bool {
	return len(endpoints) > 0 && strings.HasPrefix(endpoints[0], "https://")
}

// parseTimeout reads Python's number of seconds, or a duration.
func parseTimeout(text string) (time.Duration, error) {
	if text == "" {
		return defaultTimeout, nil
	}
	timeout, err := time.ParseDuration(text)
	if err != nil {
		timeout, err = time.ParseDuration(text + "s")
	}
	if err != nil || timeout <= 0 || timeout > longestTimeout {
		return 0, misconfigured("timeout", "is not a number of seconds such as 30, nor a duration such as 1m30s, above zero and up to an hour")
	}
	return timeout, nil
}

func (c Config) checkUser(secure bool) error {
	switch {
	case c.User == "" && c.Password == "":
		return nil
	case c.User == "":
		return misconfigured("user", "is missing, but there is a password")
	case c.Password == "":
		return misconfigured("password", "is missing, but there is a user; if cert_cert names the user, leave out both")
	case !secure:
		return misconfigured("password", "would be sent in the clear; use TLS: endpoints that begin with https://, or host with ca_cert")
	}
	return nil
}

func misconfigured(key, message string) error { return &sdk.ConfigError{Key: key, Message: message} }
