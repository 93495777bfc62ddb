module github.com/stormlock/stormlock

go 1.26.0
