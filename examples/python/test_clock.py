"""By which clock leases end. Run by: make test"""

import tempfile
import unittest
from unittest import mock

import backend_pb2 as pb
import clock
from store import Store

HOUR = 60 * 60 * 1_000_000  # in microseconds


class Patient:
    """A deadline that is never over."""

    def left(self):
        return 10.0

    def check(self):
        pass


class ClockTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.store = Store(f"{directory.name}/locks.db")
        self.store.set_up(False, Patient())
        with self.store.ledger(Patient()) as ledger:
            ledger.acquire(pb.Lease(resource="x", id="0" * 32, principal="ana", ttl_millis=30 * 60 * 1000))

    def held(self):
        with self.store.ledger(Patient()) as ledger:
            return ledger.current("x") is not None

    def machine(self, **says):
        for name, value in says.items():
            patch = mock.patch.object(clock, name, lambda value=value: value)
            patch.start()
            self.addCleanup(patch.stop)

    def test_clock_that_is_set_ahead_ends_no_lease(self):
        self.machine(wall=clock.wall() + HOUR)
        self.assertTrue(self.held())

    def test_lease_ends_by_the_time_since_the_boot(self):
        self.machine(since_boot=clock.since_boot() + HOUR)
        self.assertFalse(self.held())

    def test_lease_that_is_over_does_not_come_back_after_a_boot(self):
        self.machine(since_boot=clock.since_boot() + HOUR)
        with self.store.ledger(Patient()) as ledger:
            ledger.acquire(pb.Lease(resource="y", id="1" * 32, principal="ana", ttl_millis=1000))
        self.machine(boot_id="another", since_boot=0, wall=clock.wall() - HOUR)
        self.assertFalse(self.held())


unittest.main()
