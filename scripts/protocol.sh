#!/usr/bin/env bash
# Holds backend.proto against every protocol that was released: what others have
# built from those must go on working, and their sources must go on compiling.
# usage: scripts/protocol.sh BUF [SDK]
#   BUF   the buf to use
#   SDK   the folder with buf.yaml and proto/; sdk, if it is not named
set -euo pipefail
buf=$(realpath "$1")
[ -x "$buf" ] || {
	echo "scripts/protocol.sh: $buf is missing; run make deps" >&2
	exit 1
}
cd "${2:-$(dirname "$0")/../sdk}"

for released in proto/released/*.binpb; do
	"$buf" breaking --against "$released" || {
		echo "backend.proto breaks what was built from $released; add instead of changing (docs/protocol.md, Stability)" >&2
		exit 1
	}
done
