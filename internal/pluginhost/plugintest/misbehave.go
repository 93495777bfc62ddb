package plugintest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Backends that speak the protocol and do something odd besides.

// slow does not answer an acquire until its context ends. Then it needs half a
// second to undo what it began, and reports that it did.
func slow(b *backend) {
	b.acquire = func(ctx context.Context, _ sdk.Lease) (sdk.Lease, error) {
		tell(EventFile, "acquiring")
		<-ctx.Done()
		time.Sleep(500 * time.Millisecond)
		tell(EventFile, "rolled back")
		return sdk.Lease{}, ctx.Err()
	}
}

// lingering answers, and then takes its time to end.
func lingering(b *backend) {
	b.close = func() {
		tell(EventFile, "closing")
		time.Sleep(time.Minute)
	}
}

// chatty prints on stdout while it opens, as a library may do.
func chatty(b *backend) {
	b.open = func() { fmt.Println("connecting to the store") }
}

// strange logs a line that makes go-plugin panic unless its logger is off.
func strangeLog(b *backend) {
	b.open = func() { fmt.Fprintln(os.Stderr, `{"@message":5}`) }
}

// panicking panics in the middle of an acquire.
func panicking(b *backend) {
	b.acquire = func(context.Context, sdk.Lease) (sdk.Lease, error) { panic("out of cheese") }
}

// dying ends the process in the middle of an acquire.
func dying(b *backend) {
	b.acquire = func(context.Context, sdk.Lease) (sdk.Lease, error) {
		fmt.Fprintln(os.Stderr, "the disk is on fire")
		os.Exit(7)
		return sdk.Lease{}, nil
	}
}

// reading answers with what it can read on stdin.
func reading(b *backend) {
	b.acquire = func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
		text := make([]byte, 64)
		n, _ := os.Stdin.Read(text)
		want.Reason = string(text[:n])
		return grant(ctx, want)
	}
}

// environ answers with the environment variables whose names begin with the
// reason.
func environ(b *backend) {
	b.acquire = func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
		var found []string
		for _, kv := range os.Environ() {
			if strings.HasPrefix(kv, want.Reason) {
				found = append(found, kv)
			}
		}
		want.Reason = strings.Join(found, "\n")
		return grant(ctx, want)
	}
}

// parent leaves a child behind that holds its stderr.
func parent(b *backend) {
	b.open = func() {
		child := exec.Command("sleep", "60")
		child.Stdout, child.Stderr = os.NewFile(1, "stdout"), os.NewFile(2, "stderr")
		if err := child.Start(); err == nil {
			tell(EventFile, strconv.Itoa(child.Process.Pid))
		}
	}
}

// lying answers an acquire with a lease of another resource.
func lying(b *backend) {
	b.acquire = func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
		want.Resource = "another"
		return grant(ctx, want)
	}
}

// Executables that do not get as far as the protocol.

// noisy prints something else where the handshake belongs.
func noisy() {
	fmt.Println("Welcome to the noisy backend!")
	time.Sleep(time.Minute)
}

// exits ends at once, and says why.
func exits() {
	fmt.Fprintln(os.Stderr, "libfoo.so is missing")
	os.Exit(3)
}

// hangs says nothing at all.
func hangs() {
	tell(PIDFile, strconv.Itoa(os.Getpid()))
	time.Sleep(time.Minute)
}

// future speaks another version of the protocol.
func future() {
	fmt.Printf("1|99|unix|%s|grpc\n", os.Getenv("PLUGIN_UNIX_SOCKET_DIR")+"/future")
	time.Sleep(time.Minute)
}

// stubborn answers the handshake, ignores every signal that can be ignored,
// and serves nothing: not even Shutdown.
func stubborn() {
	tell(PIDFile, strconv.Itoa(os.Getpid()))
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	path := os.Getenv("PLUGIN_UNIX_SOCKET_DIR") + "/stubborn"
	err := serveWithoutShutdown(path, func() { fmt.Printf("1|1|unix|%s|grpc\n", path) })
	fmt.Fprintln(os.Stderr, errors.Join(err))
}
