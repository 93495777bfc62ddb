package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/stormlock/stormlock/internal/config"
	"github.com/stormlock/stormlock/internal/escape"
	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/sdk"
)

// A session is one resource's settings, the way to its backend, and the record
// of leases.
type session struct {
	config.Settings
	file *config.File
	link *link
	book book
	json bool          // print what there is to print as JSON
	self string        // how to call stormlock again with the same configuration
	time time.Duration // that the command, or each of its steps, may take
}

// timed runs a step of a command with the time that --timeout gives.
func (s *session) timed(ctx context.Context, step func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.time)
	defer cancel()
	return step(ctx)
}

// with runs do with a session for a resource, within the time that --timeout
// gives, and stops the plugin afterwards. The context that do gets ends on a
// signal.
func (g *globals) with(ctx context.Context, resource string, do func(context.Context, *session) error) error {
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	return g.withSteps(ctx, resource, do)
}

// withSteps is with for a command that may take longer than --timeout, because it
// waits for people or runs a command: each of its steps gets that time, from [session.timed].
func (g *globals) withSteps(ctx context.Context, resource string, do func(context.Context, *session) error) error {
	if err := sdk.ValidateResource(resource); err != nil {
		return err
	}
	file, err := g.readConfigInTime(ctx)
	if err != nil {
		return err
	}
	settings, err := file.Resolve(resource)
	if err == nil {
		err = nameable(file, settings.Backend)
	}
	if err != nil {
		return err
	}
	return g.conduct(ctx, file, settings, do)
}

// conduct runs do with a session for settings of a file.
func (g *globals) conduct(ctx context.Context, file *config.File, settings config.Settings, do func(context.Context, *session) error) error {
	s := &session{
		Settings: settings, file: file, link: g.link(file, settings.Backend),
		json: g.json, self: g.self(), time: g.timeout.duration,
	}
	defer s.book.close()
	defer s.link.close(ctx, true)
	return g.finish(file, settings.Backend, do(ctx, s))
}

// withBackend runs do with a backend, as with does for a resource.
func (g *globals) withBackend(ctx context.Context, name string, do func(context.Context, sdk.Backend) error) error {
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	file, err := g.readConfig(ctx)
	if err != nil {
		return err
	}
	link := g.link(file, name)
	defer link.close(ctx, true)
	if err := link.open(ctx); err != nil {
		return err
	}
	return g.finish(file, name, do(ctx, link.backend))
}

// finish makes an error, completed, the outcome.
func (g *globals) finish(file *config.File, backend string, err error) error {
	err = g.completed(file, backend, err)
	settle(err)
	return err
}

// completed adds to an error what only the host knows: the line of the file, the
// command that mends it.
func (g *globals) completed(file *config.File, backend string, err error) error {
	err = positioned(file, backend, err)
	if errors.Is(err, sdk.ErrNotSetUp) {
		err = fmt.Errorf("%w; run: %s backend setup %s", err, g.self(), backend)
	}
	return err
}

// stopAfter stops a plugin. A call that was cut short gets time to undo what
// it began.
func stopAfter(ctx context.Context, p *pluginhost.Plugin) {
	if ctx.Err() != nil {
		p.Stop(pluginhost.RollBackGrace)
		return
	}
	p.Stop(pluginhost.Grace)
}

func (g *globals) environment() config.Env { return config.Env{Getenv: os.Getenv} }

// readConfig reads the configuration file. It does not wait longer than ctx for
// a disk or network that does not answer.
func (g *globals) readConfig(ctx context.Context) (*config.File, error) {
	file, err := awaited(ctx, "reading the configuration file", func() (*config.File, error) {
		return config.Load(g.config, g.environment())
	})
	if err == nil {
		say("the configuration file is %s", file.Path())
	}
	return file, err
}

// readConfigInTime is the same within the time that --timeout gives.
func (g *globals) readConfigInTime(ctx context.Context) (*config.File, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout.duration)
	defer cancel()
	return g.readConfig(ctx)
}

// configIfAny is for commands that need no configuration file, but keep to the
// pins of one that is there. The result may be nil.
func (g *globals) configIfAny(ctx context.Context) (*config.File, error) {
	file, err := g.readConfig(ctx)
	if _, none := errors.AsType[*config.NotFoundError](err); none {
		return nil, nil
	}
	return file, err
}

// executable finds a backend's executable, and says how it is to be run. file may be
// nil: then nothing is pinned.
func (g *globals) executable(ctx context.Context, file *config.File, backend string) (exe pluginhost.Candidate, opts pluginhost.Options, err error) {
	if opts.Log, err = g.logger(); err != nil {
		return exe, opts, err
	}
	if exe, err = found(ctx, backend); err != nil {
		return exe, opts, located(file, err)
	}
	if file != nil {
		opts.SHA256, err = file.Pin(backend)
	}
	return exe, opts, err
}

// start runs a backend's executable. file may be nil, as for executable.
func (g *globals) start(ctx context.Context, file *config.File, backend string) (*pluginhost.Plugin, error) {
	exe, opts, err := g.executable(ctx, file, backend)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	p, err := pluginhost.Start(ctx, exe, opts)
	if err == nil {
		say("backend %s is %s%s, started in %s", backend, exe.Path, pinText(opts.SHA256), since(begin))
		p.Backend().OnWarning(g.warn)
	}
	return p, err
}

// found looks for a backend's executable.
func found(ctx context.Context, backend string) (pluginhost.Candidate, error) {
	return awaited(ctx, "looking for the backend", func() (pluginhost.Candidate, error) {
		return pluginhost.Find(backend, pluginhost.Directories())
	})
}

// warn tells a warning once: each attempt at a request may bring it again.
func (g *globals) warn(text string) {
	if slices.Contains(g.warned, text) {
		return
	}
	g.warned = append(g.warned, text)
	if g.warning != nil {
		g.warning(text)
		return
	}
	note("warning: " + text)
}

// nameable refuses what no backend is called before anything repeats it: it may be
// a URL with a password, under the wrong key.
func nameable(file *config.File, backend string) error {
	if pluginhost.ValidName(backend) {
		return nil
	}
	return located(file, &pluginhost.NotFoundError{Name: backend, Invalid: true})
}

// located adds the file that names a backend which does not exist.
func located(file *config.File, err error) error {
	if _, missing := errors.AsType[*pluginhost.NotFoundError](err); file == nil || !missing {
		return err
	}
	return fmt.Errorf("%s: %w", file.Position("", ""), err)
}

// positioned gives a backend's complaint about its section a line of the file.
func positioned(file *config.File, backend string, err error) error {
	if bad, ok := errors.AsType[*sdk.ConfigError](err); ok {
		return fmt.Errorf("%s: %w", file.Position("backend."+backend, bad.Key), bad)
	}
	return err
}

func (g *globals) logger() (hclog.Logger, error) {
	level := hclog.LevelFromString(g.logLevel)
	if level == hclog.NoLevel {
		return nil, usage(fmt.Sprintf("log level %q is none of trace, debug, info, warn, error, off", g.logLevel))
	}
	return hclog.New(&hclog.LoggerOptions{Name: "stormlock", Level: level, Output: escape.Writer(live.writer(os.Stderr))}), nil
}
