#!/usr/bin/env bash
# Builds the packages and checks that others get the very same from this commit:
# builds them twice, the second time in another folder and with an empty build
# cache, and compares byte for byte.
# usage: scripts/release-check.sh VERSION DIST NFPM CYCLONEDX
#   VERSION …         as of scripts/packages.sh
#   $RELEASE_GOCACHE  a build cache for the second build; otherwise an empty one
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
dist=$2
shift 2

die() {
	echo "make release-check: $1" >&2
	exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(scripts/packages.sh -t)}

scripts/packages.sh "$version" "$dist" "$@"
scripts/copy.sh "$work/checkout"
GOCACHE=${RELEASE_GOCACHE:-$work/gocache} "$work/checkout/scripts/packages.sh" "$version" "$work/dist" "$@" >/dev/null

cd "$dist"
count=0
for file in stormlock* SHA256SUMS; do
	cmp -s "$file" "$work/dist/$file" || die "$file differs between two builds of the same files; see what of the folder or the time is in it"
	count=$((count + 1))
done
sha256sum --check --quiet SHA256SUMS || die "the checksums in $PWD/SHA256SUMS do not verify"
echo "$count files, the same in two builds: $PWD"
