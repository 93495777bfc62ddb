#!/usr/bin/env bash
# Runs govulncheck over every module with its own dependencies.
# usage: scripts/vuln.sh GOVULNCHECK DIR...
set -euo pipefail
cd "$(dirname "$0")/.."
check=$1
shift

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for dir in "$@"; do
	if ! (cd "$dir" && "$check" ./...) >"$log" 2>&1; then
		if grep -qiE 'fetching vulnerabilities|dial tcp|no such host|forbidden|index/modules' "$log"; then
			echo "make vuln: the vulnerability database cannot be reached from here; it runs in .github/workflows/ci.yml" >&2
			exit 0
		fi
		cat "$log" >&2
		exit 1
	fi
	echo "$dir: no known vulnerabilities"
done
