package wire

// turns is what was said on a connection, in turns: a request begins where the
// client speaks first, or again after the server.
type turns struct {
	said  [][]byte // the client's words, by request
	heard []int    // how many bytes the server said after each
	hears bool     // the server spoke last
}

// client notes what the client says, and whether a request begins with it.
func (t *turns) client(words []byte) (begins bool) {
	if begins = t.hears || len(t.said) == 0; begins {
		t.said = append(t.said, nil)
		t.heard = append(t.heard, 0)
	}
	t.hears = false
	last := len(t.said) - 1
	t.said[last] = append(t.said[last], words...)
	return begins
}

// server notes what the server says, and whether an answer begins with it.
func (t *turns) server(words []byte) (begins bool) {
	if len(t.said) == 0 {
		return false // a greeting
	}
	begins = !t.hears
	t.hears = true
	t.heard[len(t.heard)-1] += len(words)
	return begins
}

// request is the number of the latest.
func (t *turns) request() int { return len(t.said) }
