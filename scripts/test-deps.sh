#!/usr/bin/env bash
# Installs what the tests need beside Go, or says in one line what is missing.
set -euo pipefail

missing=()
have() { command -v "$1" >/dev/null; }
have redis-server && have redis-cli || missing+=(redis-server)
# The race detector is linked by a C compiler.
have "${CC:-cc}" || missing+=(gcc libc6-dev)
[ ${#missing[@]} -gt 0 ] || exit 0

if ! have apt-get; then
	echo "make test needs these Debian packages or their like: ${missing[*]}" >&2
	exit 1
fi
if [ "$(id -u)" = 0 ]; then
	root=()
elif have sudo && sudo -n true 2>/dev/null; then
	root=(sudo -n)
else
	echo "make test needs more; run as root: apt-get install ${missing[*]}" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq
"${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
