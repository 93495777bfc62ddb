package postgres

import (
	"context"

	"github.com/stormlock/stormlock/sdk"
)

// Check implements [sdk.Backend].
func (b *backend) Check(context.Context) ([]sdk.Finding, error) { return nil, nil }
