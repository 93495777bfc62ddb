#!/usr/bin/env bash
# Prints the version of a package for a version of stormlock, in an order that dpkg
# and rpm agree on: v1.0.0-rc.1 is 1.0.0~rc.1, below 1.0.0; what git describe calls
# v1.0.0-5-gabcdef1 is 1.0.0+5.gabcdef1, above it; what has no version is below all.
# usage: scripts/package-version.sh VERSION
set -euo pipefail
version=${1#v}

after=
if [[ $version == *-dirty ]]; then
	version=${version%-dirty} after=dirty
fi
if [[ $version =~ ^(.+)-([0-9]+)-(g[0-9a-f]+)$ ]]; then
	version=${BASH_REMATCH[1]} after=${BASH_REMATCH[2]}.${BASH_REMATCH[3]}${after:+.$after}
fi
if [[ $version =~ ^[0-9]+(\.[0-9]+)+([-+].*)?$ ]]; then
	version=${version/-/'~'}
else
	version=0~$version
fi
[[ $version != *+* ]] || after=${after:+.$after}
[[ -z $after || $after == .* ]] || after=+$after
printf '%s\n' "$version$after" | sed 's/[^A-Za-z0-9.+~]/./g'
