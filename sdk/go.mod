module github.com/stormlock/stormlock/sdk

go 1.26.0
