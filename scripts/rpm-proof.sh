#!/usr/bin/env bash
# Installs the .rpm packages into an empty folder, uses stormlock from there, adds a
# backend, removes all, and looks for what is left.
# usage: scripts/rpm-proof.sh DIST      as root, or by sudo
set -euo pipefail
[ "$(id -u)" = 0 ] || exec sudo -n "$0" "$@"
for name in stormlock stormlock-backend-local stormlock-backend-redis; do
	compgen -G "$1/$name-[0-9]*.$(uname -m).rpm" >/dev/null || {
		echo "scripts/rpm-proof.sh: $1 has no package $name for $(uname -m); run make packages" >&2
		exit 1
	}
done
command -v rpm >/dev/null || "$(dirname "$0")/debian-packages.sh" "make packages-check" rpm
cd "$1"

die() {
	echo "scripts/rpm-proof.sh: $1" >&2
	exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
arch=$(uname -m)

# Their database is in the root; what is here is Debian's.
in_root() { rpm --force-debian --root "$root" --dbpath /var/lib/rpm "$@"; }
want() { [ "$2" = "$3" ] || die "$1: \"$2\"; want \"$3\""; }
stormlock() { env -i HOME="$work" PATH="$root/usr/bin" "$root/usr/bin/stormlock" "$@"; }
backends() { stormlock backend list | awk '{ print $1 }' | tr '\n' ' '; }

rpm --checksig --nosignature ./*.rpm >/dev/null || die "a package is broken"
mkdir "$root"
rpmdb --root "$root" --dbpath /var/lib/rpm --initdb
in_root --install stormlock-[0-9]*."$arch".rpm stormlock-backend-local-*."$arch".rpm
want "backends with local installed" "$(backends)" "local "
printf '[default]\nbackend = local\nttl = 1m\n' >"$work/.stormlock.cfg"
stormlock acquire -m proof prod-db >/dev/null || die "no lock was taken"
for file in man/man1/stormlock-acquire.1 bash-completion/completions/stormlock zsh/site-functions/_stormlock \
	fish/vendor_completions.d/stormlock.fish licenses/stormlock/LICENSES licenses/stormlock-backend-local/LICENSES; do
	[ -s "$root/usr/share/$file" ] || die "/usr/share/$file is missing"
done
core=$(in_root -q --dump stormlock)
in_root --install stormlock-backend-redis-*."$arch".rpm
want "backends with redis added" "$(backends)" "local redis "
want "the core after redis was added" "$(in_root -q --dump stormlock)" "$core"
in_root --verify --all || die "what was installed is not what the packages say"
in_root --erase $(in_root -qa)
left=$(find "$root" ! -type d ! -path "$root/var/lib/rpm/*")
[ -z "$left" ] || die "left behind: $left"
echo "installed, used, extended and removed by $(rpm --version), nothing left"
