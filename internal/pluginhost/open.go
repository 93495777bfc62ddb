package pluginhost

import (
	"context"

	"github.com/stormlock/stormlock/sdk"
)

// Open starts a backend's executable and configures it. The process ends when the
// backend is closed.
func Open(ctx context.Context, exe Candidate, opts Options, section map[string]string) (sdk.Backend, error) {
	p, err := Start(ctx, exe, opts)
	if err != nil {
		return nil, err
	}
	p.Backend().Configure(section)
	return opened{p.Backend(), p}, nil
}

// opened is a backend whose process ends with it.
type opened struct {
	sdk.Backend
	plugin *Plugin
}

func (o opened) Close() error {
	o.plugin.Stop(RollBackGrace)
	return nil
}
