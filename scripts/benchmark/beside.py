"""What a caller notices of the work that a service does for others."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from scripts.benchmark.messages import get_user, stub
from scripts.benchmark.processes import Contestant

BESIDE: Final = 50
"""Calls of GetUser a second beside the stream."""


def p99(milliseconds: Sequence[float]) -> float:
    """What one of a hundred takes longer than."""
    return sorted(milliseconds)[math.ceil(0.99 * len(milliseconds)) - 1]


@contextmanager
def calls_beside(service: Contestant, user_id: str) -> Iterator[list[float]]:
    """Calls GetUser all the while, and collects how many milliseconds each takes."""
    milliseconds: list[float] = []
    ended = threading.Event()

    def call() -> None:
        with stub(service) as users:
            while not ended.wait(1 / BESIDE):
                begun = time.monotonic()
                users.GetUser(get_user(user_id))
                milliseconds.append((time.monotonic() - begun) * 1_000)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    yield milliseconds
    ended.set()
    thread.join()
