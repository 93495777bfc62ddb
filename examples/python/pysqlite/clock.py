"""The time by which leases end.

Set the machine's clock ahead by an hour, and a lock that goes by it is free an
hour early: two people hold it. So the file takes the time from that clock once
in each boot of the machine, and from then on goes by the time that has passed
since the boot, which nobody can set. It never goes back behind the latest time
at which something was changed, so that a lease that is over stays over.

Times are microseconds.
"""

import time

SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def wall():
    return time.time_ns() // 1000


def since_boot():
    return time.clock_gettime_ns(SINCE_BOOT) // 1000


def boot_id():
    """The name of this boot, or "" where the system (not Linux) has none: leases
    go by the machine's clock there."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def tick(db):
    """Return what time it is in the file, within a transaction that can write."""
    boot, ahead, latest = db.execute("SELECT boot, ahead, latest FROM clock").fetchone()
    if boot and boot == boot_id():
        return max(since_boot() + ahead, latest)
    now = max(wall(), latest)
    db.execute("UPDATE clock SET boot = ?, ahead = ?", (boot_id(), now - since_boot()))
    return now


def remember(db, now):
    db.execute("UPDATE clock SET latest = ?", (now,))
