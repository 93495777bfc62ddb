package dynamodb

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

// What names look like. Less than AWS allows would be safe; more is not: they
// become part of host names and of the statements that Setup prints. A table's
// length is looked at apart: {3,255} would take two milliseconds of every start.
var (
	tableName  = regexp.MustCompile(`^(?:arn:aws[a-z-]*:dynamodb:([a-z0-9-]+):[0-9]{12}:table/)?([A-Za-z0-9_.-]+)$`)
	regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	hostName   = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)
)

// check refuses what two operators could read as two different tables. No
// message repeats a value: it may be a secret under the wrong key.
func (c Config) check() error {
	for _, wrong := range []struct {
		key, message string
		is           bool
	}{
		{"table", "is neither a table's name, of 3 to 255 letters, digits, _ - and ., nor its ARN", !c.tableIsNamed()},
		{"region", "is required: two operators whose environments differ would use two tables", c.Region == ""},
		{"region", "is not a region's name, such as eu-west-1", !regionName.MatchString(c.Region)},
		{"table", `is the ARN of a table in another region than "region" says`, c.otherRegion()},
		{"access_key_id", `is missing; it belongs to "secret_access_key"`, c.AccessKeyID == "" && c.SecretAccessKey != ""},
		{"secret_access_key", `is missing; it belongs to "access_key_id"`, c.AccessKeyID != "" && c.SecretAccessKey == ""},
		{"profile", `says whose credentials to use, and so does "access_key_id"; keep one of them`, c.Profile != "" && c.AccessKeyID != ""},
	} {
		if wrong.is {
			return &sdk.ConfigError{Key: wrong.key, Message: wrong.message}
		}
	}
	if why := endpointFault(c.Endpoint); why != "" {
		return &sdk.ConfigError{Key: "endpoint", Message: why + "; write http://HOST:PORT or https://HOST"}
	}
	return nil
}

func (c Config) tableIsNamed() bool {
	found := tableName.FindStringSubmatch(c.Table)
	return found != nil && len(found[2]) >= 3 && len(found[2]) <= 255
}

func (c Config) otherRegion() bool {
	found := tableName.FindStringSubmatch(c.Table)
	return found != nil && found[1] != "" && found[1] != c.Region
}

func endpointFault(text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "is not a URL"
	case u.Scheme != "http" && u.Scheme != "https":
		return "does not begin with http:// or https://"
	case u.User != nil:
		return `holds a user name; credentials belong into "access_key_id" and "secret_access_key"`
	case !hostName.MatchString(u.Host):
		return "names no host"
	case u.Path != "" && u.Path != "/" || strings.ContainsAny(text, "?#"):
		return "says more than where the server is"
	}
	return ""
}
