//go:build unix

package guarded

import (
	"encoding/json"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/stormlock/stormlock/internal/itself"
)

// dismissTime is how long a guard may take to end. One that was stopped by
// somebody never does.
const dismissTime = 2 * time.Second

// A post is the guard as seen from here.
type post struct {
	cmd *exec.Cmd
	to  *os.File

	mu     sync.Mutex
	orders *json.Encoder
	last   order
}

// startGuard starts a guard that has nothing to guard yet. It is in a session of
// its own: what stops or ends our process group does not reach it.
func startGuard(warning string) (*post, error) {
	cmd, err := itself.Command(guardName)
	if err != nil {
		return nil, err
	}
	from, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer from.Close()
	cmd.Stdin, cmd.Stderr = from, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		_ = to.Close()
		return nil, err
	}
	return &post{cmd: cmd, to: to, orders: json.NewEncoder(to), last: order{Warning: warning}}, nil
}

// order passes on what has changed. A guard that does not listen must not hold up
// what can be done without it.
func (p *post) order(change func(*order)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.last)
	_ = p.to.SetWriteDeadline(time.Now().Add(dismissTime))
	_ = p.orders.Encode(p.last)
}

// dismiss ends the guard and waits for it.
func (p *post) dismiss() {
	p.order(func(o *order) { o.Dismissed = true })
	late := time.AfterFunc(dismissTime, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	_ = p.cmd.Wait()
	_ = p.to.Close()
}
