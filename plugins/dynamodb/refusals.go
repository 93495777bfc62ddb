package dynamodb

import (
	"strings"

	"github.com/stormlock/stormlock/sdk"
)

// refusals holds what DynamoDB may answer instead of doing what it is asked to,
// by the code of the error, and what to do about it.
//
// Two codes are left out on purpose, for they are not certain:
// InternalServerError, after which a write may have been done or not, and
// TransactionInProgressException, by which a copy of the request is being
// carried out.
var refusals = map[string]func(b *backend, code, message string) error{
	"AccessDeniedException": refused("allow it in the IAM policy of these credentials", true),

	// The messages of these quote the request with its signature.
	"UnrecognizedClientException":         refused(`the access key is not known there; check the credentials, "region" and "endpoint"`, false),
	"InvalidClientTokenId":                refused(`the access key is not known there; check the credentials, "region" and "endpoint"`, false),
	"InvalidSignatureException":           refused(`the signature is not accepted; check the secret access key, "region", "endpoint" and this machine's clock`, false),
	"SignatureDoesNotMatch":               refused(`the signature is not accepted; check the secret access key, "region", "endpoint" and this machine's clock`, false),
	"IncompleteSignatureException":        refused("the signature is not accepted; check the credentials", false),
	"IncompleteSignature":                 refused("the signature is not accepted; check the credentials", false),
	"MissingAuthenticationTokenException": refused("credentials are missing; a proxy may have taken them away", false),
	"MissingAuthenticationToken":          refused("credentials are missing; a proxy may have taken them away", false),
	"ExpiredTokenException":               refused("the credentials have expired; log in again", false),
	"ExpiredToken":                        refused("the credentials have expired; log in again", false),
	"NotAuthorized":                       refused("these credentials are not allowed to do this", false),
	"OptInRequired":                       refused("the account is not opted in to this region", false),

	"ProvisionedThroughputExceededException": unavailable("the table has no capacity left; try again"),
	"ThrottlingException":                    unavailable("too many requests; try again"),
	"RequestLimitExceeded":                   unavailable("the account's limit is reached; try again"),
	"LimitExceededException":                 unavailable("a limit of the account is reached; try again"),
	"ReplicatedWriteConflictException":       unavailable("another region changes the item; try again"),

	"ResourceNotFoundException": missing,
	"ValidationException":       invalid,
}

func refused(advice string, quote bool) func(*backend, string, string) error {
	return func(b *backend, code, message string) error {
		if !quote {
			return sdk.Refused("%s: %s: %s; no lock was changed", b.where(), code, advice)
		}
		return sdk.Refused("%s: %s: %s; no lock was changed; %s", b.where(), code, message, advice)
	}
}

func unavailable(advice string) func(*backend, string, string) error {
	return func(b *backend, code, _ string) error {
		return sdk.Unavailable("%s: %s: no lock was changed; %s", b.where(), code, advice)
	}
}

func missing(b *backend, _, _ string) error {
	return sdk.NotSetUp(`%s does not exist, or is still being created; check "table", "region" and whose account the credentials are of`, b.where())
}

// invalid is what DynamoDB says of a key that does not fit the table, too.
func invalid(b *backend, code, message string) error {
	for _, part := range []string{"does not match the schema", "number of conditions on the keys", "Type mismatch for key", "Missing the key", "required keys was not given"} {
		if strings.Contains(message, part) {
			return b.wrongKey("its key is another one")
		}
	}
	return sdk.Refused("%s: %s: %s; no lock was changed", b.where(), code, message)
}

// wrongKey is about a table that is made for something else.
func (b *backend) wrongKey(what string) error {
	return &sdk.ConfigError{Key: "table", Message: b.where() + ` is not made for locks: ` + what +
		`; stormlock needs the partition key "resource", a string, and no sort key`}
}
