// Command run keeps those servers running that take long to start, until it is
// interrupted, so that tests need not start them each time: `make servers`.
//
// Tests find them through a file in .tools, and start their own if it is not
// there. Those that stop, pause or configure their server start their own
// always.
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/stormlock/stormlock/test/servers"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("servers: ")
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	// Before the first server, so that a Ctrl-C leaves nothing behind.
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	kept, err := servers.Keep()
	defer kept.Stop()
	if err != nil {
		return err
	}
	for _, line := range kept.Lines() {
		fmt.Println(line)
	}
	path, err := servers.KeptFile()
	if err != nil {
		return err
	}
	if err := write(path, strings.Join(kept.Lines(), "\n")+"\n"); err != nil {
		return err
	}
	defer os.Remove(path)
	fmt.Println("running; press Ctrl-C to stop them")
	<-interrupted
	return nil
}

// write makes the file at once and whole: tests may be looking.
func write(path, text string) error {
	part := filepath.Join(filepath.Dir(path), ".servers.part")
	if err := os.WriteFile(part, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(part, path)
}
