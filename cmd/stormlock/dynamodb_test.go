package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stormlock/stormlock/test/servers"
)

// TestDynamoDBScripts runs testdata/dynamodb against a real server each.
func TestDynamoDBScripts(t *testing.T) {
	runScripts(t, "testdata/dynamodb", func(env *testscript.Env) error {
		dir := env.Getenv("WORK") + "/.dynamodb"
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		server, err := servers.StartDynamoDB(dir)
		if err != nil {
			return err
		}
		env.Defer(server.Stop)
		env.Values["dynamodb"] = server
		return writeDynamoDBConfigs(env, server.URL)
	}, map[string]command{"dynamodb": dynamoDBCommand})
}

// writeDynamoDBConfigs writes the configuration files that name the server. The
// credentials are not in them: access keys are letters and digits there.
func writeDynamoDBConfigs(env *testscript.Env, url string) error {
	env.Setenv("URL", url)
	env.Setenv("ACCESS_KEY", dynamoDBKey)
	env.Setenv("SECRET_KEY", "hunter2")
	env.Setenv("WRONG_KEY", "wrong_key")
	const region = "region = eu-west-1"
	right := []string{"access_key_id_env = ACCESS_KEY", "secret_access_key_env = SECRET_KEY"}
	return writeConfigs(env, "dynamodb", "principal = ana@ops\nttl = 5 minutes", map[string][]string{
		"right":     append([]string{"endpoint = " + url, region}, right...),
		"elsewhere": append([]string{"endpoint = " + url, "region = eu-west-2"}, right...),
		"wrong":     {"endpoint = " + url, region, "access_key_id_env = WRONG_KEY", "secret_access_key = hunter2"},
		"nobody":    {"endpoint = " + url, region},
		"tls":       append([]string{"endpoint = https" + strings.TrimPrefix(url, "http"), region}, right...),
		"noregion":  append([]string{"endpoint = " + url}, right...),
		"badurl":    append([]string{"endpoint = http://me:hunter2@localhost", region}, right...),
		"half":      {"endpoint = " + url, region, "access_key_id_env = ACCESS_KEY"},
		"misspelt":  append([]string{"endpoint = " + url, "regoin = eu-west-1"}, right...),
	})
}

const dynamoDBKey = "AKIAscripts"

// dynamodb stop|pause|resume|OPERATION DOCUMENT: does something to the script's
// server, and prints its answer.
func dynamoDBCommand(ts *testscript.TestScript, _ bool, args []string) {
	server := ts.Value("dynamodb").(*servers.DynamoDBServer)
	if control(ts, server, args[0]) {
		return
	}
	answer, err := callDynamoDB(server.URL, args[0], args[1])
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), answer)
}

// callDynamoDB asks DynamoDB Local, which looks at whose signature it is and
// not whether it is right.
func callDynamoDB(url, operation, document string) (string, error) {
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(document))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+dynamoDBKey+
		"/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", operation, response.Status, answer)
	}
	return string(bytes.TrimSpace(answer)), err
}
