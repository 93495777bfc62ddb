#!/usr/bin/env bash
# Installs the .deb packages on this Debian system, uses stormlock, adds a backend,
# removes all, and looks for what is left. The system itself stays as it is: all of
# it happens on a layer above it that is gone when this ends, without a network.
# usage: scripts/debian-proof.sh DIST      as root, or by sudo
#   DIST   the packages of stormlock and of all backends
set -euo pipefail

die() {
	echo "scripts/debian-proof.sh: $1" >&2
	exit 1
}

# proof runs in the layer. Its stderr tells which step failed.
proof() {
	set -euo pipefail
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
	arch=$(dpkg --print-architecture)
	fail() {
		echo "scripts/debian-proof.sh: $1" >&2
		exit 1
	}
	apt() { apt-get -qq "$@" -y >/tmp/apt 2>&1 || fail "apt-get $*: $(cat /tmp/apt)"; }
	user() { (cd /tmp/home && runuser -u nobody -- env -i HOME=/tmp/home PATH=/usr/bin "$@"); }
	backends() { user stormlock backend list | awk '{ print $1 }' | tr '\n' ' '; }
	want() { [ "$2" = "$3" ] || fail "$1: \"$2\"; want \"$3\""; }
	core() { dpkg -L stormlock | xargs -d '\n' stat -c '%F %n %Y %i %s' | grep -v ^directory && dpkg -s stormlock; }

	folders() { find /usr -xdev -type d | sort; }

	cd /tmp/packages
	there=$(folders)
	install -d -o nobody /tmp/home
	apt install "$PWD"/stormlock_*_"$arch".deb "$PWD"/stormlock-backend-local_*_"$arch".deb
	want "backends with local installed" "$(backends)" "local "
	user sh -c 'mkdir .config && printf "[default]\nbackend = local\nttl = 1m\n" >.config/stormlock.cfg'
	id=$(user stormlock acquire -m proof prod-db) || fail "no lock was taken"
	code=0
	user stormlock acquire prod-db 2>/dev/null || code=$?
	want "exit code of a second acquire" "$code" 2
	user stormlock release prod-db "$id"
	for file in man/man1/stormlock-acquire.1.gz bash-completion/completions/stormlock zsh/vendor-completions/_stormlock \
		fish/vendor_completions.d/stormlock.fish doc/stormlock/copyright doc/stormlock-backend-local/copyright; do
		dpkg -S "/usr/share/$file" >/dev/null && [ -s "/usr/share/$file" ] || fail "/usr/share/$file is missing"
	done

	before=$(core)
	apt install "$PWD"/stormlock-backend-redis_*_"$arch".deb
	want "backends with redis added" "$(backends)" "local redis "
	[ "$(core)" = "$before" ] || fail "adding redis changed the core: $(diff <(echo "$before") <(core) | tr '\n' ' ')"
	[[ $(user stormlock backend describe redis) == *url* ]] || fail "redis does not tell its keys"

	apt install "$PWD"/*_"$arch".deb
	for deb in stormlock-backend-*_"$arch".deb; do
		name=${deb#stormlock-backend-}
		user stormlock backend describe "${name%%_*}" >/dev/null || fail "${name%%_*} was installed and is not found"
	done
	user stormlock backend describe postgresql >/dev/null || fail "postgresql was installed and is not found"
	apt purge 'stormlock*'
	! dpkg -l 'stormlock*' 2>/dev/null | grep -q '^[^u].*stormlock' || fail "dpkg still knows stormlock"
	[ "$(folders)" = "$there" ] || fail "folders are left: $(diff <(echo "$there") <(folders) | sed -n 's/^> //p' | tr '\n' ' ')"
}

if [ "${1:-}" != --in-a-namespace ]; then
	[ "$(id -u)" = 0 ] || exec sudo -n "$0" "$@"
	[ -x /usr/bin/dpkg ] || die "this is no Debian system: dpkg is missing"
	arch=$(dpkg --print-architecture)
	for name in stormlock stormlock-backend-local stormlock-backend-redis; do
		compgen -G "$1/${name}_*_$arch.deb" >/dev/null || die "$1 has no package $name for $arch; run make packages"
	done
	command -v lintian >/dev/null || "$(dirname "$0")/debian-packages.sh" "make packages-check" lintian
	# Backends have no manual page: stormlock runs them, and they explain themselves.
	lintian --allow-root --fail-on error --suppress-tags no-manual-page --tag-display-limit 0 "$1"/*.deb || die "lintian finds errors in the packages"
	layer=$(mktemp -d)
	trap 'rmdir "$layer"' EXIT
	unshare --mount --net --pid --fork --kill-child "$0" --in-a-namespace "$(realpath "$1")" "$layer"
	exit
fi

# All mounts are in this namespace, and gone with it.
mount --make-rprivate /
mount -t tmpfs -o mode=755 none "$3"
cd "$3"
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work none root
mount -t proc none root/proc
mount --bind /dev root/dev
mount -t devpts none root/dev/pts
mount -t tmpfs -o mode=1777 none root/tmp
mkdir root/tmp/packages
cp "$2"/*.deb root/tmp/packages
# Images for containers often leave out man pages.
rm -f root/etc/dpkg/dpkg.cfg.d/*

# What packages change for good: not what dpkg, apt and man note of them.
changed() { (cd upper && find . ! -type d ! -path './etc/dpkg/*' ! -path './var/lib/dpkg/*' ! -path './var/lib/apt/*' ! -path './var/cache/*' ! -path './var/log/*' | sort); }
before=$(changed)
chroot root bash -c "$(declare -f proof); proof"
[ "$(changed)" = "$before" ] || die "after all was removed there is left: $(diff <(echo "$before") <(changed) | sed -n 's/^> //p' | tr '\n' ' ')"
echo "installed, used, extended and removed on $(. /etc/os-release && echo "$PRETTY_NAME"), nothing left"
