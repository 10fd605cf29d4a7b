"""Bounds the time that a call may spend on the database: the server's limit, or the caller's deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from server.config import Config
from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor
from server.store.database import Database

# The rest of a caller's deadline is for the answer's way back: who gets UNAVAILABLE in time knows more
# than who gets DEADLINE_EXCEEDED.
_SHARE: Final = 0.8


class Deadline(Interceptor):
    """Cuts a database that does not answer in time."""

    def __init__(self, methods: Mapping[str, Method], database: Database, config: Config) -> None:
        super().__init__(methods)
        self._database = database
        self._most = config.call_timeout

    @contextmanager
    def guard(self, call: Call, method: Method) -> Iterator[None]:
        seconds = min(self._most, call.context.time_remaining() * _SHARE)
        call.deadline = time.monotonic() + seconds
        with self._database.within(seconds):
            yield
