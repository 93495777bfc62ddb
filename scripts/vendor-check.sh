#!/usr/bin/env bash
# Checks that a module builds from a vendor folder of its own, without the workspace,
# the module cache or a network, as distributions build.
# usage: scripts/vendor-check.sh VERSION DIR...
#   VERSION   the version that siblings require
#   DIR       modules with executables
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
shift
. scripts/proxy.sh "$version"
scripts/copy.sh "$work/checkout"

# built DIR: its executables, in $work/bin. go mod tidy adds the hashes of siblings, which
# are known when they are published and not before.
built() (
	cd "$work/checkout/$1" && go mod tidy && go mod vendor &&
		GOFLAGS=-mod=vendor GOPROXY=off GOMODCACHE="$work/nothing" CGO_ENABLED=0 \
			go build -tags grpcnotrace -trimpath -o "$work/bin/" ./cmd/...
)

for dir in "$@"; do
	said=$(built "$dir" 2>&1) || {
		printf '%s\nscripts/vendor-check.sh: %s does not build from go mod vendor\n' "$said" "$dir" >&2
		exit 1
	}
	echo "$dir builds from go mod vendor: $(ls "$work/bin" | tr '\n' ' ')"
	rm -r "$work/bin"
done
