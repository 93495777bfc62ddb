package dynamodb

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/stormlock/stormlock/sdk/bounded"
)

// errNotDynamoDB is about an answer that cannot be understood.
var errNotDynamoDB = errors.New("the answer is not one of DynamoDB")

// cause says in a few words what the network or the client library reports.
func cause(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case flooded(err):
		return bounded.ErrFlood.Error()
	}
	for _, reads := range []func(error) string{answerFault, tlsFault, networkFault} {
		if text := reads(err); text != "" {
			return text
		}
	}
	return oneLine(innermost(err).Error())
}

// flooded reports whether an answer was larger than is read. The header's size
// has no error of its own.
func flooded(err error) bool {
	return errors.Is(err, bounded.ErrFlood) || strings.Contains(err.Error(), "server response headers exceeded")
}

// answerFault is about an answer that came.
func answerFault(err error) string {
	response, answered := errors.AsType[*smithyhttp.ResponseError](err)
	unread, isUnread := errors.AsType[*smithy.DeserializationError](err)
	switch {
	case isUnread && errors.Is(unread, io.ErrUnexpectedEOF):
		return "the answer breaks off"
	case answered && response.HTTPStatusCode() >= 300:
		return fmt.Sprintf("%s (HTTP status %d)", errNotDynamoDB, response.HTTPStatusCode())
	case isUnread:
		return errNotDynamoDB.Error()
	}
	return ""
}

// tlsFault names the host that was asked for and those that a certificate is
// for.
func tlsFault(err error) string {
	var host x509.HostnameError
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) || errors.Is(err, http.ErrSchemeMismatch) {
		return "it does not speak TLS"
	}
	certificate, ok := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case !ok:
		return ""
	case errors.As(certificate, &host):
		return "its certificate is not accepted: " + oneLine(strings.TrimPrefix(host.Error(), "x509: "))
	}
	return "its certificate is not accepted: " + oneLine(strings.TrimPrefix(certificate.Err.Error(), "x509: "))
}

func networkFault(err error) string {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok && lookup.IsNotFound {
		return "there is no host " + lookup.Name
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "no answer in time"
	}
	if errors.Is(err, io.EOF) {
		return "the connection was closed without an answer"
	}
	return ""
}

// innermost drops what the library and the network code put before a fault:
// the name of the operation, the URL, the request's id, the addresses.
func innermost(err error) error {
	var network *net.OpError
	var request *url.Error
	switch {
	case errors.As(err, &network) && errors.Unwrap(network.Err) != nil:
		return errors.Unwrap(network.Err)
	case errors.As(err, &request):
		return request.Err
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}
