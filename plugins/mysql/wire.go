package mysql

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
)

// Places in a packet of the protocol: three bytes of length and one that numbers
// the packets of an exchange come before what it says.
const (
	ofSequence = 3
	ofHeader   = 4
	ofFlags    = ofHeader + 1 // the second byte of what a client can do
	sslRequest = 32           // bytes of a login that come before TLS
	flagSSL    = 0x08         // in that second byte
	isCommand  = 0            // the number of a packet that begins an exchange
)

// A wire is below the client library: it has each packet pass by.
//
// It makes TLS itself. The library would do that above it, and what comes from
// the server could not be looked at; and it would not stop with the context. So
// the library logs in as without TLS, and its first packet is sent in two, the
// first of which asks for TLS. From there to the end of the login the numbers of
// packets are one higher than the library knows.
type wire struct {
	net.Conn          // what is spoken over
	socket   net.Conn // below that

	login   context.Context // while that lasts
	secured *tls.Config     // what is still to be done
	shifted bool            // the numbers are

	incoming
	sent  bool  // some of the last request has left
	fault error // the last, which the library does not tell
}

func newWire(ctx context.Context, socket net.Conn, secured *tls.Config) *wire {
	return &wire{Conn: socket, socket: socket, login: ctx, secured: secured, incoming: incoming{left: mostAnswer}}
}

// Close may come from another goroutine.
func (w *wire) Close() error { return w.socket.Close() }

// Write sends a packet: the library writes them one by one.
func (w *wire) Write(packet []byte) (int, error) {
	packet, err := w.pass(packet)
	n := 0
	if err == nil {
		n, err = w.Conn.Write(packet)
	}
	w.sent = w.sent || n > 0
	w.note(err)
	return n, err
}

// pass has a packet as it is to be sent.
func (w *wire) pass(packet []byte) ([]byte, error) {
	if packet[ofSequence] == isCommand {
		w.shifted = false
		return packet, nil
	}
	if w.secured != nil {
		if err := w.secure(packet); err != nil {
			return nil, err
		}
	}
	if w.shifted {
		packet = bytes.Clone(packet)
		packet[ofSequence]++
	}
	return packet, nil
}

// secure asks for TLS with the beginning of a login, and marks the login as one
// that came over it.
func (w *wire) secure(login []byte) error {
	login[ofFlags] |= flagSSL
	request := append([]byte{sslRequest, 0, 0, login[ofSequence]}, login[ofHeader:ofHeader+sslRequest]...)
	if _, err := w.socket.Write(request); err != nil {
		return err
	}
	secured := tls.Client(w.socket, w.secured)
	w.Conn, w.secured, w.shifted = secured, nil, true
	err := secured.HandshakeContext(w.login)
	if _, plain := errors.AsType[tls.RecordHeaderError](err); plain || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errNoTLS
	}
	return err
}

// errNoTLS is about a server that was asked for TLS and says something else, or
// hangs up.
var errNoTLS = errors.New("the server does not speak TLS")

func (w *wire) Read(b []byte) (int, error) {
	n, err := w.Conn.Read(b[:min(len(b), max(w.left, 1))])
	if wrong := w.follow(b[:n], w.shifted); wrong != nil {
		n, err = 0, wrong
	}
	w.note(err)
	return n, err
}

func (w *wire) note(err error) {
	if err != nil {
		w.fault = err
	}
}
