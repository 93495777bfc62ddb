package wire

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormlock/stormlock/test/servers"
)

// askRedis sends a command on a connection of its own and returns the last line
// of what is answered.
func askRedis(t *testing.T, addr, command string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "SELECT 3\r\n%s\r\nQUIT\r\n", command)
	text, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\r\n")
	return lines[len(lines)-2]
}

// count has a client count up in database 3, and tells whether it was answered.
func count(t *testing.T, p *Proxy) (answered bool) {
	t.Helper()
	c := dial(t, p.Addr())
	c.say("SELECT 3")
	c.hears("+OK")
	c.say("INCR n")
	_ = c.SetReadDeadline(time.Now().Add(5 * soon))
	_, err := c.lines.ReadString('\n')
	_ = c.Close()
	return err == nil
}

func TestRedis(t *testing.T) {
	server := servers.Redis(t)
	for name, test := range map[string]struct {
		rule     Rule
		answered bool
		before   string // what is counted before a late request
		after    string // and after it
	}{
		"pass":      {Rule{}, true, "1", "1"},
		"drop":      {Rule{Drop: Both}, false, "$-1", "$-1"},
		"to server": {Rule{Drop: ToServer}, false, "$-1", "$-1"},
		"to client": {Rule{Drop: ToClient}, false, "1", "1"},
		"delay":     {Rule{DelayToServer: 20 * time.Millisecond, DelayToClient: 20 * time.Millisecond}, true, "1", "1"},
		"cut":       {Rule{Do: Cut, Request: 2}, false, "$-1", "$-1"},
		"swallow":   {Rule{Do: Swallow, Request: 2}, false, "1", "1"},
		"hold":      {Rule{Do: Hold, Request: 2}, false, "$-1", "1"},
		"repeat":    {Rule{Do: Repeat, Request: 2}, true, "1", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			askRedis(t, server.Addr, "DEL n")
			p := listen(t, server.Addr)
			if test.rule.Drop != 0 { // from the second request on
				p.Watch(func(m Moment) {
					if m.Request == 2 && m.Point == Asked {
						_ = p.Set(test.rule)
					}
				})
			} else {
				set(t, p, test.rule)
			}
			if got := count(t, p); got != test.answered {
				t.Errorf("answered: %t", got)
			}
			if got := askRedis(t, server.Addr, "GET n"); got != test.before {
				t.Errorf("counted %s, want %s", got, test.before)
			}
			p.Release()
			wait(t, "nothing is late", func() bool { return p.Late() == 0 })
			if got := askRedis(t, server.Addr, "GET n"); got != test.after {
				t.Errorf("counted %s at last, want %s", got, test.after)
			}
		})
	}
}

// A session of PostgreSQL begins with a login, which is said again as well.
func TestPostgres(t *testing.T) {
	server := servers.Postgres(t)
	for name, deed := range map[string]Deed{"hold": Hold, "repeat": Repeat} {
		t.Run(name, func(t *testing.T) {
			if _, err := server.Psql("DROP TABLE IF EXISTS seen; CREATE TABLE seen (n int)"); err != nil {
				t.Fatal(err)
			}
			p := listen(t, server.Addr)
			d := watch(p)
			set(t, p, Rule{Do: deed, Request: 2, Conns: 1}) // 1 is the login
			behind := *server
			behind.URL = strings.Replace(server.URL, server.Addr, p.Addr(), 1)
			ended := make(chan error, 1)
			go func() {
				_, err := behind.Psql("INSERT INTO seen VALUES (1)")
				ended <- err
			}()
			wait(t, "it is kept", func() bool { return d.last().Point == Kept || p.Late() == 1 && deed == Repeat })
			rows := func(want string) {
				t.Helper()
				if got, err := server.Psql("SELECT count(*) FROM seen"); err != nil || got != want {
					t.Errorf("%s rows, %v, want %s", got, err, want)
				}
			}
			before, after := "0", "1"
			if deed == Repeat {
				before, after = "1", "2"
			}
			rows(before)
			p.Release()
			wait(t, "nothing is late", func() bool { return p.Late() == 0 })
			rows(after)
			set(t, p, Rule{}) // resets who was left in silence
			if err := <-ended; (err == nil) != (deed == Repeat) {
				t.Errorf("the client: %v", err)
			}
		})
	}
}

// A connection of HTTP/2 can be said again too: the state of its headers begins
// with it.
func TestHTTP2(t *testing.T) {
	var mu sync.Mutex
	got := map[string]int{}
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Protocols: protocols, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got[r.URL.Path]++
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	p := listen(t, listener.Addr().String())
	transport := &http.Transport{Protocols: protocols}
	defer transport.CloseIdleConnections()
	get := func(path string) {
		t.Helper()
		answer, err := (&http.Client{Transport: transport, Timeout: patience}).Get("http://" + p.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	p.Watch(func(m Moment) { // which burst of frames asks is not known
		if m.Point == Asked {
			_ = p.Set(Rule{Do: Repeat, Request: m.Request, After: time.Millisecond})
		}
	})
	get("/first")
	get("/second")
	wait(t, "it is repeated", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return got["/first"] > 1 && got["/second"] > 1
	})
	wait(t, "nothing is late", func() bool { return p.Late() == 0 })
}
