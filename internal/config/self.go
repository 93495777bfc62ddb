package config

import (
	"os"
	"os/user"
	"strconv"
)

// self names whoever runs this program, as USER@HOST.
func self() string {
	return userName(user.Current, os.Getenv) + "@" + hostName(os.Hostname)
}

// userName trusts the system's account before variables, which sudo and
// containers leave stale.
func userName(current func() (*user.User, error), getenv func(string) string) string {
	if u, err := current(); err == nil && u.Username != "" {
		return u.Username
	}
	for _, name := range []string{"USER", "LOGNAME"} {
		if value := getenv(name); value != "" {
			return value
		}
	}
	return "uid" + strconv.Itoa(os.Getuid())
}

// hostName never fails: a principal is for people to read, and no reason not
// to take a lock.
func hostName(hostname func() (string, error)) string {
	if name, err := hostname(); err == nil && name != "" {
		return name
	}
	return "unknown-host"
}
