package mysql

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A shell runs stormlock as operators do, with this backend beside it.
type shell struct {
	dir string
}

// install builds both, and writes a configuration file.
func install(t *testing.T, c Config) shell {
	t.Helper()
	s := shell{t.TempDir()}
	build := exec.Command("go", "build", "-o", s.dir, "github.com/stormlock/stormlock/cmd/stormlock", "./cmd/stormlock-backend-mysql")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	section := fmt.Sprintf("[default]\nbackend = mysql\nprincipal = ana@ops\nttl = 5m\n[backend.mysql]\nhost = %s\nport = %s\nuser = %s\npassword = %s\ndatabase = %s\n",
		c.Host, c.Port, c.User, c.Password, c.Database)
	if err := os.WriteFile(filepath.Join(s.dir, "cfg"), []byte(section), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// run returns what stormlock printed, and how it ended.
func (s shell) run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.dir, "stormlock"), append([]string{"-c", filepath.Join(s.dir, "cfg")}, args...)...)
	cmd.Env = []string{"HOME=" + s.dir, "PATH=" + s.dir}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if ended, ok := errors.AsType[*exec.ExitError](cmd.Run()); ok {
		code = ended.ExitCode()
	}
	if strings.Contains(out.String()+errs.String(), "s3cr3t") {
		t.Errorf("%v shows the password", args)
	}
	return strings.TrimSpace(out.String()), strings.TrimSpace(errs.String()), code
}

// ends checks how a command ends and what it says on stderr, in one line, or
// nothing.
func (s shell) ends(t *testing.T, code int, says string, args ...string) (stdout string) {
	t.Helper()
	stdout, stderr, got := s.run(t, args...)
	if got != code || !strings.Contains(stderr, says) || strings.Contains(stderr, "\n") || says == "" && stderr != "" {
		t.Errorf("%v: exit %d, want %d: %s", args, got, code, stderr)
	}
	return stdout
}

// TestCommandLine is the main job, with the real executables.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	p := database(t)
	conn := connect(t, p)
	c := user(t, p, []string{"CREATE, ALTER ON *", "SELECT, INSERT, UPDATE, DELETE ON *"})
	s := install(t, c)
	s.ends(t, 78, "does not exist; run: stormlock", "acquire", "prod-db")
	if statements := s.ends(t, 0, "", "backend", "setup", "--dry-run", "mysql"); strings.Count(statements, "CREATE TABLE") != 2 {
		t.Errorf("dry run: %q", statements)
	}
	run(t, conn, pythonTable)
	pythonTakes(t, conn, "of-python")
	s.ends(t, 78, "would be one lock; run: stormlock", "current", "of-python")
	s.ends(t, 0, "", "backend", "setup", "mysql")
	s.ends(t, 2, "is held by guido@ops", "acquire", "of-python")
	s.ends(t, 0, "", "release", "of-python", strings.ToLower(pythonHex))

	id := s.ends(t, 0, "", "acquire", "-m", "upgrade", "prod-db")
	if len(id) != 32 || strings.ToUpper(id) != id {
		t.Errorf("id %q", id)
	}
	if line := s.ends(t, 0, "", "current", "prod-db"); !strings.HasPrefix(line, "ana@ops\t") || !strings.HasSuffix(line, "\t"+id) {
		t.Errorf("current: %q", line)
	}
	if out := s.ends(t, 2, "is held by ana@ops", "acquire", "prod-db"); out != "" {
		t.Errorf("acquire of a held lock prints %q", out)
	}
	s.ends(t, 0, "", "is-held", "prod-db", strings.ToLower(id))
	s.ends(t, 0, "", "renew", "-t", "2h", "prod-db", id)
	s.ends(t, 0, "", "release", "prod-db", id)
	s.ends(t, 3, "no longer active", "renew", "prod-db", "nonsense")
	s.ends(t, 1, "nobody holds", "is-held", "prod-db", id)
	run(t, conn, "INSERT INTO stormlock (resource, lease, principal, created, expires) VALUES ('session', x'00', '', NOW(), '2030-01-01')")
	s.ends(t, 77, "not a lock", "acquire", "session")
	run(t, conn, "ALTER USER "+c.User+" IDENTIFIED BY 'another'")
	s.ends(t, 77, "error 1045", "acquire", "prod-db")
}
