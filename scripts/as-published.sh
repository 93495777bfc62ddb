#!/usr/bin/env bash
# Runs a command that sees stormlock's modules as if they had been published, from a
# module proxy made of this checkout.
# usage: scripts/as-published.sh VERSION COMMAND [ARGUMENT...]
#   VERSION   the version that they are published as, and require of each other
set -euo pipefail
folder=$PWD
cd "$(dirname "$0")/.."
version=$1
shift
. scripts/proxy.sh "$version"

# As for somebody who has set nothing. What is built is found again by the next run,
# which has the modules elsewhere.
export GOFLAGS=-trimpath
cd "$folder"
"$@"
