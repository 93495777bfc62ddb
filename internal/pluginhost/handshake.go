package pluginhost

import (
	"runtime"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mutualTLS tells whether host and plugin show each other certificates.
// Elsewhere the transport is a socket in a directory that only the user can
// enter; on Windows it is a TCP port that anybody on the machine can reach. It
// costs 20 ms.
const mutualTLS = runtime.GOOS == "windows"

// A handshake is what a plugin's first line says.
type handshake struct {
	version          int // of the application's protocol
	network, address string
}

// coreProtocol is the version of go-plugin's own protocol.
const coreProtocol = "1"

// parseHandshake reads go-plugin's line CORE|VERSION|NETWORK|ADDRESS|grpc. Two
// more fields may follow: a certificate, which is taken only if one was asked for,
// and whether one connection carries several services, which is never asked for.
func parseHandshake(line string) (handshake, bool) {
	parts := strings.Split(line, "|")
	if len(parts) < 5 || len(parts) > 7 || len(line) > maxFirstLine || !printable(line) {
		return handshake{}, false
	}
	version, err := strconv.Atoi(parts[1])
	h := handshake{version, parts[2], parts[3]}
	switch {
	case parts[0] != coreProtocol, err != nil, version < 0, strconv.Itoa(version) != parts[1]:
		return handshake{}, false
	case h.network != "unix" && h.network != "tcp", h.address == "", parts[4] != "grpc":
		return handshake{}, false
	case len(parts) > 5 && parts[5] != "" && !mutualTLS:
		return handshake{}, false
	case len(parts) > 6 && parts[6] != "" && parts[6] != "false":
		return handshake{}, false
	}
	return h, true
}

// printable reports whether a line has no controls and is valid UTF-8, which
// paths may hold.
func printable(line string) bool {
	return utf8.ValidString(line) && strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) < 0
}
