package redis

import "strconv"

// noLock follows the prefix in a key at which nothing ever is, for questions to
// the server itself. It begins with a space, which no resource does.
const noLock = " setup"

// fenceKey returns the key of the fence counter that belongs to a lock.
//
// The counter outlives the lock and must hold four promises:
//
//   - It begins with the prefix, so that an ACL rule ~PREFIX* covers it.
//   - It is not the key of any resource's lock: what follows the prefix begins
//     with a space, and no resource does.
//   - It lies in the lock's cluster slot, as a script's keys must.
//   - No other resource has it. The digit says which of the three forms
//     follows, and each form can be read back: there is one resource for it.
//
// The first form serves wherever the prefix has a hash tag, the second any
// resource without braces, the third the rest. All depend on the prefix and
// the resource alone, so every process agrees on them, in every mode.
func fenceKey(prefix, resource string) string {
	lock := prefix + resource
	want := slot(lock)
	if key := prefix + " fence1:" + resource; slot(key) == want {
		return key
	}
	if key := prefix + " fence2:{" + lock + "}"; slot(key) == want {
		return key
	}
	return searchFenceKey(prefix, resource, want)
}

// searchFenceKey tries numbers in the key until the slot is right, which takes
// 16384 of them on average. It ends: a CRC maps the numbers of seven digits
// onto all of its values, whatever stands before and behind them.
func searchFenceKey(prefix, resource string, want uint16) string {
	for n := 0; ; n++ {
		key := prefix + " fence3:{" + strconv.Itoa(n) + "}" + resource
		if slot(key) == want {
			return key
		}
	}
}
