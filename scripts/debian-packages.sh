#!/usr/bin/env bash
# Installs Debian packages, or says in one line which are missing.
# usage: scripts/debian-packages.sh TARGET [PACKAGE...]
#   TARGET   what needs them
set -euo pipefail
target=$1
shift
packages=("$@")
[ $# -gt 0 ] || exit 0

have() { command -v "$1" >/dev/null; }
# One line in place of all that apt-get says, which is mostly that it is offline.
give_up() {
	echo "$target needs: ${packages[*]} (Debian packages); install them and repeat" >&2
	exit 1
}

have apt-get || give_up
root=()
if [ "$(id -u)" != 0 ]; then
	have sudo && sudo -n true 2>/dev/null || give_up
	root=(sudo -n)
fi
# sudo drops what is exported.
quietly_apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null 2>&1; }
echo "installing ${packages[*]} ..."
quietly_apt update && quietly_apt install -y --no-install-recommends "${packages[@]}" || give_up
