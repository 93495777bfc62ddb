#!/usr/bin/env bash
# Shows the main job on the embedded backend. Needs Go alone; leaves nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

# Where every user may write, stormlock would refuse the backend.
umask 022
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "building stormlock and its embedded backend ..."
make -s build BIN="$dir/bin" BACKENDS=local

# Nothing of this user's is read or written.
unset STORMLOCK_CONFIG XDG_STATE_HOME
export HOME=$dir/home XDG_CONFIG_HOME=$dir/home/.config PATH=$dir/bin:$PATH
mkdir "$HOME"
cd "$HOME"

# show EXPECTED_EXIT_CODE COMMAND...: prints a command, runs it, checks how it
# ended. Its stdout is kept in $out.
show() {
	local want=$1 code=0
	shift
	printf '\n$ %s\n' "$(printf '%q ' "$@" | sed 's/ $//')"
	out=$("$@") || code=$?
	[ -z "$out" ] || printf '%s\n' "$out"
	if [ "$code" != "$want" ]; then
		echo "the demo failed: exit code $code, expected $want" >&2
		exit 1
	fi
}

show 0 stormlock init
show 0 stormlock acquire -t 30m -m 'upgrade to 17' prod-db
id=$out
show 0 stormlock current prod-db
show 2 stormlock acquire prod-db
echo '(refused, exit code 2: the lock is held)'
show 0 stormlock renew -t 2h prod-db "$id"
show 0 stormlock current -f rows prod-db
show 0 stormlock release prod-db "$id"
show 1 stormlock current prod-db
printf '\nIt worked: the lock was taken, seen, defended, renewed and released.\n'
