"""Bounds the time that a call may spend on the database: the server's limit, or the caller's deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from server.config import Config
from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor, Proceed
from server.store.database import Database

# The rest of a caller's deadline is for the answer's way back: who gets UNAVAILABLE in time knows more
# than who gets DEADLINE_EXCEEDED.
_SHARE: Final = 0.8


# Seconds that a healthy server has to end an overdue statement by itself, which tells the caller more than
# a connection that is cut.
_HEAD_START: Final = 0.5

# A message of a batch does as much as a thousand calls.
_CALLS_OF_A_MESSAGE: Final = 3


class Deadline(Interceptor):
    """Cuts a database that does not answer in time."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._most = config.call_timeout

    def enter(self, call: Call, method: Method) -> None:
        self._bound(call, self._most)

    def _bound(self, call: Call, most: float) -> None:
        remaining = call.context.time_remaining() * _SHARE
        call.deadline = time.monotonic() + min(most, remaining)
        self._database.limit(min(most + _HEAD_START, remaining))

    def stream(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Iterator[Any]:
        call.timed = lambda: self._timed(call, method)
        yield from super().stream(proceed, request, call, method)

    @contextmanager
    def _timed(self, call: Call, method: Method) -> Iterator[None]:
        self._bound(call, _CALLS_OF_A_MESSAGE * self._most)
        try:
            yield
        finally:
            self.leave(call, method, None, None)

    def leave(self, call: Call, method: Method, entered: None, error: BaseException | None) -> None:
        self._database.limit(None)
