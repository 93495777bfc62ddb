package mysql

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// Numbers of faults that are told apart in more than what is said about them.
const (
	unknownVariable = 1193
	noTable         = 1146
)

// code is the number of a fault that a server answered with, or 0.
func code(err error) uint16 {
	if said, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return said.Number
	}
	return 0
}

// explain says what a fault means where no lock can have been changed.
func (b *backend) explain(err error) error {
	if said, ok := errors.AsType[*mysql.MySQLError](err); ok {
		if a, known := answers[said.Number]; known {
			return a(b, said)
		}
		return sdk.Unavailable("mysql at %s: %s; no lock was changed", b.where, quote(said))
	}
	return sdk.Unavailable("mysql at %s: %s; no lock was changed; %s", b.where, cause(err), advice(err))
}

// doubt says what a fault of the statement that changes a lock means. What never
// left did nothing, nor did what the server undid and said so. Else it may have
// come about: also where the server says that it was interrupted, which can be
// while it waits for its replicas.
func (v *visit) doubt(err error) error {
	said, answered := errors.AsType[*mysql.MySQLError](err)
	_, known := answers[code(err)]
	switch {
	case !v.wire.sent, known:
		return v.explain(err)
	case answered:
		return fmt.Errorf("mysql at %s: %s, in answer to the request", v.where, quote(said))
	}
	return fmt.Errorf("mysql at %s: no answer to the request: %s", v.where, cause(err))
}

// advice says what to do about a connection that did not come about, or broke.
func advice(err error) string {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, misnamed := errors.AsType[x509.HostnameError](err)
	switch {
	case errors.Is(err, bounded.ErrFlood), errors.Is(err, errStrange), errors.Is(err, errPanic), errors.Is(err, mysql.ErrMalformPkt):
		return `"host" and "port" do not seem to lead to a MariaDB or MySQL server`
	case unknown:
		return `name the file of the server's authority in "ca_cert", or give up verification (tls = skip-verify)`
	case misnamed:
		return `"host" must be a name that the server's certificate is for, or give up verification (tls = skip-verify)`
	case errors.Is(err, errNoTLS):
		return `turn on TLS at the server, or give it up (tls = disable)`
	case errors.Is(err, mysql.ErrCleartextPassword), errors.Is(err, mysql.ErrOldPassword), errors.Is(err, mysql.ErrUnknownPlugin):
		return `give the user another way to log in, such as mysql_native_password, ed25519 or caching_sha2_password`
	}
	return `check that the server is up and that "host" and "port" are right`
}

func (b *backend) replica() error {
	return sdk.Unavailable(`mysql at %s: the server is read-only, as a replica is; no lock was changed; give the primary in "host"`, b.where)
}

func (b *backend) foreign(resource string) error {
	return sdk.Refused("table %q has a row for resource %q that is not a lock; nothing was changed; remove it or choose another resource", b.table, resource)
}

// overtaken is for an operation to which something else came first each time.
func (b *backend) overtaken(resource string) error {
	return sdk.Unavailable("mysql at %s: the lock of resource %q is being taken and given up all the time; it was not changed; try again", b.where, resource)
}

func quote(said *mysql.MySQLError) string {
	return fmt.Sprintf("%s (error %d)", oneLine(said.Message), said.Number)
}

func oneLine(text string) string { return strings.Join(strings.FieldsFunc(text, isBreak), " ") }

func isBreak(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' }

// saidPlainly are errors of libraries whose own words name their options, or
// nothing that helps.
var saidPlainly = []struct {
	err  error
	text string
}{
	{context.Canceled, "the call was cancelled"},
	{context.DeadlineExceeded, "no answer in time"},
	{io.EOF, "the server closed the connection"},
	{io.ErrUnexpectedEOF, "the server closed the connection"},
	{net.ErrClosed, "the connection was closed"},
	{bounded.ErrFlood, bounded.ErrFlood.Error()},
	{mysql.ErrCleartextPassword, "the server wants the password in the clear"},
	{mysql.ErrOldPassword, "the server wants the password in a form that is no secret any more"},
	{mysql.ErrUnknownPlugin, "the server wants a way to log in that stormlock does not have"},
	{mysql.ErrInvalidConn, "the connection broke"},
}

// cause says in one line what the network or the client library reports.
func cause(err error) string {
	if said, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return quote(said)
	}
	for _, known := range saidPlainly {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	var timeout net.Error
	dialing, _ := errors.AsType[*net.OpError](err)
	certificate, _ := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case certificate != nil:
		return oneLine(certificate.Err.Error())
	case dialing != nil:
		return oneLine(innermost(dialing).Error())
	}
	return oneLine(innermost(err).Error())
}

func innermost(err error) error {
	for next := err; next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return err
}
