// Package wire is a proxy that breaks the connections of real programs to real
// servers, at chosen moments and on purpose.
//
// It does not understand what it carries: it sees bytes that go two ways, and
// counts requests. Request k of a connection begins when its client speaks for
// the k-th time after the server had. That is exact where a client waits for its
// answer, as with Redis, PostgreSQL and HTTP/1.1. On HTTP/2 it counts bursts of
// frames: a few acknowledge something and ask nothing, and a request joins such a
// burst, however old, if the server said nothing in between.
//
//	proxy, err := wire.Listen(server.Addr)
//	defer proxy.Close()
//	err = proxy.Set(wire.Rule{Do: wire.Swallow, Request: 2, Conns: 1})
//
// [Rule] says what can be done, [Proxy.Watch] lets a program be killed at a point
// of a request, and [Conn.Owner] finds the process to kill.
package wire
