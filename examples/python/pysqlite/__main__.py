"""stormlock-backend-pysqlite keeps the locks of one machine in a SQLite file.

It is an example of a stormlock backend in Python. Read store.py first, which
holds the rules of the lock; service.py is the protocol, plugin.py the process.
"""

import os
import sys

NAME = "pysqlite"
VERSION = "0.1.0"
PROGRAM = f"stormlock-backend-{NAME}"

# What stormlock sets for a backend, so that one that is run by hand can tell.
COOKIE = ("STORMLOCK_BACKEND_COOKIE", "5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57")
PROTOCOL = "1"


def main():
    if sys.argv[1:] == ["--version"]:
        print(f"{PROGRAM} {VERSION} (protocol {PROTOCOL})")
        return
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        leave(64, f'is a backend of stormlock, which runs it; write "backend = {NAME}" into its configuration file')
    if PROTOCOL not in os.environ.get("PLUGIN_PROTOCOL_VERSIONS", PROTOCOL).split(","):
        leave(1, f"speaks version {PROTOCOL} of the protocol, and this stormlock does not; install matching versions")
    import plugin  # and with it gRPC, which takes a while
    import service

    plugin.serve(service.Backend(NAME, VERSION), PROTOCOL)


def leave(code, text):
    print(PROGRAM, text, file=sys.stderr)
    sys.exit(code)


main()
