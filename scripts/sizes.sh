#!/usr/bin/env bash
# Holds each executable of stormlock to the size that it may have. MB are 10^6 bytes.
# usage: scripts/sizes.sh DIR
set -euo pipefail
cd "$1"

# most NAME: the size in bytes that an executable may have.
most() {
	case ${1%.exe} in
	stormlock) echo 15000000 ;;
	stormlock-backend-dynamodb) echo 25000000 ;;
	*) echo 20000000 ;;
	esac
}
mb() { printf '%d.%02d MB' $(($1 / 1000000)) $(($1 / 10000 % 100)); }

code=0
for file in $(find . -type f -name 'stormlock*' ! -name '*.json' | sed 's|^\./||' | LC_ALL=C sort); do
	size=$(wc -c <"$file")
	limit=$(most "$file")
	echo "$file $(mb "$size")"
	[ "$size" -lt "$limit" ] || {
		echo "scripts/sizes.sh: $file has $(mb "$size") and must stay under $(mb "$limit"); see what was linked with go version -m and go tool nm -size" >&2
		code=1
	}
done
exit "$code"
