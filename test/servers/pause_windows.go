package servers

import "errors"

var errNoPause = errors.New("windows cannot freeze a process")

// Pause and Resume exist so that tests that freeze a server can be compiled.
func (p *process) Pause() error { return errNoPause }

// Resume does what Pause does.
func (p *process) Resume() error { return errNoPause }
