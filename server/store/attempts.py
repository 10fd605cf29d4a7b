"""Work on the database that runs again when it collided, or met a connection that was gone."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from server.store.errors import Conflict, Unavailable

ATTEMPTS: Final = 4
_PAUSE: Final = 0.02
"""Seconds before the second attempt at most; doubled for each further one."""

T = TypeVar("T")


def attempted(work: Callable[[], T], deadline: float) -> T:
    """What `work`, a transaction or a read, returns or raises at last. None is begun after `deadline`, a time
    of `time.monotonic()`."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return work()
        except Conflict:
            pause = random.uniform(0, _PAUSE * 2**attempt)
            if attempt == ATTEMPTS or time.monotonic() + pause > deadline:
                raise
            time.sleep(pause)
        except Unavailable as error:
            # A held connection is found dead when it is next used, and the next one may live. What was in a
            # COMMIT may be done: only the caller's request_id makes that safe to repeat.
            if error.in_doubt or attempt > 1 or time.monotonic() > deadline:
                raise
    raise AssertionError("the last attempt returns or raises")
