"""Reads on behalf of threads that are too many to hold a connection each."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from server.config import Config
from server.store.database import Database
from server.store.errors import Unavailable

THREADS: Final = 2
"""As many connections serve all streams of a process."""

T = TypeVar("T")


class Readers:
    """A few threads with a connection each, which take turns at what others want to read."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._seconds = config.call_timeout
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="reader")

    def run(self, read: Callable[[], T]) -> T:
        """What `read` returns or raises, run on one of the threads. Raises Unavailable if its turn and its
        answer together take longer than a call may."""
        return self.begin(read)()

    def begin(self, read: Callable[[], T]) -> Callable[[], T]:
        """Has `read` run, and returns what waits for it as `run` does, to be called once."""
        reading = self._pool.submit(self._read, read, time.monotonic() + self._seconds)

        def answer() -> T:
            nonlocal reading
            try:
                return reading.result(self._seconds)
            except TimeoutError:
                reading.cancel()
                raise Unavailable(in_doubt=False) from None
            finally:
                # It holds what was raised, which holds this frame: a cycle.
                del reading

        return answer

    def _read(self, read: Callable[[], T], deadline: float) -> T:
        self._database.limit(deadline - time.monotonic())
        try:
            return read()
        except Unavailable:
            # A held connection is found dead when it is next used, and the next one may live.
            if time.monotonic() > deadline:
                raise
            return read()
        finally:
            self._database.limit(None)

    def close(self) -> None:
        """Takes nothing more, and returns when nothing is being read."""
        self._pool.shutdown(cancel_futures=True)
