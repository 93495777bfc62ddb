#!/usr/bin/env bash
# Builds the packages: for each platform stormlock and one for each backend, as
# .tar.gz, for Linux as .deb and .rpm too. Beside them go an SBOM of each executable
# and SHA256SUMS. The same commit makes the same bytes, wherever it is built.
# usage: scripts/packages.sh VERSION DIST NFPM CYCLONEDX
#        scripts/packages.sh -t
#   VERSION             what the executables call themselves
#   DIST                the folder for all of it; what is in it is removed
#   NFPM, CYCLONEDX     the nfpm and the cyclonedx-gomod to use
#   -t                  only print the time of all files
#   $BACKENDS           the backends
#   $PLATFORMS          the systems, such as linux/amd64
#   $SOURCE_DATE_EPOCH  the time of all files; that of the commit, if it is not set
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022

# An archive of the sources has no commit; its files have that time.
committed() { git -c safe.directory='*' log -1 --format=%ct 2>/dev/null || date -r CHANGELOG.md +%s; }
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(committed)}
if [ "$1" = -t ]; then
	echo "$SOURCE_DATE_EPOCH"
	exit
fi

version=$1
nfpm=$3
cyclonedx=$4
die() {
	echo "make packages: $1" >&2
	exit 1
}
for tool in "$nfpm" "$cyclonedx"; do
	[ -x "$tool" ] || die "$tool is missing; run make deps"
done
[[ $(tar --version) == *GNU* ]] || die "tar is not GNU tar, which alone sorts what it packs"
case $version in
*/*) die "the version \"$version\" looks like a path of this machine; set VERSION" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd tools && GOWORK=off go build -o "$work/licences" ./licences)
mkdir -p "$2"
dist=$(cd "$2" && pwd)
rm -f "$dist"/stormlock* "$dist/SHA256SUMS"
package_version=$(scripts/package-version.sh "$version")
top=stormlock-${version#v}

# no_path FILE: an executable tells nothing of where it was built.
no_path() {
	local path settings name=${1##*/}
	for path in "$PWD" "$(go env GOMODCACHE)"; do
		! grep -qaF -- "$path" "$1" || die "$name holds the path $path of this machine; build with -trimpath"
	done
	settings=$(cd "${1%/*}" && go version -m "$name")
	if path=$(grep -m 1 -oE '[[:space:]=",]/.*' <<<"$settings"); then
		die "$name holds the path ${path#?} of this machine (go version -m); build with -trimpath"
	fi
}

# fill NAME TREE: what make install installs of a package, and what says what is in it.
fill() {
	local target=install-core backend= exe doc=$2/share/doc/$1
	if [ "$1" != stormlock ]; then target=install-backends backend=${1#stormlock-backend-}; fi
	make --no-print-directory -s "$target" DESTDIR="${2%/*}" PREFIX="/${2##*/}" VERSION="$version" BACKENDS="$backend"
	scripts/sizes.sh "$2/bin" >/dev/null
	exe=$2/bin/$1$(go env GOEXE)
	no_path "$exe"
	mkdir -p "$doc" "$2/share/licenses/$1"
	"$work/licences" "$exe" >"$2/share/licenses/$1/LICENSES"
	"$cyclonedx" bin -json -std -noserial -notimestamp -version "$version" -output "$doc/$1.cdx.json" "$exe"
	cp CHANGELOG.md "$doc"
	[ "$1" != stormlock ] || cp README.md SECURITY.md docs/operators.md docs/backends.md "$doc"
	find "$2" -type f -path '*/share/*' -exec chmod 644 {} +
	find "$2" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# archive NAME TREE: all archives unpack into one folder, so that stormlock finds the
# backends beside itself.
archive() {
	local file=$dist/$1_${version#v}_${GOOS}_$GOARCH
	tar -C "${2%/*}" --format=ustar --sort=name --owner=0 --group=0 --numeric-owner -c "${2##*/}" | gzip -9n >"$file.tar.gz"
	cp "$2/share/doc/$1/$1.cdx.json" "$file.cdx.json"
}

# debian TREE: puts things where Debian has them.
debian() {
	local name=${1##*/} doc
	doc=$1/share/doc/$name
	mv "$1/share/licenses/$name/LICENSES" "$doc/copyright"
	rm -r "$1/share/licenses"
	mkdir -p "$1/share/lintian/overrides"
	printf '# Go links its libraries in, and the licences of all are in one file.\n%s: statically-linked-binary\n%s: copyright-file-contains-full-apache-2-license\n' \
		"$name" "$name" >"$1/share/lintian/overrides/$name"
	printf '%s (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- %s  %s\n' "$name" "$package_version" \
		"$(sed -n 's/^maintainer: //p' packaging/nfpm.yaml)" "$(date -uR -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
	[ "$name" = stormlock ] || return 0
	gzip -9n "$1"/share/man/man1/*.1
	mv "$1/share/zsh/site-functions" "$1/share/zsh/vendor-completions"
}

# package NAME FORMAT TREE
package() {
	if [ "$1" = stormlock ]; then
		export SUMMARY="lock that operators take before a dangerous operation" PROVIDES= RECOMMENDS= SUGGESTS=stormlock-backend
		export DESCRIPTION="It keeps locks in a store that the team already runs, by an executable of
one of the packages stormlock-backend-NAME, of which at least one is needed."
	else
		export SUMMARY="${1#stormlock-backend-} backend of stormlock" PROVIDES=stormlock-backend RECOMMENDS=stormlock SUGGESTS=
		export DESCRIPTION="It lets stormlock keep its locks in ${1#stormlock-backend-}; stormlock finds it by its name.
\"stormlock backend describe ${1#stormlock-backend-}\" lists what can be configured."
	fi
	NAME=$1 TREE=$3 ARCH=$GOARCH PACKAGE_VERSION=$package_version \
		"$nfpm" package -f packaging/nfpm.yaml -p "$2" -t "$dist/" >/dev/null
}

for platform in $PLATFORMS; do
	export GOOS=${platform%/*} GOARCH=${platform#*/}
	for name in stormlock ${BACKENDS:+$(printf 'stormlock-backend-%s ' $BACKENDS)}; do
		tree=$work/$name/$GOOS-$GOARCH/$top
		mkdir -p "$tree"
		fill "$name" "$tree"
		archive "$name" "$tree"
		[ "$GOOS" = linux ] || continue
		package "$name" rpm "$tree"
		mv "$tree" "$work/$name/$name"
		debian "$work/$name/$name"
		find "$work/$name/$name" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
		package "$name" deb "$work/$name/$name"
		rm -rf "${work:?}/$name"
	done
done
cd "$dist"
LC_ALL=C sha256sum stormlock* >SHA256SUMS
echo "$(ls stormlock* | wc -l) files of ${version} and SHA256SUMS: $dist"
