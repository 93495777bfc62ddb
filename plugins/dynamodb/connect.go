package dynamodb

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/logging"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

const (
	// The context of a call may end sooner; these also bound what goes on by
	// itself after that, such as a dial that nobody waits for any more.
	dialTimeout = 5 * time.Second
	idleTimeout = 30 * time.Second

	// The library asks for credentials without the context of the call.
	credentialsTimeout = 5 * time.Second

	// mostCredentials bounds an answer that holds them, in bytes: they are a few
	// kilobytes, and TLS sends certificates before them.
	mostCredentials = 1 << 20
)

// connect returns a client for the table, and what it sends its requests with.
//
// Of what the environment and ~/.aws say, only the credentials are used, and
// the bundle of certificates. The client is put together by hand, since the
// library's own way would also take the endpoint from there: an operator with
// AWS_ENDPOINT_URL set would quietly use a table of his own.
func connect(ctx context.Context, c Config) (*ddb.Client, *http.Client, error) {
	found, err := config.LoadDefaultConfig(ctx, c.sources()...)
	if err != nil {
		return nil, nil, sourcesFault(c, err)
	}
	transport := httpClient(found)
	options := ddb.Options{
		Region:                c.Region,
		Credentials:           credentialed{found.Credentials},
		HTTPClient:            transport,
		Retryer:               aws.NopRetryer{},
		Logger:                logging.Nop{},
		AccountIDEndpointMode: aws.AccountIDEndpointModeDisabled, // one well-known host, for firewalls
		EndpointDiscovery:     ddb.EndpointDiscoveryOptions{EnableEndpointDiscovery: aws.EndpointDiscoveryDisabled},
	}
	if c.Endpoint != "" {
		options.BaseEndpoint = aws.String(c.Endpoint)
	}
	return ddb.New(options), transport, nil
}

// sources says where credentials come from.
func (c Config) sources() []func(*config.LoadOptions) error {
	// Of the kind that takes AWS_CA_BUNDLE.
	client := awshttp.NewBuildableClient().WithTimeout(credentialsTimeout).WithTransportOptions(briefly)
	sources := []func(*config.LoadOptions) error{
		config.WithRegion(c.Region),
		config.WithDefaultsMode(aws.DefaultsModeStandard), // AWS_DEFAULTS_MODE=auto would ask the network
		config.WithLogger(logging.Nop{}),
		config.WithHTTPClient(client),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = client }), // which would take another
	}
	if c.Profile != "" {
		sources = append(sources, config.WithSharedConfigProfile(c.Profile))
	}
	if c.AccessKeyID != "" {
		static := credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, "")
		sources = append(sources, config.WithCredentialsProvider(static))
	}
	return sources
}

// briefly bounds what whoever gives credentials may answer. Here it is done to
// the connection: the library takes no other kind of client.
func briefly(t *http.Transport) {
	dial := t.DialContext
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return bounded.Conn(conn, mostCredentials), nil
	}
}

// sourcesFault says why there are no sources. The library's texts are left
// behind: they quote files that hold secrets.
func sourcesFault(c Config, err error) error {
	var missing config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &missing) && c.Profile != "":
		return &sdk.ConfigError{Key: "profile", Message: "names a profile that is not in ~/.aws/config or ~/.aws/credentials"}
	case errors.As(err, &missing):
		return &sdk.ConfigError{Message: "the environment variable AWS_PROFILE names a profile that is not in ~/.aws/config or ~/.aws/credentials; unset it"}
	}
	return &sdk.ConfigError{Message: "the AWS configuration of this machine cannot be used; check ~/.aws/config, ~/.aws/credentials and the environment variables AWS_…"}
}

// httpClient takes over the proxy of the environment, for TLS, and the bundle
// of certificates, and follows no redirect: whoever sends one is not DynamoDB.
func httpClient(found aws.Config) *http.Client {
	transport := found.HTTPClient.(*awshttp.BuildableClient).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).GetTransport()
	transport.TLSHandshakeTimeout = dialTimeout
	transport.IdleConnTimeout = idleTimeout
	transport.Proxy = onlyTunnels(transport.Proxy)
	transport.MaxResponseHeaderBytes = mostHeader
	return &http.Client{
		Transport:     modest{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// A proxy is what a transport asks for where to send a request.
type proxy = func(*http.Request) (*url.URL, error)

// onlyTunnels leaves a proxy out of requests without TLS. It would read where
// they are to go and could send them anywhere, and each operator's environment
// may name another: it would choose the store.
func onlyTunnels(choose proxy) proxy {
	return func(r *http.Request) (*url.URL, error) {
		if choose == nil || r.URL.Scheme != "https" {
			return nil, nil
		}
		return choose(r)
	}
}
