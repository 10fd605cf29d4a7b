"""What every interceptor has in common, and how the list of them becomes the way of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import grpc
import structlog

from server.interceptors.call import Call, Method

# A generic type in the stubs only.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

log = structlog.get_logger("roster.access")

Proceed = Callable[[Any, Any], Any]
"""The rest of the way: takes (request, call) and returns the response, or an iterator of them."""


class Interceptor:
    """One concern of every call, unary or streaming.

    What it does before stands in `enter`, what it does after in `leave`; one that must see requests or
    responses overrides `unary` and `stream`.
    """

    def unary(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Any:
        """Goes the rest of the way to one response. `request` is an iterator if the client streams."""
        entered = self.enter(call, method)
        try:
            response = proceed(request, call)
        except BaseException as error:
            self.leave(call, method, entered, error)
            raise
        self.leave(call, method, entered, None)
        return response

    def stream(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Iterator[Any]:
        """Goes the rest of the way to many responses, and stays around while they are iterated."""
        entered = self.enter(call, method)
        try:
            yield from proceed(request, call)
        except BaseException as error:
            self.leave(call, method, entered, error)
            raise
        self.leave(call, method, entered, None)

    def enter(self, call: Call, method: Method) -> Any:
        """What to do before; what it returns is given to `leave`. Raises to refuse the call."""

    def leave(self, call: Call, method: Method, entered: Any, error: BaseException | None) -> None:
        """What to do after the call ended well, or in `error`, which goes on unless this raises another."""

    def decoder(self, decode: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
        """What is to make requests of bytes, in place of `decode`."""
        return decode


class Way(grpc.ServerInterceptor):
    """Leads the methods of the contract through the interceptors; health and reflection pass untouched.

    `intercept_service` runs on the server's one serving thread: it only looks up what was wrapped once.

    Calls of the kinds that have a pool of their own (`unary_stream`, `stream_stream`) run in its threads,
    which no other call waits for.
    """

    def __init__(
        self,
        interceptors: Sequence[Interceptor],
        methods: Mapping[str, Method],
        pools: Mapping[str, ThreadPoolExecutor],
    ) -> None:
        self._interceptors = interceptors
        self._methods = methods
        self._pools = pools
        self._wrapped: dict[str, Handler] = {}

    def close(self) -> None:
        """Returns when the threads of streams have ended. The server must have been stopped."""
        for pool in self._pools.values():
            pool.shutdown()

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Handler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        name = handler_call_details.method
        if name in self._wrapped:
            return self._wrapped[name]
        handler = continuation(handler_call_details)
        if handler is None or name not in self._methods:
            log.debug("passed untouched", method=name)
            return handler
        return self._wrapped.setdefault(name, self._wrap(handler, self._methods[name]))

    def _wrap(self, handler: Any, method: Method) -> Handler:
        kind = _kind(handler)
        proceed: Proceed = getattr(handler, kind)
        decode = handler.request_deserializer
        for interceptor in reversed(self._interceptors):
            around = interceptor.stream if handler.response_streaming else interceptor.unary
            proceed = _step(around, proceed, method)
            decode = interceptor.decoder(decode)
        if kind in self._pools:
            _run_in(self._pools[kind], proceed)
        wrapped: Handler = handler._replace(**{kind: proceed}, request_deserializer=decode)
        return wrapped


def _step(around: Callable[..., Any], proceed: Proceed, method: Method) -> Proceed:
    def step(request: Any, call: Any) -> Any:
        return around(proceed, request, call, method)

    return step


def _run_in(pool: ThreadPoolExecutor, behavior: Any) -> None:
    """Has grpc run a behaviour in a pool of its own."""
    behavior.experimental_thread_pool = pool


def _kind(handler: Any) -> str:
    """The field of a handler that holds its behaviour."""
    asked = "stream" if handler.request_streaming else "unary"
    answered = "stream" if handler.response_streaming else "unary"
    return f"{asked}_{answered}"
