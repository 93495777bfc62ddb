#!/usr/bin/env bash
# Lists the folders of the modules, one a line.
# usage: scripts/modules.sh [all]
#   all   those of the tools too, which are in no workspace
set -euo pipefail
cd "$(dirname "$0")/.."

sed -nE 's/^[[:space:]]+(\.[^[:space:]]*)$/\1/p' go.work
[ "${1:-}" != all ] || find tools -name go.mod -exec dirname {} \; | sort
