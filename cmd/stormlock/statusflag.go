package main

import (
	"errors"
	"strconv"
)

// An exitStatus is a flag that is an exit status.
type exitStatus int

func (s *exitStatus) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil {
		return errors.New("an exit code is a number from 0 to 255")
	}
	*s = exitStatus(n)
	return nil
}

func (s *exitStatus) String() string { return strconv.Itoa(int(*s)) }

func (s *exitStatus) Type() string { return "code" }
