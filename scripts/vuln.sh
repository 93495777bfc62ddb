#!/usr/bin/env bash
# Runs govulncheck over every module with its own graph, as whoever installs
# that module gets it. The workspace's graph is another: of each dependency it
# takes the newest that any module requires, which can hide a vulnerability.
# usage: scripts/vuln.sh VERSION GOVULNCHECK [DIR...]
#   VERSION      the version that siblings require
#   DIR          the modules; all, if none is named
#   $VULN_FLAGS  more flags for govulncheck
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
check=$2
shift 2
[ -x "$check" ] || { echo "make vuln: $check is missing; run make deps" >&2; exit 1; }
check=$(cd "$(dirname "$check")" && pwd)/$(basename "$check")
[ $# -gt 0 ] || set -- $(scripts/modules.sh all)
. scripts/proxy.sh "$version"

# A copy, because go notes the hashes of siblings in go.sum.
scripts/copy.sh "$work/checkout"
cd "$work/checkout"

# It found vulnerabilities, whatever else it says.
found=3
log=$work/log

# scan DIR: govulncheck over its packages and over the tools that it pins.
scan() (
	cd "$1" || exit
	patterns=(./...)
	! grep -q "^tool " go.mod || patterns+=(tool)
	"$check" ${VULN_FLAGS:-} "${patterns[@]}" >"$log" 2>&1
)
unreachable() { grep -qiE 'fetching vulnerabilities|dial tcp|no such host|forbidden|index/modules' "$log"; }

vulnerable=()
for dir in "$@"; do
	code=0
	scan "$dir" || code=$?
	case $code in
	0) echo "$dir: no known vulnerabilities" ;;
	"$found")
		echo "$dir: known vulnerabilities:" >&2
		cat "$log" >&2
		vulnerable+=("$dir")
		;;
	*)
		# In CI nobody would notice that nothing was checked.
		if [ -z "${GITHUB_ACTIONS:-}" ] && unreachable; then
			echo "make vuln: the vulnerability database cannot be reached from here; it runs in .github/workflows/ci.yml" >&2
			exit 0
		fi
		cat "$log" >&2
		exit 1
		;;
	esac
done
if [ ${#vulnerable[@]} -gt 0 ]; then
	echo "make vuln: known vulnerabilities in ${vulnerable[*]}; require what they were fixed in and run make tidy" >&2
	exit 1
fi
