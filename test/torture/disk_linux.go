package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

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
func (h *hunt) watchFile(at moment) {
	if at == beforeSending {
		h.lockOut()
		return
	}
	watch, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return
	}
	defer unix.Close(watch)
	mask := map[moment]uint32{afterSending: unix.IN_MODIFY, afterReply: unix.IN_CLOSE_WRITE}[at]
	if _, err := unix.InotifyAddWatch(watch, h.store.file.path, mask); err != nil {
		return
	}
	events := make([]byte, 64<<10)
	for end := time.Now().Add(hunting); time.Now().Before(end) && !h.done(); time.Sleep(time.Millisecond) {
		if n, _ := unix.Read(watch, events); n > 0 {
			h.meetSome(at)
		}
	}
}

// meetSome meets who has the file open, or who has just closed it.
func (h *hunt) meetSome(at moment) {
	found := openers(h.bin, h.store.file.path)
	if at == afterReply {
		found = processes(h.bin)
	}
	for _, pid := range found {
		h.meet(pid)
	}
}

// lockOut takes the file's lock, so that everybody has to wait for it, and
// strikes at those who do.
func (h *hunt) lockOut() {
	file, err := os.OpenFile(h.store.file.path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer file.Close()
	for end := time.Now().Add(hunting); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			break
		}
	}
	for end := time.Now().Add(hunting); time.Now().Before(end) && !h.done(); time.Sleep(5 * time.Millisecond) {
		for _, pid := range processes(h.bin) { // nobody keeps the file open while it waits
			h.meet(pid)
		}
	}
}
