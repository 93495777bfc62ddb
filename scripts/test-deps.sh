#!/usr/bin/env bash
# Installs what the tests need beside Go, or says in one line what is missing.
set -euo pipefail

missing=()
have() { command -v "$1" >/dev/null; }
have redis-server && have redis-cli || missing+=(redis-server)
# Debian keeps PostgreSQL's programs out of PATH.
have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
have psql || missing+=(postgresql-client)
# The core packages alone: they start no server of the system's.
[ -x /usr/sbin/mariadbd ] || have mariadbd || missing+=(mariadb-server-core)
have mariadb || missing+=(mariadb-client-core)
# Debian has it where only root's PATH leads.
have pgbouncer || [ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)
# DynamoDB Local comes from npm and runs on Java.
have java || missing+=(default-jre-headless)
have npm || missing+=(npm)
# What completion is loaded into.
have zsh || missing+=(zsh)
have fish || missing+=(fish)
[ -e /usr/share/bash-completion/bash_completion ] || missing+=(bash-completion)
# Look at processes and shells with job control.
have ps || missing+=(procps)
have bash || missing+=(bash)
# Reads the man pages.
have mandoc || missing+=(mandoc)
# What the example in Python runs on: the system's Python, for Debian's packages are its.
"${PYTHON:-/usr/bin/python3}" -c 'import grpc, grpc_tools' 2>/dev/null || missing+=(python3-grpcio python3-grpc-tools)
# The race detector is linked by a C compiler.
have "${CC:-cc}" || missing+=(gcc libc6-dev)
exec "$(dirname "$0")/debian-packages.sh" "make test" "${missing[@]}"
