#!/usr/bin/env bash
# Builds what a release holds and checks that others get the very same from this
# commit: builds twice, the second time in another folder and with an empty
# build cache, and compares byte for byte. Beside each executable goes an SBOM
# that is made from it, and SHA256SUMS has the checksums of all.
# usage: scripts/release-check.sh VERSION CYCLONEDX DIST
#   VERSION           what the executables call themselves
#   CYCLONEDX         the cyclonedx-gomod that makes the SBOMs
#   DIST              the folder for all of it
#   $RELEASE_GOCACHE  a build cache for the second build; otherwise an empty one
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
cyclonedx=$2

die() {
	echo "make release-check: $1" >&2
	exit 1
}
[ -x "$cyclonedx" ] || die "$cyclonedx is missing; run make deps"
case $version in
*/*) die "the version \"$version\" looks like a path of this machine; set VERSION" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$3"
dist=$(cd "$3" && pwd)
rm -f "$dist"/stormlock* "$dist/SHA256SUMS"

# Neither links nor what is made later.
executables() { find "$1" -type f -name 'stormlock*' ! -name '*.json' | LC_ALL=C sort; }

# release CHECKOUT OUT: what make build makes, and an SBOM for each executable,
# with no serial number and no time: the same executable has the same SBOM.
release() {
	make --no-print-directory -s -C "$1" build BIN="$2" VERSION="$version"
	executables "$2" | while read -r file; do
		"$cyclonedx" bin -json -std -noserial -notimestamp -version "$version" -output "$file.cdx.json" "$file"
	done
}

# no_path FILE: an executable tells nothing of where it was built.
no_path() {
	local path settings name=${1##*/}
	for path in "$PWD" "$(go env GOMODCACHE)"; do
		! grep -qaF -- "$path" "$1" || die "$name holds the path $path of this machine; build with -trimpath"
	done
	settings=$(cd "$dist" && go version -m "$name")
	if path=$(grep -m 1 -oE '[[:space:]=",]/.*' <<<"$settings"); then
		die "$name holds the path ${path#?} of this machine (go version -m); build with -trimpath"
	fi
}

release . "$dist"
scripts/copy.sh "$work/checkout"
GOCACHE=${RELEASE_GOCACHE:-$work/gocache} release "$work/checkout" "$work/dist"

count=0
for file in $(executables "$dist"); do
	for name in "${file##*/}" "${file##*/}.cdx.json"; do
		cmp -s "$dist/$name" "$work/dist/$name" || die "$name differs between two builds of the same files; see what of the folder or the time is in it"
	done
	no_path "$file"
	count=$((count + 1))
done

cd "$dist"
sha256sum $(executables . | sed 's|^\./||; p; s|$|.cdx.json|') >SHA256SUMS
sha256sum --check --quiet SHA256SUMS || die "the checksums in $dist/SHA256SUMS do not verify"
echo "$count executables, the same in two builds, with SBOMs and SHA256SUMS: $dist"
