#!/usr/bin/env bash
# go mod tidy for every module, as its users see it.
# usage: scripts/tidy.sh VERSION [DIR...]
#   VERSION   the version that siblings require
#   DIR       the modules; all, if none is named
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
shift
[ $# -gt 0 ] || set -- $(scripts/modules.sh all)
. scripts/proxy.sh "$version"

for dir in "$@"; do
	( cd "$dir" && go mod tidy )
	# A sibling's hash is known when it is published, not before.
	if [ -f "$dir/go.sum" ]; then
		sed -i.bak '/^github\.com\/stormlock\/stormlock/d' "$dir/go.sum"
		rm "$dir/go.sum.bak"
	fi
done
