package dynamodb

// What Setup does, as commands of the AWS command line, so that an administrator
// can carry it out instead. Nothing in them needs quotes: see the patterns in
// config.go.

func (b *backend) createStatement() string {
	return b.statement("create-table --attribute-definitions AttributeName=resource,AttributeType=S" +
		" --key-schema AttributeName=resource,KeyType=HASH --billing-mode PAY_PER_REQUEST")
}

func (b *backend) waitStatement() string { return b.statement("wait table-exists") }

func (b *backend) sweepStatement() string {
	return b.statement("update-time-to-live --time-to-live-specification Enabled=true,AttributeName=expires")
}

func (b *backend) statement(command string) string {
	text := "aws dynamodb " + command + " --table-name " + b.table + " --region " + b.region
	if b.endpoint != "" {
		text += " --endpoint-url " + b.endpoint
	}
	return text
}
