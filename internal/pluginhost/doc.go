// Package pluginhost finds backend executables, starts one, talks to it and
// stops it. It is the only code of stormlock that runs an executable.
//
//	exe, err := pluginhost.Find("redis", pluginhost.Directories())
//	p, err := pluginhost.Start(ctx, exe, pluginhost.Options{})
//	defer p.Stop()
//	p.Backend().Configure(section)
//	lease, err := p.Backend().Current(ctx, "prod-db")
//
// Finding ([Find], [List]) runs nothing. Starting uses hashicorp/go-plugin,
// which is made for hosts that live for hours; what a host that lives for
// milliseconds needs beyond that is in runner.go (the process and its pipes),
// stop.go (ending it within bounds) and diagnose.go (saying what went wrong).
package pluginhost
