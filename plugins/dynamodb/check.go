package dynamodb

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/bounded"
)

// Check asks for the table's settings, and then one question of each kind that
// the operations ask. Nothing tells whether these credentials may write, but to
// write.
func (b *backend) Check(ctx context.Context) ([]sdk.Finding, error) {
	ctx, cancel := bounded.Call(ctx)
	defer cancel()
	if err := b.isOpen(); err != nil {
		return nil, err
	}
	c := &checkup{backend: b}
	for _, look := range []func(context.Context) error{c.settings, c.sweeping, c.questions} {
		if err := look(ctx); err != nil {
			return c.all(), err
		}
	}
	return c.all(), nil
}

// A checkup is one Check under way.
type checkup struct {
	*backend
	found   []sdk.Finding
	clock   []sdk.Finding // of the first answer
	useless bool          // the table is not there, or takes no locks: there is no more to ask
}

func (c *checkup) all() []sdk.Finding { return append(c.found, c.clock...) }

func (c *checkup) add(findings ...sdk.Finding) { c.found = append(c.found, findings...) }

// ask sends one request. Which it was that the credentials do not allow is for
// the caller to tell.
func (c *checkup) ask(send func() (middleware.Metadata, error)) (denied bool, err error) {
	sent := time.Now()
	said, err := send()
	if refusal, ok := errors.AsType[smithy.APIError](err); ok && refusal.ErrorCode() == "AccessDeniedException" {
		return true, nil
	}
	if err != nil {
		return false, c.explain(err, false)
	}
	if now, ok := awsmiddleware.GetServerTime(said); ok && c.clock == nil {
		c.clock = []sdk.Finding{sdk.ClockFinding(now, sent, time.Now(), tick)}
	}
	return false, nil
}

// settings looks at the table.
func (c *checkup) settings(ctx context.Context) error {
	var table *types.TableDescription
	denied, err := c.ask(func() (middleware.Metadata, error) {
		out, err := c.describing(ctx)
		switch {
		case err != nil:
			return middleware.Metadata{}, err
		case out.Table == nil || out.Table.TableName == nil:
			return middleware.Metadata{}, errNotDynamoDB
		}
		table = out.Table
		return out.ResultMetadata, nil
	})
	switch {
	case denied:
		c.add(c.connection(""), unseen("settings", "DescribeTable"))
		return nil
	case errors.Is(err, sdk.ErrNotSetUp):
		c.add(c.connection(""), c.unfit(err))
		return nil
	case err != nil:
		return err
	}
	c.add(c.connection(aws.ToString(table.TableArn)), c.status(table), c.keyed(table), capacity(table), c.replicated(table), protected(table))
	return nil
}

// unfit is about a table that is not there, or that takes no locks.
func (c *checkup) unfit(err error) sdk.Finding {
	c.useless = true
	text := err.Error()
	if errors.Is(err, sdk.ErrNotSetUp) {
		text += `; "stormlock backend setup" for this backend makes it`
	}
	return sdk.Found(sdk.LevelError, "table", "%s", text)
}

// sweeping looks at what removes locks that are over.
func (c *checkup) sweeping(ctx context.Context) error {
	if c.useless {
		return nil
	}
	var sweep *types.TimeToLiveDescription
	denied, err := c.ask(func() (middleware.Metadata, error) {
		out, err := c.describingSweep(ctx)
		switch {
		case err != nil:
			return middleware.Metadata{}, err
		case out.TimeToLiveDescription == nil:
			return middleware.Metadata{}, errNotDynamoDB
		}
		sweep = out.TimeToLiveDescription
		return out.ResultMetadata, nil
	})
	switch {
	case denied:
		c.add(unseen(aboutSweep, "DescribeTimeToLive"))
	case errors.Is(err, sdk.ErrNotSetUp): // which the questions find too
	case err != nil:
		return err
	default:
		c.add(sweeping(c.swept(sweep)))
	}
	return nil
}

// questions asks what the operations ask.
func (c *checkup) questions(ctx context.Context) error {
	scan := c.scan("", nil)
	scan.Limit = aws.Int32(1)
	nobody := fenceKey("") // what lies there is no resource's
	var denied []string
	for _, q := range []struct {
		action string
		ask    func() (middleware.Metadata, error)
	}{
		{"GetItem", asked(ctx, c.get(nobody))},
		{"BatchGetItem", asked(ctx, c.getBoth(nobody))},
		{"Scan", asked(ctx, c.scanned(scan))},
	} {
		if c.useless {
			return nil
		}
		refused, err := c.ask(q.ask)
		switch {
		case refused:
			denied = append(denied, q.action)
		case errors.Is(err, sdk.ErrConfig):
			c.add(c.unfit(err))
		case err != nil:
			return err
		}
	}
	c.add(privileged(denied))
	return nil
}

// asked asks a question of which only matters whether there is an answer.
func asked[T any](ctx context.Context, q question[T]) func() (middleware.Metadata, error) {
	return func() (middleware.Metadata, error) {
		_, said, err := q(ctx, withClockMended)
		if err == nil && !said.understood() {
			err = errNotDynamoDB
		}
		return said.metadata, err
	}
}
