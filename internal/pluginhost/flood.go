package pluginhost

import "fmt"

// How much a plugin may write, in bytes. What a backend logs at its most
// talkative are kilobytes, and stdout is for the handshake alone; a plugin that
// writes more is stopped, for it would keep both of us busy until the time is up.
const (
	maxStderr = 8 << 20
	maxStdout = 64 << 10
)

// flooded stops a plugin that writes without end.
func (p *Plugin) flooded(stream string, most int) {
	p.mu.Lock()
	proc := p.proc
	p.flood = fmt.Sprintf("it wrote more than %d KiB on %s", most>>10, stream)
	p.mu.Unlock()
	if proc != nil {
		proc.stop()
	}
}

// whyStopped says why a plugin was stopped in the middle, or nothing.
func (p *Plugin) whyStopped() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.flood
}

// stop kills the process, whoever drives.
func (p *process) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc != nil && !p.hasExited() {
		_ = kill(p.proc)
	}
}
