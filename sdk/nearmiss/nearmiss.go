// Package nearmiss finds the word that somebody meant to write.
//
// It exists for error texts: an unknown key, command or name that is a slip
// away from a known one is answered with `did you mean "ttl"?`.
package nearmiss

import (
	"strings"
	"unicode/utf8"
)

// Find returns the one of the known words that is nearest to word, the first
// of several that are equally near. Case does not count. The second result is
// false if none is near: within two slips (a character too many, too few,
// wrong, or exchanged with its neighbor) that leave at least half of it
// standing, or, failing that, one being the beginning of the other.
func Find(word string, known []string) (string, bool) {
	word = strings.ToLower(word)
	best, found := "", false
	least := maxSlips + 1
	for _, candidate := range known {
		if n := slips(word, strings.ToLower(candidate)); n < least {
			best, least, found = candidate, n, true
		}
	}
	if found {
		return best, true
	}
	return findBeginning(word, known)
}

// findBeginning asks for minBeginning bytes, since a shorter beginning is
// shared by chance.
func findBeginning(word string, known []string) (string, bool) {
	for _, candidate := range known {
		lower := strings.ToLower(candidate)
		if min(len(word), len(lower)) < minBeginning {
			continue
		}
		if strings.HasPrefix(lower, word) || strings.HasPrefix(word, lower) {
			return candidate, true
		}
	}
	return "", false
}

const (
	maxSlips     = 2
	minBeginning = 3
)

// slips returns how many slips lie between a and b, or maxSlips+1 if they are
// too many for a near miss.
func slips(a, b string) int {
	longer := max(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	shorter := min(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	if longer-shorter > maxSlips {
		return maxSlips + 1 // and keeps a huge word cheap
	}
	n := distance([]rune(a), []rune(b))
	if 2*n > longer {
		return maxSlips + 1
	}
	return n
}

// distance is the optimal string alignment distance: Levenshtein's, with the
// exchange of two neighbors counted as one.
func distance(a, b []rune) int {
	var before, above []int // the two rows above the current one
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+differ(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
