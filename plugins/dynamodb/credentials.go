package dynamodb

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/smithy-go"

	"github.com/stormlock/stormlock/sdk"
)

// credentialed is a source of credentials whose faults can be told from those
// of a request.
type credentialed struct{ source aws.CredentialsProvider }

type credentialsError struct{ cause error }

func (e *credentialsError) Error() string { return e.cause.Error() }
func (e *credentialsError) Unwrap() error { return e.cause }

func (c credentialed) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := c.source.Retrieve(ctx)
	if err != nil {
		return found, &credentialsError{err}
	}
	sdk.Conceal(ctx, found.AccessKeyID, found.SecretAccessKey, found.SessionToken) // those of a profile, too
	return found, nil
}

// why says in words of our own why there are no credentials. The library's
// text is long, and may quote what a program printed that holds them.
func (e *credentialsError) why() string {
	var (
		program *processcreds.ProviderError
		refusal smithy.APIError
	)
	switch {
	case strings.Contains(e.Error(), "SSO token"):
		return "the login session has expired; run: aws sso login"
	case errors.As(e, &program):
		return "the credential_process of the profile fails"
	case errors.As(e, &refusal):
		return oneLine(refusal.ErrorCode() + ": " + refusal.ErrorMessage())
	}
	return `none were found; set "profile", or "access_key_id" and "secret_access_key", or log in with the AWS tools`
}
