"""One line a call: method, code, reason, milliseconds, key, request id, peer. Never the body.

Health checks pass untouched, and come every few seconds: a line at debug level says that one came.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import grpc
import structlog

from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor

_HEALTH: Final = "/grpc.health.v1.Health/"

log = structlog.get_logger("roster.access")


class AccessLog(Interceptor):
    """Logs every call when it has ended."""

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        if handler_call_details.method.startswith(_HEALTH):
            log.debug("health check", method=handler_call_details.method)
        return super().intercept_service(continuation, handler_call_details)

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
