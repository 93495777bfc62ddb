package etcd

import (
	"context"
	"errors"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// A login exchanges the user and the password for a token, when one is first
// needed: the vendor's client would do it while it is opened, and wait there
// for a server that is down.
type login struct {
	auth           pb.AuthClient
	user, password string

	token chan string // holds the token, "" if there is none; who has taken it out logs in
}

func newLogin(auth pb.AuthClient, user, password string) *login {
	l := &login{auth: auth, user: user, password: password, token: make(chan string, 1)}
	l.token <- ""
	return l
}

// current returns the token, or "" if there is no user.
func (l *login) current(ctx context.Context) (string, error) {
	if l.user == "" {
		return "", nil
	}
	var token string
	select {
	case token = <-l.token:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	var err error
	if token == "" {
		token, err = l.authenticate(ctx)
	}
	l.token <- token
	return token, err
}

func (l *login) authenticate(ctx context.Context) (string, error) {
	answer, err := l.auth.Authenticate(ctx, &pb.AuthenticateRequest{Name: l.user, Password: l.password})
	if err != nil {
		return "", err
	}
	return answer.GetToken(), nil
}

// outdated reports whether a request was turned away because of its token, and
// then forgets the token. Tokens end after minutes without use, and when users
// or roles are changed; the server looks at them before it does anything.
func (l *login) outdated(ctx context.Context, token string, err error) bool {
	err = rpctypes.Error(err)
	if token == "" || !errors.Is(err, rpctypes.ErrInvalidAuthToken) && !errors.Is(err, rpctypes.ErrAuthOldRevision) {
		return false
	}
	select {
	case latest := <-l.token:
		if latest == token {
			latest = ""
		}
		l.token <- latest
		return true
	case <-ctx.Done():
		return false
	}
}
