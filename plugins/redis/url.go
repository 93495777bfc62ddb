package redis

import (
	"cmp"
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// What go-redis reads as something else than was meant, or as nothing, so that
// it goes to localhost or to database 0: two operators would both hold the lock.
var (
	errFragment     = errors.New("it has a #, which must be written %23")
	errNoSlashes    = errors.New("it has no // after the scheme")
	errNoHost       = errors.New("it names no host")
	errHost         = errors.New("its host and port cannot be told apart; is the @ behind the password missing?")
	errDatabase     = errors.New("its database is not a number from 0 on")
	errNoMasterName = errors.New("it does not have the parameter master_name")
	errSkipVerify   = errors.New(`it has skip_verify, with which "ca_cert" would mean nothing`)
)

// ourErrors have texts of ours, which quote nothing.
var ourErrors = []error{errFragment, errNoSlashes, errNoHost, errHost, errDatabase, errNoMasterName, errSkipVerify}

// checkURL refuses what the library would take for something else. What the
// library refuses itself is left to it.
func checkURL(text string) error {
	if strings.Contains(text, "#") {
		return errFragment
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil
	}
	switch {
	case u.Opaque != "" || u.Scheme != "" && !strings.Contains(text, "://"):
		return errNoSlashes
	case u.Scheme == "unix":
		return checkDatabase(u.Query().Get("db"))
	case u.Hostname() == "":
		return errNoHost
	}
	for _, addr := range append(u.Query()["addr"], u.Host) {
		if strings.Contains(addr, "@") || strings.Count(addr, ":") > 1 && !strings.HasPrefix(addr, "[") {
			return errHost
		}
	}
	return cmp.Or(checkDatabase(u.Query().Get("db")), checkDatabase(strings.Trim(u.Path, "/")))
}

// checkDatabase only looks for a number that is negative: the library takes it
// for 0.
func checkDatabase(text string) error {
	if n, err := strconv.Atoi(text); err == nil && n < 0 {
		return errDatabase
	}
	return nil
}
