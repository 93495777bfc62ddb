package local

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/stormlock/stormlock/sdk"
)

// Check implements [sdk.Backend]. It reads the file as Current does, and makes none.
func (b *backend) Check(ctx context.Context) ([]sdk.Finding, error) {
	if ctx.Err() != nil {
		return nil, tooLate(ctx, b.file.path)
	}
	findings := b.file.surroundings()
	for _, f := range findings {
		if f.Level == sdk.LevelError { // which reading would come upon, too
			return findings, nil
		}
	}
	inside, err := b.file.inside(ctx)
	return append(findings, inside...), err
}

// surroundings looks at the place of the file without opening it.
func (f *lockFile) surroundings() []sdk.Finding {
	if err := checkLocal(f.path); err != nil {
		return []sdk.Finding{sdk.Found(sdk.LevelError, "path", "%v", err)}
	}
	findings := []sdk.Finding{f.place()}
	if dir, err := nearest(f.path); err == nil {
		findings = append(findings, freeSpace(dir)...)
	}
	return findings
}

// place says what lies at the path, and who can change it.
func (f *lockFile) place() sdk.Finding {
	info, err := os.Lstat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.future()
	case err == nil:
		err = checkKind(f.path, info)
	}
	if err == nil {
		err = writable(f.path)
	}
	if err != nil {
		return sdk.Found(sdk.LevelError, "path", "%v", unwritten(f.path, err))
	}
	if info.Mode()&0o002 != 0 {
		return sdk.Found(sdk.LevelWarning, "path", "every user of this machine can change lock file %q; run: chmod o-w on it", f.path)
	}
	if reason := replaceable(filepath.Dir(f.path)); reason != "" {
		return sdk.Found(sdk.LevelWarning, "path", "lock file %q: %s", f.path, reason)
	}
	return sdk.Found(sdk.LevelOK, "path", "lock file %q is on a local file system and can be written; whoever is to share these locks must be able to write it (mode %s)", f.path, info.Mode())
}

// future is about a file that is not there yet.
func (f *lockFile) future() sdk.Finding {
	dir, err := nearest(f.path)
	if err == nil {
		err = writable(dir)
	}
	if err != nil {
		return sdk.Found(sdk.LevelError, "path", "%v", unwritten(f.path, err))
	}
	return sdk.Found(sdk.LevelOK, "path", "lock file %q will be made with the first lock, on a local file system", f.path)
}

// replaceable says how others could remove the file.
func replaceable(dir string) string {
	info, err := os.Stat(dir)
	if err == nil && info.Mode()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0 {
		return "every user can remove it, and the locks with it, for all can write " + dir + "; run: chmod o-w on that directory"
	}
	return ""
}

// Below leastSpace a change may find no room; below enoughSpace one will soon not.
const (
	leastSpace  = 1 << 20
	enoughSpace = 64 << 20
)

// spaceFinding judges how many bytes are free.
func spaceFinding(free uint64) sdk.Finding {
	switch mib := free >> 20; {
	case free < leastSpace:
		return sdk.Found(sdk.LevelError, "space", "less than 1 MiB is free where the lock file is, so that locks can neither be taken nor released; free some")
	case free < enoughSpace:
		return sdk.Found(sdk.LevelWarning, "space", "only %d MiB are free where the lock file is; once nothing is, locks can neither be taken nor released", mib)
	default:
		return sdk.Found(sdk.LevelOK, "space", "%d MiB are free where the lock file is", mib)
	}
}

// inside looks at what is in the file.
func (f *lockFile) inside(ctx context.Context) (findings []sdk.Finding, err error) {
	_, err = f.view(ctx, func(l *ledger) ([]sdk.Lease, error) {
		findings = []sdk.Finding{
			sdk.Found(sdk.LevelOK, "content", "the lock file is whole, of format %s, and has %d locks", version, l.count()),
			l.clock(),
		}
		return nil, nil
	})
	if errors.Is(err, sdk.ErrRefused) {
		return []sdk.Finding{sdk.Found(sdk.LevelError, "content", "%v", err)}, nil
	}
	if findings == nil && err == nil {
		findings = []sdk.Finding{bootFinding(f.now())}
	}
	return findings, err
}

// clockTolerance is what clocks are off without anybody having set them.
const clockTolerance = 2 * time.Second

// clock compares the time in the file with the machine's clock.
func (l *ledger) clock() sdk.Finding {
	ahead := time.Duration(l.now - l.at.wall).Round(time.Second)
	switch {
	case !l.anchor.holds(l.at) && ahead > clockTolerance:
		return sdk.Found(sdk.LevelWarning, "clock", "this machine's clock is %s behind the latest time in the lock file, and leases do not end until it has caught up; set it right, and check that NTP runs", ahead)
	case l.anchor.holds(l.at) && ahead.Abs() > clockTolerance:
		return sdk.Found(sdk.LevelWarning, "clock", "this machine's clock was set by %s since the time in the lock file was taken from it; leases go by the time that has passed, but the times that are shown do not: check that NTP runs", -ahead)
	}
	return bootFinding(l.at)
}

// bootFinding says what leases end by.
func bootFinding(at moment) sdk.Finding {
	if at.boot == "" {
		return sdk.Found(sdk.LevelWarning, "clock", "this system does not name its boots, so that leases end by its clock: whoever sets it ahead ends them early")
	}
	return sdk.Found(sdk.LevelOK, "clock", "leases end by the time that has passed since this machine started, whoever sets its clock")
}
