package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A text is that of a licence, and what it is of.
type text struct {
	text string
	of   []string
}

var isLicence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents|unlicense)([.-].*)?$`)

// collect reads the licences of packages, each text once, in the order of the names.
func collect(linked []pkg) ([]text, error) {
	var texts []text
	seen := map[string]bool{}
	slices.SortStableFunc(linked, func(a, b pkg) int { return strings.Compare(a.name+"\n"+a.Dir, b.name+"\n"+b.Dir) })
	for _, p := range linked {
		files, err := p.licences()
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if !seen[file] {
				seen[file] = true
				if texts, err = add(texts, p, file); err != nil {
					return nil, err
				}
			}
		}
	}
	return texts, nil
}

func add(texts []text, p pkg, file string) ([]text, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	below, err := filepath.Rel(p.root, file)
	if err != nil {
		return nil, err
	}
	of := p.name + " (" + filepath.ToSlash(below) + ")"
	at := slices.IndexFunc(texts, func(t text) bool { return t.text == string(content) })
	if at < 0 {
		return append(texts, text{string(content), []string{of}}), nil
	}
	texts[at].of = append(texts[at].of, of)
	return texts, nil
}

// licences lists the files with licences in a package's directory and in those above
// it, up to the root, which must have one.
func (p pkg) licences() ([]string, error) {
	var files []string
	for dir := p.Dir; ; dir = filepath.Dir(dir) {
		here, err := licencesIn(dir)
		if err != nil {
			return nil, err
		}
		files = append(files, here...)
		switch {
		case dir == p.root && len(here) == 0:
			return nil, fmt.Errorf("%s has no licence in %s; without one it may not be passed on", p.name, p.root)
		case dir == p.root:
			return files, nil
		case dir == filepath.Dir(dir):
			return nil, fmt.Errorf("%s is not below %s", p.Dir, p.root)
		}
	}
}

func licencesIn(dir string) (files []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		if entry.Type().IsRegular() && isLicence.MatchString(entry.Name()) && filepath.Ext(entry.Name()) != ".go" {
			files = append(files, filepath.Join(dir, entry.Name()))
		}
	}
	return files, err
}
