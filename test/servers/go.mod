module github.com/stormlock/stormlock/test/servers

go 1.26.0
