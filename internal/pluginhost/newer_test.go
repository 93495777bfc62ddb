package pluginhost_test

import (
	"bytes"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/stormlock/stormlock/internal/pluginhost"
	"github.com/stormlock/stormlock/internal/pluginhost/plugintest"
)

// TestRequestOfANewerHost: fields that a plugin does not know, in a request and in what
// is in it, change nothing.
func TestRequestOfANewerHost(t *testing.T) {
	exe, err := pluginhost.Find("good", []string{plugintest.Install(t, "good")})
	if err != nil {
		t.Fatal(err)
	}
	trial, err := pluginhost.Try(exe, pluginhost.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	defer trial.End()
	if _, _, err := trial.Handshake(time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := trial.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	var lease, request []byte
	for number, value := range map[protowire.Number]string{1: "r", 2: plugintest.LateID, 3: "ana", 1000: "new"} {
		lease = withText(lease, number, value)
	}
	lease = protowire.AppendVarint(protowire.AppendTag(lease, 6, protowire.VarintType), 60_000)
	request = withText(withText(request, 1, string(lease)), 1000, "new")
	answer, err := trial.Call(t.Context(), "/stormlock.backend.v1.Backend/Acquire", request)
	acquired := withText(nil, 1, "r") // the beginning of the lease as stored
	if err != nil || len(answer) == 0 || answer[0] != 1<<3|byte(protowire.BytesType) || !bytes.Contains(answer, acquired) {
		t.Errorf("answer %q, error %v; want the lease as acquired", answer, err)
	}
}

func withText(message []byte, number protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(message, number, protowire.BytesType), text)
}
