package config

import (
	"errors"
	"os"
	"os/user"
	"strconv"
	"testing"
)

func TestUserName(t *testing.T) {
	known := func() (*user.User, error) { return &user.User{Username: "ana"}, nil }
	unknown := func() (*user.User, error) { return nil, errors.New("unknown userid 4711") }
	nameless := func() (*user.User, error) { return &user.User{}, nil }
	for _, test := range []struct {
		why     string
		current func() (*user.User, error)
		vars    vars
		want    string
	}{
		{"the account wins", known, vars{"USER": "root", "LOGNAME": "root"}, "ana"},
		{"USER", unknown, vars{"USER": "bob", "LOGNAME": "carl"}, "bob"},
		{"LOGNAME", unknown, vars{"LOGNAME": "carl"}, "carl"},
		{"uid", unknown, nil, "uid" + strconv.Itoa(os.Getuid())},
		{"account without a name", nameless, vars{"USER": "bob"}, "bob"},
	} {
		if got := userName(test.current, test.vars.get); got != test.want {
			t.Errorf("%s: %q; want %q", test.why, got, test.want)
		}
	}
}

func TestHostName(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"ops1", nil, "ops1"},
		{"", nil, "unknown-host"},
		{"ops1", errors.New("no such thing"), "unknown-host"},
	} {
		if got := hostName(func() (string, error) { return test.name, test.err }); got != test.want {
			t.Errorf("hostName of %q, %v = %q; want %q", test.name, test.err, got, test.want)
		}
	}
}
