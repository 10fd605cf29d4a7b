"""Goes on where a stream broke, and gives up where nothing comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any, Final, TypeVar

import grpc

from server.transfer.connection import Broken, Failed

T = TypeVar("T")

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0
"""Seconds between two tries; doubled each time from the first to the longest."""
ANSWER: Final = 30.0
"""Seconds that a message may take the service, however short the patience."""


@contextmanager
def answering(call: Any, seconds: float) -> Iterator[None]:
    """For as long as the next message of a stream is waited for. A service that was lost with its machine, or
    behind a network that forgot the connection, ends no stream: its caller has to.

    Raises:
        Broken: the stream ended in an error.
        Failed: nothing has come within so many seconds.
    """
    timer = Timer(seconds, call.cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    except grpc.RpcError as error:
        if timer.finished.is_set():
            raise Failed(f"nothing has come for {seconds:g} s") from None
        raise Broken(error) from None
    finally:
        timer.cancel()


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
