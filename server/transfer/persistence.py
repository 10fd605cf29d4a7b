"""Goes on where a stream broke."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from server.transfer.connection import Broken, Failed

T = TypeVar("T")

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0
"""Seconds between two tries; doubled each time from the first to the longest."""


def persistent(
    over_one_stream: Callable[[], Iterator[T]], patience: float, notice: Callable[[str], None]
) -> Iterator[T]:
    """What comes over one stream after another, until one ends well.

    Args:
        over_one_stream: begins a stream where the one before broke; raises Broken.
        patience: seconds without anything after which it gives up.
        notice: told why a stream broke, when another one is tried.

    Raises:
        Failed: it gives up, or another try would not help.
    """
    pause, since = _FIRST_PAUSE, time.monotonic()
    while True:
        try:
            for each in over_one_stream():
                yield each
                pause, since = _FIRST_PAUSE, time.monotonic()
            return
        except Broken as broken:
            if not broken.passing:
                raise Failed(str(broken)) from None
            if time.monotonic() - since > patience:
                raise Failed(f"nothing has come for {patience:g} s: {broken}") from None
            notice(f"{broken}; trying again")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
