package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A size is a number of bytes; 0 if it is not known.
type size int64

func (s size) String() string {
	if s == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", float64(s)/(1<<20))
}

// peaks are the most memory that stormlock and its plugin had resident. Only Linux
// tells. The rusage of a child does not: it counts what the parent had when it
// made the child.
type peaks struct{ core, plugin size }

// watchEvery is short beside a list; what a process gets in its last moments is
// missed.
const watchEvery = 2 * time.Millisecond

// watch looks at a process and its children until the function that it returns is
// called.
func (p *peaks) watch(pid int) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			p.look(pid)
			select {
			case <-end:
				return
			case <-time.After(watchEvery):
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

func (p *peaks) look(pid int) {
	p.core = max(p.core, resident(pid))
	for _, child := range children(pid) {
		p.plugin = max(p.plugin, resident(child))
	}
}

// children returns the processes that any thread of a process has started.
func children(pid int) (pids []int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, field := range strings.Fields(string(text)) {
			child, _ := strconv.Atoi(field)
			pids = append(pids, child)
		}
	}
	return pids
}

// resident is the most memory that a process has had resident.
func resident(pid int) size {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	line, _, _ := strings.Cut(rest, " kB")
	kilobytes, _ := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	return size(kilobytes << 10)
}
