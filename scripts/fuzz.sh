#!/usr/bin/env bash
# Runs every fuzz target of the tree for a while, as many at once as there are
# processors. Go keeps an input that fails in testdata/fuzz.
# usage: scripts/fuzz.sh [-l]
#   -l         only list the targets: FOLDER NAME
#   $FUZZTIME  how long each runs (30s), or how often (100x)
set -euo pipefail
cd "$(dirname "$0")/.."
export FUZZTIME=${FUZZTIME:-30s}

targets() {
	grep -rHoE --include='*_test.go' --exclude-dir={.git,.tools,tools,testdata} '^func Fuzz[[:alnum:]_]*\(' . |
		sed -nE 's|^(.*)/[^/]*:func (.*)\($|\1 \2|p' | LC_ALL=C sort
}

# fuzz FOLDER NAME: one line, or all that go says of a failure.
fuzz() {
	local said count code=0
	said=$(go test -run '^$' -fuzz "^$2\$" -fuzztime "$FUZZTIME" -parallel 1 "$1" 2>&1) || code=$?
	count=$(sed -nE 's/^fuzz: .* execs: ([0-9]+) .*/\1/p' <<<"$said" | tail -n 1)
	if [ -z "$count" ] || { [ "$code" != 0 ] && ! only_time_is_over "$said"; }; then
		printf '%s\nmake fuzz: %s in %s failed; repair what it found and commit the input, in testdata/fuzz\n' "$said" "$2" "$1" >&2
		return 1
	fi
	echo "$1 $2: $count executions"
}

# only_time_is_over SAID: go can take the end of the time for an error of the
# worker; then it has no input to show.
only_time_is_over() {
	grep -A 1 '^--- FAIL: ' <<<"$1" | grep -qx '    context deadline exceeded' &&
		! grep -qE 'Failing input written|seed corpus entry' <<<"$1"
}
export -f fuzz only_time_is_over

case ${1:-} in
-l) targets ;;
*) targets | xargs -n 2 -P "$(getconf _NPROCESSORS_ONLN)" bash -c 'fuzz "$@"' fuzz ;;
esac
