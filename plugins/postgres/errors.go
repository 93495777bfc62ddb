package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// explain says what a fault before the commit means. Nothing of it is
// uncertain: what a transaction did that is not committed never was.
func (b *backend) explain(err error) error {
	if errors.Is(err, pgconn.ErrReadOnlyConnection) {
		return b.standby()
	}
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		return b.explainAnswer(said)
	}
	return sdk.Unavailable("postgres at %s: %s; no lock was changed; %s", b.where, cause(err), advice(err))
}

// advice says what to do about a connection that did not come about, or broke.
func advice(err error) string {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, misnamed := errors.AsType[x509.HostnameError](err)
	switch {
	case errors.Is(err, bounded.ErrFlood):
		return `"connection" does not seem to lead to a PostgreSQL server`
	case unknown:
		return `name the file of the server's authority in "connection" (sslrootcert=/path/ca.pem), or give up verification there (sslmode=require)`
	case misnamed:
		return `"connection" must name a host that the server's certificate is for, or give up that check (sslmode=verify-ca)`
	case strings.Contains(err.Error(), "server refused TLS"):
		return `turn on TLS at the server, or give it up in "connection" (sslmode=disable)`
	}
	return `check that the server is up and that "connection" is right`
}

func (b *backend) explainAnswer(said *pgconn.PgError) error {
	for _, a := range answers {
		if strings.HasPrefix(said.Code, a.code) {
			return a.fault(b, said)
		}
	}
	return sdk.Unavailable("postgres at %s: %s; no lock was changed", b.where, quote(said))
}

// answers are what a server may say, by the beginning of its SQLSTATE, the
// more special first. All else may go away by itself.
var answers = []struct {
	code  string
	fault func(*backend, *pgconn.PgError) error
}{
	{"25006", unavailable(`transactions are read-only there; give the primary in "connection"`)},
	{"28", refused(`check the user and password in "connection", and pg_hba.conf on the server`)},
	{"3D000", misconfigured("connection", "names a database that does not exist")},
	{"42501", refused("grant the user USAGE on the schema, SELECT, INSERT, UPDATE and DELETE on the table, and SELECT, INSERT and UPDATE on its fence table")},
	{"42P01", notSetUp},
	{"42703", notSetUp},
	{"3F000", notSetUp},
	{"22P05", invalid("a name or text has characters that the database's encoding does not have")},
	{"22021", invalid("a name or text has characters that the database's encoding does not have")},
	{"23", misconfigured("table", "names a table with a constraint of its own that does not admit the lock")},
	{"42P10", misconfigured("table", "names a table without a primary key on its column \"resource\"")},
	{"55P03", unavailable("another session keeps the lock's row or the table locked; try again")},
	{"57014", unavailable("the server cut the request short, as when others queue for the lock's row; try again")},
	{"40", unavailable("try again")},
	{"25P03", unavailable("the request came after its deadline; try again")},
}

type faultFunc = func(*backend, *pgconn.PgError) error

func refused(advice string) faultFunc {
	return func(b *backend, said *pgconn.PgError) error {
		return sdk.Refused("postgres at %s: %s; no lock was changed; %s", b.where, quote(said), advice)
	}
}

func unavailable(advice string) faultFunc {
	return func(b *backend, said *pgconn.PgError) error {
		return sdk.Unavailable("postgres at %s: %s; no lock was changed; %s", b.where, quote(said), advice)
	}
}

func invalid(what string) faultFunc {
	return func(b *backend, said *pgconn.PgError) error {
		return sdk.Invalid("postgres at %s: %s; no lock was changed; %s", b.where, quote(said), what)
	}
}

func misconfigured(key, what string) faultFunc {
	return func(b *backend, said *pgconn.PgError) error {
		return &sdk.ConfigError{Key: key, Message: fmt.Sprintf("%s (postgres at %s: %s)", what, b.where, quote(said))}
	}
}

// notSetUp is for a table that is dropped between the look at it and its use.
func notSetUp(b *backend, said *pgconn.PgError) error {
	return sdk.NotSetUp("postgres at %s: %s", b.where, quote(said))
}

// explainSetup says what a fault of a statement of Setup means.
func (b *backend) explainSetup(err error) error {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok && said.Code == "42501" {
		return sdk.Refused("postgres at %s: %s; nothing was set up; let the owner of the tables or the schema carry out what a dry run prints", b.where, quote(said))
	}
	return b.explain(err)
}

func (b *backend) standby() error {
	return sdk.Unavailable(`postgres at %s: the server is a standby, which is read-only; no lock was changed; give the primary in "connection"`, b.where)
}

func (b *backend) foreign(resource string) error {
	return sdk.Refused("table %q has a row for resource %q that is not a lock; nothing was changed; remove it or choose another resource", b.table, resource)
}

// overtaken is for an acquire that found the lock free each time, but its
// counter changed when it came to take it.
func (b *backend) overtaken(resource string) error {
	return sdk.Unavailable("postgres at %s: the lock of resource %q is being taken and given up all the time; it was not taken; try again", b.where, resource)
}

// committed says what came of a commit. tag is what the server did, warning
// what it had to say about it.
func (b *backend) committed(tag, warning string, err error) error {
	said, answered := errors.AsType[*pgconn.PgError](err)
	switch {
	case answered && undone(said):
		return b.explainAnswer(said)
	case answered:
		return fmt.Errorf("postgres at %s: %s, in answer to the commit", b.where, quote(said))
	case errors.Is(err, bounded.ErrFlood):
		return fmt.Errorf("postgres at %s: %s, in answer to the commit", b.where, cause(err))
	case err != nil:
		return fmt.Errorf("postgres at %s: no answer to the commit: %s", b.where, cause(err))
	case tag == "ROLLBACK":
		return sdk.Unavailable("postgres at %s: the server undid the transaction; no lock was changed; try again", b.where)
	case tag != "COMMIT" || warning != "":
		return fmt.Errorf("postgres at %s: the commit is not known to last: %s", b.where, oneLine(warning))
	}
	return nil
}

// undone reports whether an answer to a commit tells that it did not happen.
// Others may come from a server that ends while it waits for a standby, or from
// a pooler that has lost the server, and leave it open.
func undone(said *pgconn.PgError) bool {
	for _, code := range []string{"23", "40001", "40P01", "25P03"} {
		if strings.HasPrefix(said.Code, code) {
			return true
		}
	}
	return false
}

func quote(said *pgconn.PgError) string {
	return oneLine(said.Message) + " (SQLSTATE " + oneLine(said.Code) + ")"
}

func oneLine(text string) string { return strings.Join(strings.FieldsFunc(text, isBreak), " ") }

func isBreak(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' }

// cause says in one line what the network or the client library reports. Where
// several servers were tried, each may have a cause of its own.
func cause(err error) string {
	if many, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok {
		var causes []string
		for _, one := range many.Unwrap() {
			if text := cause(one); !slices.Contains(causes, text) {
				causes = append(causes, text)
			}
		}
		return strings.Join(causes, "; ")
	}
	var timeout net.Error
	dialing, _ := errors.AsType[*net.OpError](err)
	certificate, _ := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case errors.Is(err, bounded.ErrFlood):
		return bounded.ErrFlood.Error()
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, pgconn.ErrConnClosed):
		return "the server closed the connection"
	case certificate != nil:
		return oneLine(certificate.Err.Error())
	case dialing != nil:
		return oneLine(dialing.Err.Error())
	}
	return oneLine(innermost(err).Error())
}

func innermost(err error) error {
	for next := err; next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return err
}
