// Command torture runs stormlock's own executables against real servers, breaks
// something in the middle, and checks that everything that they said was true.
package main
