package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// diskSize is that of the file system on which the embedded backend is to run
// out of space. A small file of locks takes a tenth of it.
const diskSize = "1m"

// mountSmall mounts a small file system at a folder. That takes root, as CI and
// most containers have.
func mountSmall(dir string) (unmount func(), err error) {
	if err := unix.Mount("torture", dir, "tmpfs", 0, "size="+diskSize+",mode=0700"); err != nil {
		return nil, fmt.Errorf("mount a small file system at %s: %w; run as root, or leave these cells out with -only", dir, err)
	}
	return func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }, nil
}

// fillDisk takes all the space there is, for a while.
func fillDisk(h *history) error {
	path := filepath.Join(h.store.file.dir, "filler")
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	defer file.Close()
	for block := make([]byte, 4096); ; {
		if _, err := file.Write(block); errors.Is(err, unix.ENOSPC) {
			break
		} else if err != nil {
			return err
		}
	}
	time.Sleep(cutOff)
	return nil
}

// readOnlyDisk mounts the file system read-only, for a while. That is refused
// while somebody has a file open for writing.
func readOnlyDisk(h *history) error {
	if err := h.remount(unix.MS_RDONLY); err != nil {
		return err
	}
	time.Sleep(cutOff)
	return h.remount(0)
}

func (h *history) remount(flags uintptr) (err error) {
	for end := time.Now().Add(hunting); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if err = unix.Mount("torture", h.store.file.dir, "tmpfs", unix.MS_REMOUNT|flags, "size="+diskSize); err == nil {
			return nil
		}
	}
	return fmt.Errorf("remount %s: %w", h.store.file.dir, err)
}

// A lockFile is where the embedded backend keeps its locks.
type lockFile struct{ dir, path string }

// watchFile strikes at those who use the file: while they wait for it, as they
// write to it, or when they are done. It has no connection to look at.
func (h *hunt) watchFile(at moment) error {
	if at == beforeSending {
		return h.lockOut()
	}
	// Unlike inotify, fanotify names the process. Without the file's identity
	// instead of a descriptor, each event would open the file.
	watch, err := unix.FanotifyInit(unix.FAN_CLASS_NOTIF|unix.FAN_CLOEXEC|unix.FAN_NONBLOCK|unix.FAN_REPORT_FID, unix.O_RDONLY)
	if err != nil {
		return fmt.Errorf("watch %s: %w; run as root, or leave these cells out with -only", h.store.file.path, err)
	}
	defer unix.Close(watch)
	mask := map[moment]uint64{afterSending: unix.FAN_MODIFY, afterReply: unix.FAN_CLOSE_WRITE}[at]
	if err := unix.FanotifyMark(watch, unix.FAN_MARK_ADD, mask, unix.AT_FDCWD, h.store.file.path); err != nil {
		return fmt.Errorf("watch %s: %w", h.store.file.path, err)
	}
	dice := h.dice()
	for end := time.Now().Add(hunting); time.Now().Before(end) && !h.done(); {
		for _, pid := range users(watch) {
			time.Sleep(time.Duration(dice.IntN(4)) * time.Millisecond) // which of its writes is the last
			h.meet(pid)
		}
	}
	return nil
}

// users waits a little, and returns the processes of the events that came.
func users(watch int) (pids []int) {
	if n, _ := unix.Poll([]unix.PollFd{{Fd: int32(watch), Events: unix.POLLIN}}, 10); n < 1 {
		return nil
	}
	var event unix.FanotifyEventMetadata
	text := make([]byte, 64<<10)
	n, _ := unix.Read(watch, text)
	for rest := text[:max(n, 0)]; len(rest) >= int(unsafe.Sizeof(event)); rest = rest[event.Event_len:] {
		event = *(*unix.FanotifyEventMetadata)(unsafe.Pointer(&rest[0]))
		pids = append(pids, int(event.Pid))
	}
	return pids
}

// lockOut takes the file's lock for moments, so that everybody has to wait for
// it, and strikes at those who do.
func (h *hunt) lockOut() error {
	file, err := os.OpenFile(h.store.file.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	for end := time.Now().Add(hunting); time.Now().Before(end) && !h.done(); time.Sleep(lockedOut) {
		if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != nil {
			return fmt.Errorf("lock %s: %w", h.store.file.path, err)
		}
		time.Sleep(lockedOut)
		for _, pid := range processes(h.bin) { // nobody keeps the file open while it waits
			h.meet(pid)
		}
		if err := unix.Flock(int(file.Fd()), unix.LOCK_UN); err != nil {
			return err
		}
	}
	return nil
}

// lockedOut is long enough for those who were at work on the file to end, and
// for others to come and wait.
const lockedOut = 50 * time.Millisecond
