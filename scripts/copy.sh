#!/usr/bin/env bash
# Copies the checkout, as it is in the working tree: what git tracks or would
# track. The copy is no git repository.
# usage: scripts/copy.sh DIR
set -euo pipefail
mkdir -p "$1"
to=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

existing() { while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done; }
# Also where the checkout belongs to another user, as in a container.
git -c safe.directory='*' ls-files -z --cached --others --exclude-standard | existing |
	tar -c --null --no-recursion -T - | tar -x -C "$to"
