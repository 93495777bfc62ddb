//go:build unix

package main

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// newMark is a secret that is nothing else by chance. It has lower-case letters
// and digits alone, so that it can be part of anything, a key included.
func newMark() string {
	raw := make([]byte, 20)
	_, _ = rand.Read(raw) // never fails
	return "c" + strings.ToLower(base32.StdEncoding.EncodeToString(raw))[1:]
}

// leaked returns the form in which a text holds a mark or one half of it, "" if it
// does not. The other half may have been cut off.
func leaked(mark, text string) (form string) {
	lower := strings.ToLower(text)
	for _, half := range []string{mark[:len(mark)/2], mark[len(mark)/2:]} {
		for form, spelling := range spellings(half) {
			if strings.Contains(text, spelling) || strings.Contains(lower, spelling) {
				return form
			}
		}
	}
	return ""
}

// spellings are the forms of a text that somebody could read back.
func spellings(text string) map[string]string {
	forms := map[string]string{
		"plain": text, "percent-encoded": percent(text), "hexadecimal": hex.EncodeToString([]byte(text)),
	}
	for before := range 3 {
		forms[fmt.Sprintf("base64 at %d", before)] = within64(text, before)
	}
	return forms
}

func percent(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

// within64 is what can be told of the base64 of a longer text: the digits that
// depend on this part alone, which begins a number of bytes behind a multiple of 3.
func within64(text string, before int) string {
	all := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + text))
	return all[(8*before+5)/6 : 8*(before+len(text))/6]
}

// disguises are ways in which a secret could be shown.
func disguises(mark string) []string {
	all := []string{mark, strings.ToUpper(mark), mark[:len(mark)/2] + "…", "…" + mark[len(mark)/2:], percent(mark), strings.ToUpper(percent(mark))}
	for _, text := range []string{mark, ":" + mark, "me:" + mark + "@"} {
		raw := []byte(text)
		all = append(all, hex.EncodeToString(raw), fmt.Sprintf("%X", raw),
			base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw))
	}
	return all
}
