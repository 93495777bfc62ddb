"""Leases in one SQLite file, which all who share its path share.

An operation is one exclusive transaction: no other can come between what it
reads and what it writes, so that reading first and writing then is safe. It is
on the disk before its answer is given.
"""

import contextlib
import os
import pathlib
import sqlite3

import backend_pb2 as pb
import clock
import fault

APPLICATION_ID = 0x73746F72  # "stor": what tells our file from others
VERSION = 1

# AUTOINCREMENT never gives a number twice, even when its row is gone: a fence.
SCHEMA = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
    "CREATE TABLE lease (fence INTEGER PRIMARY KEY AUTOINCREMENT, resource TEXT NOT NULL UNIQUE,"
    " id TEXT NOT NULL, principal TEXT NOT NULL, reason TEXT NOT NULL,"
    " created INTEGER NOT NULL, expires INTEGER NOT NULL)",
    "CREATE TABLE void (resource TEXT, id TEXT, since INTEGER NOT NULL, PRIMARY KEY (resource, id))",
    "CREATE TABLE clock (boot TEXT NOT NULL, ahead INTEGER NOT NULL, latest INTEGER NOT NULL)",
    "INSERT INTO clock VALUES ('', 0, 0)",
)

DAY = 24 * 60 * 60 * 1_000_000  # in microseconds
PAGE = 200  # leases; the largest take less than 5 KiB, a message 1 MiB


class Store:
    def __init__(self, path):
        self.path = path

    @contextlib.contextmanager
    def ledger(self, deadline):
        """Run one operation on the file, as a whole or not at all."""
        with self._transaction(deadline) as db:
            if not self._is_set_up(db):
                raise fault.not_set_up(f"{self.path} has no tables yet")
            ledger = Ledger(db)
            yield ledger
            if db.total_changes:
                clock.remember(db, ledger.now)

    def list(self, prefix, deadline):
        """Yield pages of leases. Each is a transaction of its own: who reads
        slowly keeps nobody from the locks."""
        after = ""
        while True:
            with self.ledger(deadline) as ledger:
                page = ledger.page(prefix, after)
            if page:
                yield page
            if len(page) < PAGE:
                return
            after = page[-1].resource

    def set_up(self, dry_run, deadline):
        """Return the statements that were carried out, or would be."""
        if not os.path.exists(self.path):
            if dry_run:
                return SCHEMA
            self._create()
        with self._transaction(deadline) as db:
            if self._is_set_up(db):
                return ()
            for statement in () if dry_run else SCHEMA:
                db.execute(statement)
        return SCHEMA

    def _create(self):
        """Make an empty file for its owner alone."""
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise fault.refused(f"{self.path} cannot be made: {error.strerror}") from error

    @contextlib.contextmanager
    def _transaction(self, deadline):
        if not os.path.exists(self.path):
            raise fault.not_set_up(f"{self.path} does not exist")
        committing = False
        try:
            with contextlib.closing(self._connect(deadline)) as db:  # which undoes what is not committed
                yield db
                deadline.check()  # the last moment: a commit that has begun has an outcome
                committing = True
                db.execute("COMMIT")
        except sqlite3.Error as error:
            text = f"{self.path}: {error}"
            if committing:
                raise fault.unknown(text) from error
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
                raise fault.refused(f"{text}; set path to another file") from error
            raise fault.unavailable(text) from error

    def _connect(self, deadline):
        """Open the file and lock it. EXCLUSIVE, so that COMMIT never has to wait
        for a reader; EXTRA, so that a power failure does not undo it."""
        uri = pathlib.Path(self.path).as_uri() + "?mode=rw"
        db = sqlite3.connect(uri, uri=True, timeout=deadline.left(), isolation_level=None)
        try:
            db.execute("PRAGMA synchronous = EXTRA")
            db.execute(f"PRAGMA busy_timeout = {int(deadline.left() * 1000)}")
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _is_set_up(self, db):
        """Whose file it is. Another application's is left as it was."""
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if (application, version, tables) == (0, 0, 0):
            return False
        if application != APPLICATION_ID:
            raise fault.refused(f"{self.path} is another application's; set path to another file")
        if version != VERSION:
            raise fault.refused(f"{self.path} has the unknown format {version}; install a newer backend")
        return True


class Ledger:
    """The rules of the lock, on the file within one transaction."""

    def __init__(self, db):
        self.db = db
        self.now = clock.tick(db)

    def acquire(self, want):
        """Return the current lease in the end. It is the caller's if the id is."""
        current = self.current(want.resource)
        if current:
            return current
        void = "SELECT 1 FROM void WHERE resource = ? AND id = ?"
        if self.db.execute(void, (want.resource, want.id)).fetchone():
            raise fault.invalid("this lease id was released before; ask with a new one")
        self.db.execute(
            "INSERT INTO lease (resource, id, principal, reason, created, expires)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (want.resource, want.id, want.principal, want.reason, clock.wall(), self._end(want)),
        )
        return self.current(want.resource)

    def renew(self, lease):
        current = self.current(lease.resource)
        if not current or current.id != lease.id:
            return None
        extend = "UPDATE lease SET expires = ? WHERE resource = ?"
        self.db.execute(extend, (self._end(lease), lease.resource))
        return self.current(lease.resource)

    def release(self, lease):
        """Report whether this ended the lease. Whether or not, its id is void: an
        acquire with it that was sent before, and comes only now, takes nothing.
        (deadline.LONGEST is the longest that one is under way.)"""
        current = self.current(lease.resource)
        self.db.execute("INSERT OR REPLACE INTO void VALUES (?, ?, ?)", (lease.resource, lease.id, self.now))
        self.db.execute("DELETE FROM void WHERE since < ?", (self.now - DAY,))
        self.db.execute("DELETE FROM lease WHERE resource = ? AND id = ?", (lease.resource, lease.id))
        return current is not None and current.id == lease.id

    def current(self, resource):
        """Return the current lease, or None. One that has ended is removed before
        anybody is told that it has, so that it cannot come back."""
        self.db.execute("DELETE FROM lease WHERE resource = ? AND expires <= ?", (resource, self.now))
        return next(self._leases("resource = ?", resource), None)

    def page(self, prefix, after):
        """Return the first leases behind a resource. Text is compared byte by byte."""
        where = "resource >= ? AND resource > ? AND expires > ? ORDER BY resource LIMIT ?"
        found = self._leases(where, prefix, after, self.now, PAGE)
        return [lease for lease in found if lease.resource.startswith(prefix)]

    def count(self):
        current = "SELECT count(*) FROM lease WHERE expires > ?"
        return self.db.execute(current, (self.now,)).fetchone()[0]

    def _end(self, lease):
        return self.now + lease.ttl_millis * 1000

    def _leases(self, where, *values):
        columns = "resource, id, principal, reason, created, expires, fence"
        rows = self.db.execute(f"SELECT {columns} FROM lease WHERE {where}", values)
        for resource, lease_id, principal, reason, created, expires, fence in rows:
            yield pb.Lease(
                resource=resource, id=lease_id, principal=principal, reason=reason,
                created_micros=created, ttl_millis=(expires - self.now) // 1000, fence=fence,
            )
