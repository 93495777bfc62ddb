package plugin_test

import (
	"context"
	"net/url"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/plugin"
)

// Config is the section [backend.mystore] of a configuration file.
type Config struct {
	URL    string `key:"url" required:"true" secret:"true" help:"where the server is: mystore://USER:PASSWORD@HOST:PORT"`
	Prefix string `key:"prefix" help:"put before the name of every resource"`
}

// Open checks the configuration; connecting is left to the first call.
func Open(_ context.Context, c Config) (sdk.Backend, error) {
	address, err := url.Parse(c.URL)
	if err != nil || address.Host == "" {
		return nil, &sdk.ConfigError{Key: "url", Message: "is not a URL with a host"} // never the value: it is secret
	}
	return backend{address: address, prefix: c.Prefix}, nil
}

// A backend implements the methods of sdk.Backend.
type backend struct {
	sdk.Backend
	address *url.URL
	prefix  string
}

// The whole main function of stormlock-backend-mystore.
func ExampleServe() {
	plugin.Serve("mystore", Open)
}
