"""What requests want of the domain, which waits for the database: done on threads of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from server.config import Config
from server.store.attempts import attempted
from server.store.database import Database

THREADS: Final = 4
"""Each has a connection to the database. More requests wait for their turn."""

T = TypeVar("T")


class Work:
    """A few threads, and the time that each piece of work has on the database."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._seconds = config.call_timeout
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="web")

    async def read(self, read: Callable[[], T]) -> T:
        """What `read` returns or raises."""
        return await self._run(read)

    async def write(self, change: Callable[[], T]) -> T:
        """What `change` returns or raises, in a transaction that is rolled back when it raises."""

        def transaction() -> T:
            with self._database.transaction():
                return change()

        return await self._run(transaction)

    async def _run(self, work: Callable[[], T]) -> T:
        def timed() -> T:
            self._database.limit(self._seconds)
            try:
                return attempted(work, time.monotonic() + self._seconds)
            finally:
                self._database.limit(None)

        return await asyncio.get_running_loop().run_in_executor(self._pool, timed)

    def close(self) -> None:
        """Returns when nothing is being done any more."""
        self._pool.shutdown(cancel_futures=True)
