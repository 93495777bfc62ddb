package plugin

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/stats"
)

func TestDrainWaitsForRunningCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life := newLifecycle()
		life.begin()
		life.begin()
		go func() {
			time.Sleep(time.Second)
			life.end()
			time.Sleep(500 * time.Millisecond)
			life.end()
		}()
		begun := time.Now()
		life.drain(drainTime)
		if took := time.Since(begun); took != 1500*time.Millisecond {
			t.Errorf("drained after %s", took)
		}
	})
}

func TestDrainIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		life := newLifecycle()
		life.begin()
		begun := time.Now()
		life.drain(drainTime)
		if took := time.Since(begun); took != drainTime {
			t.Errorf("drained after %s", took)
		}
	})
}

func TestDrainOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		newLifecycle().drain(drainTime)
		if took := time.Since(begun); took != 0 {
			t.Errorf("drained after %s", took)
		}
	})
}

// serving reports when a server of this lifecycle ends.
func serving(t *testing.T, life *lifecycle) <-chan struct{} {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := life.newServer(nil)
	t.Cleanup(server.Stop)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	return ended
}

func TestServerEndsWithTheLastConnection(t *testing.T) {
	life := newLifecycle()
	ended := serving(t, life)
	life.HandleConn(t.Context(), &stats.ConnBegin{})
	life.HandleConn(t.Context(), &stats.ConnBegin{})
	life.HandleConn(t.Context(), &stats.ConnEnd{})
	select {
	case <-ended:
		t.Fatal("ended while a connection was open")
	case <-time.After(50 * time.Millisecond):
	}
	life.HandleConn(t.Context(), &stats.ConnEnd{})
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("still serving without any connection")
	}
}

func TestServerEndsIfNobodyConnects(t *testing.T) {
	life := newLifecycle()
	life.patience = 50 * time.Millisecond
	ended := serving(t, life)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("still serving")
	}
}

func TestServerStaysOnceContacted(t *testing.T) {
	life := newLifecycle()
	life.patience = time.Second // long enough to be contacted
	ended := serving(t, life)
	life.HandleConn(t.Context(), &stats.ConnBegin{})
	select {
	case <-ended:
		t.Fatal("ended in spite of a connection")
	case <-time.After(2 * time.Second):
	}
}
