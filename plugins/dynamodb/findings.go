package dynamodb

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stormlock/stormlock/sdk"
)

// unseen is about what the credentials do not allow to be looked at. No lock
// needs it.
func unseen(about, action string) sdk.Finding {
	return sdk.Found(sdk.LevelWarning, about, "these credentials may not look at it; allow dynamodb:%s, or ask with others that may", action)
}

// connection is about where the table is. arn names its account, if it is known.
func (c *checkup) connection(arn string) sdk.Finding {
	const about = "connection"
	switch text := exposed(c.endpoint); {
	case text != "":
		return sdk.Found(sdk.LevelWarning, about, "%s", text)
	case strings.HasPrefix(arn, "arn:aws:dynamodb:ddblocal:"):
		return sdk.Found(sdk.LevelWarning, about, "%s: that is DynamoDB Local, which is made for tests: it loses every lock when it ends, unless it was told to keep its data, and checks no rights", c.where())
	case arn != "" && arn != c.table:
		return sdk.Found(sdk.LevelOK, about, "%s, %s", c.where(), oneLine(arn))
	}
	return sdk.Found(sdk.LevelOK, about, "%s", c.where())
}

// status is about whether the table takes requests.
func (c *checkup) status(table *types.TableDescription) sdk.Finding {
	const about = "table"
	switch table.TableStatus {
	case types.TableStatusActive, types.TableStatusUpdating:
		return sdk.Found(sdk.LevelOK, about, "its status is %s", table.TableStatus)
	case types.TableStatusCreating:
		c.useless = true
		return sdk.Found(sdk.LevelError, about, "it is still being created; try again in a minute")
	case types.TableStatusInaccessibleEncryptionCredentials:
		c.useless = true
		return sdk.Found(sdk.LevelError, about, "DynamoDB may not use the KMS key of the table (status %s); allow it again, or nobody gets at the locks", table.TableStatus)
	}
	c.useless = true
	return sdk.Found(sdk.LevelError, about, "its status is %s, in which it takes no requests; no lock can be taken until that is over", table.TableStatus)
}

func (c *checkup) keyed(table *types.TableDescription) sdk.Finding {
	const about = "key"
	if err := c.checkKey(table); err != nil {
		c.useless = true
		return sdk.Found(sdk.LevelError, about, "%s", err)
	}
	return sdk.Found(sdk.LevelOK, about, `the partition key is "resource"`)
}

// leastWrites is what a grant or a release takes, in write units: a transaction
// of two small items.
const leastWrites = 4

// capacity is about requests that are refused because there are too many.
func capacity(table *types.TableDescription) sdk.Finding {
	const about = "capacity"
	onDemand := table.BillingModeSummary != nil && table.BillingModeSummary.BillingMode == types.BillingModePayPerRequest
	reads, writes := int64(-1), int64(-1)
	if most := table.OnDemandThroughput; onDemand && most != nil {
		reads, writes = limit(most.MaxReadRequestUnits), limit(most.MaxWriteRequestUnits)
	} else if provisioned := table.ProvisionedThroughput; !onDemand && provisioned != nil {
		reads, writes = limit(provisioned.ReadCapacityUnits), limit(provisioned.WriteCapacityUnits)
	}
	switch {
	case writes >= 0 && writes < leastWrites:
		return sdk.Found(sdk.LevelWarning, about, "%d write units a second, and a grant or a release takes %d or more: they may be refused (exit 69), as may the renewal of a lock that is then lost; allow more, or switch to PAY_PER_REQUEST", writes, leastWrites)
	case reads >= 0 || writes >= 0:
		return sdk.Found(sdk.LevelOK, about, "%s read and %s write units a second; what goes beyond is refused (exit 69)", units(reads), units(writes))
	case onDemand:
		return sdk.Found(sdk.LevelOK, about, "on demand")
	}
	return sdk.Found(sdk.LevelOK, about, "no limit is told")
}

// limit is -1 for none.
func limit(units *int64) int64 {
	if units == nil {
		return -1
	}
	return *units
}

func units(n int64) string {
	if n < 0 {
		return "unlimited"
	}
	return aws.ToString(&numberOf(n).Value)
}

// replicated is about locks in two regions at once.
func (c *checkup) replicated(table *types.TableDescription) sdk.Finding {
	const about = "replicas"
	var others []string
	for _, r := range table.Replicas {
		if name := oneLine(aws.ToString(r.RegionName)); name != c.region {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	if len(others) == 0 && aws.ToString(table.GlobalTableVersion) != "" {
		others = []string{"other regions"} // of an old kind, which does not name them
	}
	switch {
	case table.MultiRegionConsistency == types.MultiRegionConsistencyStrong:
		return sdk.Found(sdk.LevelError, about, "the table is a global one with strong consistency across regions, which takes no transactions, so that no lock can be taken; use a table of one region")
	case len(others) > 0:
		return sdk.Found(sdk.LevelWarning, about, "the table is a global one, with replicas in %s: a lock in one region keeps out nobody in another; have every operator name %s, or use a table of one region", strings.Join(others, ", "), c.region)
	}
	return sdk.Found(sdk.LevelOK, about, "in one region only")
}

func protected(table *types.TableDescription) sdk.Finding {
	const about = "deletion"
	if aws.ToBool(table.DeletionProtectionEnabled) {
		return sdk.Found(sdk.LevelOK, about, "the table is protected from being deleted")
	}
	return sdk.Found(sdk.LevelOK, about, "whoever may delete the table, with every lock, can; deletion protection is off")
}

const aboutSweep = "time to live"

// sweeping is about what [backend.swept] says.
func sweeping(swept bool, err error) sdk.Finding {
	switch {
	case errors.Is(err, sdk.ErrConfig):
		return sdk.Found(sdk.LevelError, aboutSweep, "%s", err)
	case err != nil:
		return sdk.Found(sdk.LevelWarning, aboutSweep, "%s", err)
	case !swept:
		return sdk.Found(sdk.LevelWarning, aboutSweep, `it is off, so that locks which are over stay in the table: they keep nobody out, but every list reads them; "stormlock backend setup" for this backend turns it on`)
	}
	return sdk.Found(sdk.LevelOK, aboutSweep, `it removes what has expired, by the attribute "expires"`)
}

// privileged is about the actions that the operations need, going by those that
// were denied.
func privileged(denied []string) sdk.Finding {
	const about = "privileges"
	if len(denied) > 0 {
		return sdk.Found(sdk.LevelError, about, "these credentials are denied dynamodb:%s; allow it in their IAM policy", strings.Join(denied, ", dynamodb:"))
	}
	return sdk.Found(sdk.LevelOK, about, "GetItem, BatchGetItem and Scan are allowed; whether PutItem, UpdateItem and DeleteItem are was not tried, as that would write")
}
