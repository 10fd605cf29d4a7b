"""One line a call: method, code, reason, milliseconds, key, request id, peer. Never the body."""

from __future__ import annotations

import time

import structlog

from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor


class AccessLog(Interceptor):
    """Logs every call when it has ended."""

    def __init__(self) -> None:
        # Bound here, for what is bound when it is needed is looked up each time.
        self._log = structlog.get_logger("roster.access").bind()

    def enter(self, call: Call, method: Method) -> float:
        return time.perf_counter()

    def leave(self, call: Call, method: Method, entered: float, error: BaseException | None) -> None:
        self._log.info(
            "call",
            method=method.name,
            code=call.code,
            reason=call.reason,
            milliseconds=round((time.perf_counter() - entered) * 1_000, 3),
            key_id=call.key_id,
            request_id=call.call_id,
            peer=call.context.peer(),
        )
