// Command licences prints the licences of everything that is linked into an
// executable of this checkout, the standard library too:
//
//	licences EXECUTABLE
//
// It is to run in the checkout that the executable was built from. Go tells by
// `go list` which packages those are, for the system and with the tags that the
// executable was built for, and where their files lie. A licence that lies beside a
// package counts as well as that of its module; equal texts are printed once. A module
// without one is an error.
package main

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("licences: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: licences EXECUTABLE")
	}
	if err := print(os.Stdout, os.Args[1]); err != nil {
		log.Fatalf("%s: %s", os.Args[1], err)
	}
}

func print(w io.Writer, executable string) error {
	info, err := buildinfo.ReadFile(executable)
	if err != nil {
		return err
	}
	linked, err := list(info)
	if err != nil {
		return err
	}
	if err := same(linked, info); err != nil {
		return err
	}
	texts, err := collect(linked)
	if err != nil {
		return err
	}
	for _, t := range texts {
		for _, of := range t.of {
			fmt.Fprintln(w, of)
		}
		fmt.Fprintf(w, "\n%s\n%s\n", t.text, line)
	}
	return nil
}

const line = "------------------------------------------------------------------------"
