package repository_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A vulnerability is an invented one: every version below fixed has it.
type vulnerability struct{ module, fixed string }

// database writes a vulnerability database as govulncheck reads it from files,
// and returns the flags for it. They look at packages, which takes seconds,
// and not at calls, which takes minutes.
func database(t *testing.T, vulnerabilities ...vulnerability) string {
	t.Helper()
	const modified = "2026-01-01T00:00:00Z"
	dir := t.TempDir()
	byModule, all := []map[string]any{}, []map[string]any{}
	for i, v := range vulnerabilities {
		id := fmt.Sprintf("GO-2026-%04d", i+1)
		byModule = append(byModule, map[string]any{
			"path":  v.module,
			"vulns": []map[string]any{{"id": id, "modified": modified, "fixed": v.fixed}},
		})
		all = append(all, map[string]any{"id": id, "modified": modified})
		write(t, filepath.Join(dir, "ID", id+".json"), v.entry(id, modified))
	}
	write(t, filepath.Join(dir, "index", "db.json"), map[string]any{"modified": modified})
	write(t, filepath.Join(dir, "index", "modules.json"), byModule)
	write(t, filepath.Join(dir, "index", "vulns.json"), all)
	return "VULN_FLAGS=-scan package -db file://" + dir
}

// entry is the vulnerability in the OSV format.
func (v vulnerability) entry(id, modified string) map[string]any {
	return map[string]any{
		"schema_version": "1.3.1", "id": id, "modified": modified, "published": modified,
		"summary": "an invented one", "details": "An invented one.",
		"database_specific": map[string]any{"url": "https://example.com/" + id},
		"affected": []map[string]any{{
			"package":            map[string]any{"name": v.module, "ecosystem": "Go"},
			"ranges":             []map[string]any{{"type": "SEMVER", "events": []map[string]any{{"introduced": "0"}, {"fixed": v.fixed}}}},
			"ecosystem_specific": map[string]any{},
		}},
	}
}

func write(t *testing.T, path string, value any) {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	save(t, path, string(data))
}

// vulnerable runs make vuln, which must find something, and returns what it
// said of each module in which it did.
func vulnerable(t *testing.T, flags string) map[string]string {
	t.Helper()
	got := run(t, flags, "make", "vuln")
	wantFailure(t, got, "make vuln: ", "known vulnerabilities in ", "run make tidy")
	said := make(map[string]string)
	dir := ""
	for line := range strings.Lines(got.stderr) {
		if match := found.FindStringSubmatch(line); match != nil {
			dir = filepath.Clean(match[1])
		}
		said[dir] += line
	}
	delete(said, "")
	return said
}

var found = regexp.MustCompile(`^(\S+): known vulnerabilities:\n`)

// Each module uses the standard library, so that one that is left out shows.
func TestVulnGoesOverEveryModule(t *testing.T) {
	needTool(t, "govulncheck")
	said := vulnerable(t, database(t, vulnerability{"stdlib", "999.0.0"}))
	got, want := slices.Sorted(maps.Keys(said)), slices.Sorted(slices.Values(modules(t)))
	if !slices.Equal(got, want) {
		t.Errorf("found in %q; want all modules: %q", got, want)
	}
}

// In the workspace siblings have no version, and of every other dependency it
// takes the newest that any module requires; what was fixed there can be
// vulnerable where a single module is installed.
func TestVulnGoesByEachModulesOwnGraph(t *testing.T) {
	needTool(t, "govulncheck")
	const sibling = "github.com/stormlock/stormlock/sdk"
	invented := []vulnerability{{sibling, "0.2.0"}}
	want := make(map[string][]string) // MODULE@VERSION by folder
	for _, dir := range modules(t) {
		chosen := workspace(t, dir)
		for _, required := range parse(t, filepath.Join(dir, "go.mod")).Require {
			fixed := chosen[required.Path]
			if fixed == "" || fixed == required.Version {
				continue
			}
			want[dir] = append(want[dir], required.Path+"@"+required.Version)
			if required.Path != sibling {
				invented = append(invented, vulnerability{required.Path, strings.TrimPrefix(fixed, "v")})
			}
		}
	}
	said := vulnerable(t, database(t, invented...))
	for dir, modules := range want {
		for _, module := range modules {
			if !strings.Contains(said[dir], module+"\n") {
				t.Errorf("%s: %s was not found\n%s", dir, module, said[dir])
			}
		}
	}
}

// workspace returns the versions, in the workspace, of the modules whose
// packages a plugin is made of: "" for others, and a word for siblings.
func workspace(t *testing.T, dir string) map[string]string {
	t.Helper()
	versions := make(map[string]string)
	if !strings.HasPrefix(dir, "plugins/") {
		return versions
	}
	format := `{{with .Module}}{{.Path}} {{if .Main}}workspace{{else}}{{.Version}}{{end}}{{end}}`
	for line := range strings.Lines(must(t, "go", "list", "-deps", "-f", format, "./"+dir+"/cmd/...")) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		versions[path] = version
	}
	return versions
}

// Nothing in a checkout changes by looking, although go notes the hashes of
// what it is given in go.sum.
func TestVulnFindsNothingAndChangesNothing(t *testing.T) {
	needTool(t, "govulncheck")
	before := sums(t)
	said := must(t, database(t, vulnerability{"example.com/unused", "999.0.0"}), "make", "vuln")
	for _, dir := range modules(t) {
		if !regexp.MustCompile(`(?m)^(\./)?` + regexp.QuoteMeta(dir) + `: no known vulnerabilities$`).MatchString(said) {
			t.Errorf("%s is not named:\n%s", dir, said)
		}
	}
	if !maps.Equal(before, sums(t)) {
		t.Error("make vuln changed a go.mod or go.sum")
	}
}

// sums returns what each go.mod and go.sum holds.
func sums(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	for _, path := range append(files(t, "go.mod"), files(t, "go.sum")...) {
		texts[path] = read(t, path)
	}
	return texts
}

// On GitHub nobody would notice that nothing was checked; elsewhere a network
// that keeps the database out is no failure.
func TestVulnWithoutItsDatabase(t *testing.T) {
	needTool(t, "govulncheck")
	args := []string{"HTTPS_PROXY=http://127.0.0.1:1", "VULN_FLAGS=-scan package", "scripts/vuln.sh", "v0.1.0", ".tools/govulncheck", "./test/servers"}
	got := run(t, args...)
	if got.err != nil || !strings.Contains(got.stderr, "the vulnerability database cannot be reached from here") {
		t.Errorf("%v, %q; want a note", got.err, got.stderr)
	}
	got = run(t, append([]string{"GITHUB_ACTIONS=true"}, args...)...)
	wantFailure(t, got, "govulncheck: ", "fetching vulnerabilities")
}
