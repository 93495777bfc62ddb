// Package check judges what clients of a lock were told while something broke.
//
// A [History] is what a torture run recorded: for each run of stormlock when it
// began and ended and what it said. [Check] compares that with what a lock may
// say at all. It knows nothing of the store but its [Rules], and does no I/O.
//
// Five checkers look for different lies:
//
//   - exclusive: two leases that were both certainly held at one moment
//   - linearizable: answers that no order of effects explains
//   - fences: numbers that do not grow with the grants
//   - told: leases that were seen although their clients were told that there
//     is none, or not any more
//   - [Enough]: a history that is too thin to show anything
//
// No violation is reported that a correct lock could cause. What makes that
// hard is time: a run tells when it began and ended, not when the store acted,
// so a lease ends within a window, and so does all that was not answered.
//
// Start reading at op.go; linear.go is the heart, and uses model.go (what a
// lock may do) and moves.go (what the runs may have done to it).
package check
