"""Bounds the time that a call may spend on the database: the server's limit, or the caller's deadline."""

from __future__ import annotations

import time
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

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._most = config.call_timeout

    def enter(self, call: Call, method: Method) -> None:
        seconds = min(self._most, call.context.time_remaining() * _SHARE)
        call.deadline = time.monotonic() + seconds
        self._database.limit(seconds)

    def leave(self, call: Call, method: Method, entered: None, error: BaseException | None) -> None:
        self._database.limit(None)
