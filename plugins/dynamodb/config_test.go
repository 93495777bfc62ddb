package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/stormlock/stormlock/sdk"
)

func TestBadConfigurationNamesTheKey(t *testing.T) {
	good := Config{Table: "stormlock", Region: "eu-west-1", Endpoint: "http://localhost:8000", AccessKeyID: "a", SecretAccessKey: secret}
	for name, is := range map[string]struct {
		change func(*Config)
		key    string
		parts  []string
	}{
		"short table":           {func(c *Config) { c.Table = "ab" }, "table", []string{"3 to 255"}},
		"table with a quote":    {func(c *Config) { c.Table = "lock's" }, "table", []string{"name"}},
		"empty table":           {func(c *Config) { c.Table = "" }, "table", []string{"name"}},
		"long table":            {func(c *Config) { c.Table = strings.Repeat("x", 256) }, "table", nil},
		"ARN of a bucket":       {func(c *Config) { c.Table = "arn:aws:s3:::locks" }, "table", []string{"ARN"}},
		"ARN elsewhere":         {func(c *Config) { c.Table = "arn:aws:dynamodb:us-east-1:123456789012:table/locks" }, "table", []string{"another region"}},
		"no region":             {func(c *Config) { c.Region = "" }, "region", []string{"required"}},
		"region with a blank":   {func(c *Config) { c.Region = "eu west 1" }, "region", []string{"eu-west-1"}},
		"region that is a host": {func(c *Config) { c.Region = "eu-west-1.evil.example/" }, "region", nil},
		"only the key's id":     {func(c *Config) { c.SecretAccessKey = "" }, "secret_access_key", []string{"access_key_id"}},
		"only the secret key":   {func(c *Config) { c.AccessKeyID = "" }, "access_key_id", []string{"secret_access_key"}},
		"profile and key":       {func(c *Config) { c.Profile = "ops" }, "profile", []string{"access_key_id"}},
		"no scheme":             {func(c *Config) { c.Endpoint = "localhost:8000" }, "endpoint", []string{"http://"}},
		"other scheme":          {func(c *Config) { c.Endpoint = "redis://localhost:8000" }, "endpoint", []string{"http://"}},
		"no host":               {func(c *Config) { c.Endpoint = "http://:8000" }, "endpoint", []string{"host"}},
		"no slashes":            {func(c *Config) { c.Endpoint = "http:localhost" }, "endpoint", []string{"host"}},
		"with a password":       {func(c *Config) { c.Endpoint = "http://me:" + secret + "@localhost" }, "endpoint", []string{"user name"}},
		"with a path":           {func(c *Config) { c.Endpoint = "http://localhost/dynamodb" }, "endpoint", nil},
		"with a query":          {func(c *Config) { c.Endpoint = "http://localhost?x=1" }, "endpoint", nil},
		"with a fragment":       {func(c *Config) { c.Endpoint = "http://localhost#x" }, "endpoint", nil},
		"unreadable":            {func(c *Config) { c.Endpoint = "http://local host" }, "endpoint", nil},
		"a shell command":       {func(c *Config) { c.Endpoint = "http://$(rm)" }, "endpoint", []string{"host"}},
		"unknown profile":       {func(c *Config) { c.Profile, c.AccessKeyID, c.SecretAccessKey = "nobody's", "", "" }, "profile", []string{"~/.aws/config"}},
	} {
		c := good
		is.change(&c)
		_, err := Open(context.Background(), c)
		wrong, ok := errors.AsType[*sdk.ConfigError](err)
		if !ok || wrong.Key != is.key {
			t.Errorf("%s: %v; want key %q", name, err, is.key)
			continue
		}
		contains(t, err, is.parts...)
	}
}

func TestGoodConfiguration(t *testing.T) {
	for _, c := range []Config{
		{Table: "stormlock", Region: "eu-west-1"},
		{Table: "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/my.locks_1-2", Region: "us-gov-west-1"},
		{Table: "abc", Region: "local", Endpoint: "http://[::1]:8000/"},
		{Table: "abc", Region: "eu-west-1", Endpoint: "https://vpce-1-2.dynamodb.eu-west-1.vpce.amazonaws.com"},
	} {
		openAt(t, c)
	}
}

// ownAWS gives a test files of AWS of its own, which are not there yet.
func ownAWS(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "credentials"))
	return home
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What an operator's environment says about AWS must not lead him to another
// table than his colleague.
func TestEnvironmentDoesNotLeadElsewhere(t *testing.T) {
	home := ownAWS(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the environment led to %s %s", r.Method, r.URL)
	}))
	defer elsewhere.Close()
	b, _ := start(t)
	write(t, filepath.Join(home, "config"), "[default]\nregion = us-east-1\nendpoint_url = "+elsewhere.URL+
		"\nservices = mine\ndefaults_mode = auto\nuse_fips_endpoint = true\n[services mine]\ndynamodb =\n  endpoint_url = "+elsewhere.URL+"\n")
	for name, value := range map[string]string{
		"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_DEFAULTS_MODE": "auto",
		"AWS_ENDPOINT_URL": elsewhere.URL, "AWS_ENDPOINT_URL_DYNAMODB": elsewhere.URL,
		"AWS_ACCESS_KEY_ID": "AKIAother", "AWS_SECRET_ACCESS_KEY": "other", "AWS_SESSION_TOKEN": "other",
		"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true",
		"AWS_ENABLE_ENDPOINT_DISCOVERY": "true", "AWS_ACCOUNT_ID": "123456789012",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
	} {
		t.Setenv(name, value)
	}
	c := Config{Table: b.table, Region: b.region, Endpoint: b.endpoint, AccessKeyID: keyOf(t, b), SecretAccessKey: secret}
	lease := acquire(t, openAt(t, c), want("deploy"))
	if got, err := b.Current(testContext(t), "deploy"); err != nil || got.ID != lease.ID {
		t.Errorf("current: %+v, %v", got, err)
	}
	// Nor is there a way to another host without the key.
	c.Endpoint = ""
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := openAt(t, c).Current(ctx, "deploy")
	isKind(t, "current", err, sdk.ErrUnavailable)
}

func TestProxyDoesNotChooseTheStore(t *testing.T) {
	there, err := url.Parse("http://proxy.example.org:3128")
	if err != nil {
		t.Fatal(err)
	}
	environment := awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) { tr.Proxy = http.ProxyURL(there) })
	choose := httpClient(aws.Config{HTTPClient: environment}).Transport.(modest).to.(*http.Transport).Proxy
	for address, want := range map[string]*url.URL{"http://ddb.example.org/": nil, "https://ddb.example.org/": there} {
		if got, err := choose(httptest.NewRequest(http.MethodPost, address, nil)); err != nil || got != want {
			t.Errorf("%s goes through %v, %v; want %v", address, got, err, want)
		}
	}
}

func keyOf(t *testing.T, b *backend) string {
	t.Helper()
	found, err := b.client.Options().Credentials.Retrieve(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	return found.AccessKeyID
}

// The host without an endpoint is the region's own, and only that.
func TestHostOfTheRegion(t *testing.T) {
	ownAWS(t)
	t.Setenv("AWS_USE_FIPS_ENDPOINT", "true")
	t.Setenv("AWS_ACCESS_KEY_ID", "a")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "b")
	t.Setenv("AWS_ACCOUNT_ID", "123456789012")
	var asked string
	b := openAt(t, Config{Table: "stormlock", Region: "eu-west-1"})
	b.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.String()
		return nil, errors.New("no network here")
	})
	_, err := b.Current(testContext(t), "deploy")
	isKind(t, "current", err, sdk.ErrUnavailable)
	contains(t, err, `table "stormlock" in eu-west-1: no network here`)
	if asked != "https://dynamodb.eu-west-1.amazonaws.com/" {
		t.Errorf("asked %s", asked)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An ARN in place of the name fixes whose table it is. DynamoDB takes it in all
// requests; DynamoDB Local does not in batches and transactions, and gets the
// name there.
func TestTableByARN(t *testing.T) {
	t.Parallel()
	c := account(t)
	byName, _ := startAt(t, c)
	const arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/stormlock"
	_, c = before(t, c, func(x *exchange) {
		if !bytes.Contains(x.body, []byte(arn)) || bytes.Contains(x.body, []byte(`"stormlock"`)) {
			t.Errorf("%s asks for %s", x.op, x.body)
		}
		if x.op == "BatchGetItem" || x.op == "TransactWriteItems" {
			x.body = bytes.ReplaceAll(x.body, []byte(arn), []byte("stormlock"))
			x.r.Header.Del("Content-Length")
		}
		x.pass()
	})
	c.Table = arn
	byARN := openAt(t, c)
	lease := acquire(t, byARN, want("deploy"))
	isHeld(t, byName, "deploy", lease)
	isHeld(t, byARN, "deploy", lease)
	if got := list(t, byARN, ""); len(got) != 1 {
		t.Errorf("list: %q", got)
	}
	if got := setup(t, byARN, false); len(got) > 0 {
		t.Errorf("setup: %q", got)
	}
	if _, err := byARN.Renew(testContext(t), lease); err != nil {
		t.Error(err)
	}
	release(t, byARN, lease)
}

// DynamoDB Local refuses what is not an access key, and wrong regions have
// other tables.
func TestWrongKeyAndWrongRegion(t *testing.T) {
	t.Parallel()
	c := account(t)
	startAt(t, c)
	wrong := c
	wrong.AccessKeyID = "not_a_key"
	for name, operate := range everything {
		err := operate(testContext(t), openAt(t, wrong))
		isKind(t, name, err, sdk.ErrRefused)
		contains(t, err, "access key is not known")
	}
	c.Region = "eu-west-2"
	_, err := openAt(t, c).Acquire(testContext(t), want("deploy"))
	isKind(t, "wrong region", err, sdk.ErrNotSetUp)
	contains(t, err, "eu-west-2", `"region"`)
}

func TestUnknownHost(t *testing.T) {
	t.Parallel()
	c := Config{Table: "stormlock", Region: "eu-west-1", Endpoint: "http://no-such-host.invalid", AccessKeyID: "a", SecretAccessKey: secret}
	b := openAt(t, c)
	_, err := b.Acquire(testContext(t), want("deploy"))
	isKind(t, "acquire", err, sdk.ErrUnavailable)
	contains(t, err, "no-such-host.invalid")
}
