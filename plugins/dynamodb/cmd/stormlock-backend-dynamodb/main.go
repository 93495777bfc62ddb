// Command stormlock-backend-dynamodb lets stormlock keep its locks in DynamoDB.
// stormlock finds it in PATH and runs it; it is of no use by itself.
package main

import (
	"github.com/stormlock/stormlock/plugins/dynamodb"
	"github.com/stormlock/stormlock/sdk/plugin"
)

func main() { plugin.Serve("dynamodb", dynamodb.Open) }
