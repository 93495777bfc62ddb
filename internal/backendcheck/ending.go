package backendcheck

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/stormlock/stormlock/internal/pluginhost"
)

func endsOnShutdown(ctx context.Context, s *Subject) (string, error) {
	return measured("ended", shutdownTime, func() (time.Duration, error) {
		t, err := s.ready(ctx)
		if err != nil {
			return 0, err
		}
		defer t.End()
		s.use(ctx, t)
		began := time.Now()
		if !shutDown(ctx, t) {
			return 0, fmt.Errorf("it still runs %v after Shutdown; want at most %v", endTime, shutdownTime)
		}
		after := time.Since(began)
		if left := t.Left(); len(left) > 0 {
			return 0, fmt.Errorf("it left its socket behind: %s", strings.Join(left, ", "))
		}
		return after, nil
	})
}

func endsWithHost(ctx context.Context, s *Subject) (string, error) {
	return measured("ended", hostDeathTime, func() (time.Duration, error) {
		ctx, cancel := context.WithTimeout(ctx, 2*patience)
		defer cancel()
		orphan, err := pluginhost.Orphaned(ctx, s.Executable, s.Options.SHA256)
		if err != nil {
			return 0, err
		}
		defer orphan.End()
		after, gone := orphan.Gone(hostDeathTime)
		switch left := orphan.Left(); {
		case !gone:
			err = fmt.Errorf("it, or a process that it started, still runs %v after its host was killed", hostDeathTime)
		case len(left) > 0:
			err = fmt.Errorf("it left its socket behind when its host was killed: %s", strings.Join(left, ", "))
		}
		return after, err
	})
}

// shutDown tells a process to end, and reports whether it did. The connection may end
// before the answer.
func shutDown(ctx context.Context, t *pluginhost.Trial) bool {
	ctx, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	_ = t.Shutdown(ctx)
	return t.Ended(endTime)
}
