package dynamodb

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Where credentials come from, and what is said without any.
func TestCredentials(t *testing.T) {
	home := ownAWS(t)
	b, _ := start(t)
	lease := acquire(t, b, want("deploy"))
	c := Config{Table: b.table, Region: b.region, Endpoint: b.endpoint}
	shared := "[ops]\naws_access_key_id = " + keyOf(t, b) + "\naws_secret_access_key = " + secret + "\n"
	check := func(name string, c Config) {
		t.Helper()
		if got, err := openAt(t, c).Current(testContext(t), "deploy"); err != nil || got.ID != lease.ID {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, operate := range everything {
		err := operate(testContext(t), openAt(t, c))
		isKind(t, name, err, sdk.ErrRefused)
		contains(t, err, "no AWS credentials", `"profile"`, `"access_key_id"`)
	}

	write(t, filepath.Join(home, "credentials"), shared)
	c.Profile = "ops"
	check("profile", c)
	c.Profile = ""
	t.Setenv("AWS_PROFILE", "ops")
	check("AWS_PROFILE", c)
	t.Setenv("AWS_PROFILE", "nobody's")
	_, err := Open(context.Background(), c)
	isKind(t, "unknown profile", err, sdk.ErrConfig)
	contains(t, err, "AWS_PROFILE")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_ACCESS_KEY_ID", keyOf(t, b))
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	check("environment", c)
}

// Sources of credentials that fail, some of them while they show a secret.
func TestCredentialsThatDoNotCome(t *testing.T) {
	home := ownAWS(t)
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	session := sha1.Sum([]byte("s"))
	if err := os.MkdirAll(filepath.Join(home, ".aws/sso/cache"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, ".aws/sso/cache", hex.EncodeToString(session[:])+".json"),
		`{"accessToken":"`+secret+`","expiresAt":"2020-01-01T00:00:00Z"}`)
	c := Config{Table: "stormlock", Region: "eu-west-1", Endpoint: "http://127.0.0.1:1", Profile: "ops"}
	for name, is := range map[string]struct{ profile, text string }{
		"process fails":      {"credential_process = echo " + secret + "; exit 1", "credential_process"},
		"process is no JSON": {"credential_process = echo " + secret, "credential_process"},
		"session expired": {"sso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\n" +
			"sso_region = eu-west-1\nsso_start_url = https://example.com", "aws sso login"},
	} {
		write(t, filepath.Join(home, "config"), "[profile ops]\n"+is.profile+"\n")
		_, err := openAt(t, c).Current(testContext(t), "deploy")
		isKind(t, name, err, sdk.ErrRefused)
		contains(t, err, "no AWS credentials", is.text)
	}
	for name, content := range map[string]string{
		"half a role": "[profile ops]\nrole_arn = arn:aws:iam::1:role/x\n",
		"needs MFA": "[profile ops]\nrole_arn = arn:aws:iam::1:role/x\nmfa_serial = arn:x\nsource_profile = base\n" +
			"[profile base]\naws_access_key_id = a\naws_secret_access_key = " + secret + "\n",
		"a word for a bool": "[profile ops]\nuse_dualstack_endpoint = " + secret + "\n",
		"not a file of AWS": "aws_secret_access_key = " + secret + "\n[profile ops\n",
	} {
		write(t, filepath.Join(home, "config"), content)
		b, err := Open(context.Background(), c)
		if err == nil {
			_, err = b.Current(testContext(t), "deploy")
		}
		if !errors.Is(err, sdk.ErrConfig) && !errors.Is(err, sdk.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
		contains(t, err)
	}
	write(t, filepath.Join(home, "config"), "[profile ops]\n")
	t.Setenv("AWS_MAX_ATTEMPTS", secret)
	_, err := Open(context.Background(), c)
	isKind(t, "bad environment", err, sdk.ErrConfig)
	contains(t, err, "environment variables AWS_")
}

// The credentials of a role come from where the table is.
func TestCredentialsOfARole(t *testing.T) {
	home := ownAWS(t)
	b, _ := start(t)
	lease := acquire(t, b, want("deploy"))
	allowed := true
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/sts/") {
			t.Errorf("signed as %s", r.Header.Get("Authorization"))
		}
		w.Header().Set("Content-Type", "text/xml")
		if !allowed {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>`)
			return
		}
		fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>`+
			`<AccessKeyId>%s</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>y</SessionToken><Expiration>%s</Expiration>`+
			`</Credentials></AssumeRoleResult></AssumeRoleResponse>`, keyOf(t, b), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	defer sts.Close()
	t.Setenv("AWS_ENDPOINT_URL_STS", sts.URL)
	t.Setenv("AWS_REGION", "us-east-1")
	write(t, filepath.Join(home, "config"), "[profile ops]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n"+
		"[profile base]\naws_access_key_id = a\naws_secret_access_key = "+secret+"\n")
	c := Config{Table: b.table, Region: b.region, Endpoint: b.endpoint, Profile: "ops"}
	if got, err := openAt(t, c).Current(testContext(t), "deploy"); err != nil || got.ID != lease.ID {
		t.Errorf("current: %+v, %v", got, err)
	}
	allowed = false
	err := operations["acquire"](testContext(t), openAt(t, c))
	isKind(t, "acquire", err, sdk.ErrRefused)
	contains(t, err, "no AWS credentials: AccessDenied: User: x is not authorized to perform: sts:AssumeRole")
}

// A source of credentials that hangs does not hold anybody up.
func TestCredentialsThatTakeTooLong(t *testing.T) {
	home := ownAWS(t)
	over := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer hangs.Close()
	defer close(over)
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", hangs.URL)
	write(t, filepath.Join(home, "config"), "")
	b := openAt(t, Config{Table: "stormlock", Region: "eu-west-1", Endpoint: "http://127.0.0.1:1"})
	for name, operate := range everything {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		promptly(t, func() {
			err := operate(ctx, b)
			isKind(t, name, err, sdk.ErrUnavailable)
			contains(t, err, "credentials did not come in time")
		})
		cancel()
	}
	promptly(t, func() { _ = b.Close() })
}
