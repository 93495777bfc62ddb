package plugintest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
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

// undoTime is longer than a host waits for a plugin at rest, the time between
// its signals included.
const undoTime = 1500 * time.Millisecond

// slow does not answer an acquire until its context ends. Then it needs a while
// to undo what it began, says so on a stderr that may have no reader any more,
// and reports that it did.
func slow(b *backend) {
	b.acquire = func(ctx context.Context, _ sdk.Lease) (sdk.Lease, error) {
		tell(EventFile, "acquiring")
		<-ctx.Done()
		fmt.Fprintln(os.Stderr, "undoing")
		time.Sleep(undoTime)
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

// eager stores the lease at once and answers only when its context ends: the
// answer is lost, the lock is taken.
func eager(b *backend) {
	b.acquire = func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
		lease, _ := grant(ctx, want)
		b.store(lease)
		tell(EventFile, "acquiring")
		<-ctx.Done()
		return sdk.Lease{}, ctx.Err()
	}
}

// LateID is the id of the lease that the backend "late" shows.
const LateID = "000102030405060708090a0b0c0d0e0f"

// late answers after the lease has ended.
func late(b *backend) {
	b.acquire = func(ctx context.Context, want sdk.Lease) (sdk.Lease, error) {
		time.Sleep(want.TTL + 200*time.Millisecond)
		return grant(ctx, want)
	}
	b.renew = b.acquire
	b.current = func(_ context.Context, resource string) (sdk.Lease, error) {
		time.Sleep(1200 * time.Millisecond)
		return sdk.Lease{Resource: resource, ID: LateID, Principal: "ana", TTL: time.Second}, nil
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

// mute closes its stdout and lives on.
func mute() {
	_ = os.Stdout.Close()
	fmt.Fprintln(os.Stderr, "no words")
	time.Sleep(time.Minute)
}

// elsewhere gives the address of a socket that is not where its own should be.
func elsewhere() {
	fmt.Println("1|1|unix|/var/run/other.sock|grpc")
	time.Sleep(time.Minute)
}

// vanishing says that it is ready and ends.
func vanishing() {
	fmt.Printf("1|1|unix|%s/socket|grpc\n", os.Getenv("PLUGIN_UNIX_SOCKET_DIR"))
}

// future speaks another version of the protocol.
func future() {
	fmt.Printf("1|99|unix|%s|grpc\n", os.Getenv("PLUGIN_UNIX_SOCKET_DIR")+"/future")
	time.Sleep(time.Minute)
}

// stubborn answers the handshake, ignores every signal that can be ignored,
// and serves nothing: not even Shutdown.
func stubborn() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	serveNothing("", func() { time.Sleep(time.Minute) })
}

// polite does not know Shutdown either, but ends when it is terminated.
func polite() {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	serveNothing("", func() {
		<-terminated
		tell(EventFile, "terminated")
	})
}

// leaving ends by itself, between the two seconds that go-plugin waits and the
// grace of a plugin that has something to undo.
func leaving() {
	serveNothing("", func() {
		time.Sleep(2200 * time.Millisecond)
		tell(EventFile, "left")
	})
}

// certified offers TLS that nobody asked for, which makes go-plugin panic.
func certified() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	serveNothing("|"+base64.RawStdEncoding.EncodeToString(cert), func() { time.Sleep(time.Minute) })
}
