"""Until when a call may change anything."""

import time

import fault

ANSWER = 0.2  # seconds: at most so much before the caller's deadline ours is
WITHOUT = 30.0  # seconds, for a call that came without a deadline
LONGEST = 3600.0  # seconds: ids that were released are noted for longer


class Deadline:
    """The caller's deadline, less what an answer needs: "certainly nothing was
    written" is worth something only while somebody waits for it."""

    def __init__(self, context):
        left = context.time_remaining()
        left = WITHOUT if left is None else min(left, LONGEST)
        self._end = time.monotonic() + left - min(ANSWER, left / 10)
        self._wanted = context.is_active

    def left(self):
        return max(0.0, self._end - time.monotonic())

    def check(self):
        if not self.left() or not self._wanted():
            raise fault.unavailable("the time was up before anything was written")
