"""One line a call: method, code, reason, milliseconds, key, request id, peer. Never the body."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor

log = structlog.get_logger("roster.access")


class AccessLog(Interceptor):
    """Logs every call when it has ended."""

    @contextmanager
    def guard(self, call: Call, method: Method) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        except GeneratorExit:
            call.code = "CANCELLED"
            raise
        finally:
            log.info(
                "call",
                method=method.name,
                code=call.code,
                reason=call.reason,
                milliseconds=round((time.perf_counter() - begin) * 1_000, 3),
                key_id=call.key_id,
                request_id=call.call_id,
                peer=call.context.peer(),
            )
