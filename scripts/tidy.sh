#!/usr/bin/env bash
# go mod tidy for every module of the workspace, as its users see it: without
# the workspace, the siblings coming from a module proxy made of this checkout.
# usage: scripts/tidy.sh VERSION [DIR...]
#   VERSION   the version that siblings require
#   DIR       the modules; all, if none is named
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
shift
[ $# -gt 0 ] || set -- $(sed -nE 's/^\s+(\.\S*)$/\1/p' go.work) tools tools/buf tools/etcd

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
( cd tools && GOWORK=off go build -o "$work/modproxy" ./modproxy )
"$work/modproxy" -version "$version" -out "$work/proxy"

# A module cache of its own, filled from the usual one: what is published here
# today must not be found in the usual one tomorrow.
cache=$(go env GOMODCACHE)
export GOPROXY="file://$work/proxy,file://$cache/cache/download,$(go env GOPROXY)"
export GOMODCACHE="$work/cache" GONOSUMDB=github.com/stormlock/stormlock GOWORK=off GOFLAGS=-mod=mod

for dir in "$@"; do
	( cd "$dir" && go mod tidy )
	# A sibling's hash is known when it is published, not before.
	if [ -f "$dir/go.sum" ]; then
		sed -i.bak '/^github\.com\/stormlock\/stormlock/d' "$dir/go.sum"
		rm "$dir/go.sum.bak"
	fi
done
