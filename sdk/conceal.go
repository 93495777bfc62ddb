package sdk

import "context"

// Conceal has stormlock leave secrets out of what a backend says from then on: its
// faults, warnings and statements may quote a server, and that what it was sent. The
// values of keys that are secret, and the passwords in such as are URLs, are left
// out in any case; this is for what a backend finds elsewhere, or parts that it knows
// of. ctx is as for [Warn]. Secrets of less than six bytes are not looked for: they
// could be part of any word.
func Conceal(ctx context.Context, secrets ...string) {
	if hear, ok := ctx.Value(secretKey{}).(func(string)); ok {
		for _, secret := range secrets {
			hear(secret)
		}
	}
}

// CatchSecrets returns a context of which hear gets what is to be concealed. It may
// be called from several goroutines at once.
func CatchSecrets(ctx context.Context, hear func(secret string)) context.Context {
	return context.WithValue(ctx, secretKey{}, hear)
}

type secretKey struct{}
