# Sourced. From here on go sees the modules as their users do: without the
# workspace, siblings coming from a module proxy made of this checkout.
# usage: . scripts/proxy.sh VERSION
#   VERSION   the version that siblings require
# Leaves $work, a folder that is removed at the end.

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
(cd tools && GOWORK=off go build -o "$work/modproxy" ./modproxy)
"$work/modproxy" -version "$1" -out "$work/proxy"

# publishers lists whose modules are required: hosts, and owners at GitHub,
# spelled as a module cache does, with "!a" for "A".
publishers() {
	local dir
	for dir in $(scripts/modules.sh all); do
		[ ! -f "$dir/go.sum" ] || cat "$dir/go.sum"
	done | awk '
		{ split($1, part, "/"); print part[1] == "github.com" ? part[1] "/" part[2] : part[1] }
	' | sort -u | awk '
		{ for (i = 1; i <= length; i++) { c = substr($0, i, 1); printf "%s", c ~ /[A-Z]/ ? "!" tolower(c) : c } print "" }
	' | grep -vx github.com/stormlock
}

# A module cache of its own: what is published here today must not be found in
# the usual one tomorrow. What others published is in the usual one, by links.
usual=$(go env GOMODCACHE)
for publisher in $(publishers); do
	for part in . cache/download; do
		mkdir -p "$usual/$part/$publisher" "$(dirname "$work/cache/$part/$publisher")"
		ln -s "$usual/$part/$publisher" "$work/cache/$part/$publisher"
	done
done

export GOPROXY="file://$work/proxy,$(go env GOPROXY)"
export GOMODCACHE="$work/cache" GONOSUMDB=github.com/stormlock/stormlock GOWORK=off GOFLAGS=-mod=mod
