"""What every interceptor has in common: how it wraps a method, unary or streaming."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import grpc

from server.interceptors.call import Call, Method

Proceed = Callable[[Any, Any], Any]
"""The rest of the way: takes (request, call) and returns the response, or an iterator of them."""


class Interceptor(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Wraps the methods of the contract; health and reflection pass through untouched.

    `intercept_service` runs on the server's one serving thread: it only looks the wrapped method up.
    What an interceptor does stands in `guard`, around the rest of the way; one that must see requests
    or responses overrides `unary` and `stream`.
    """

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._methods = methods
        self._wrapped: dict[str, grpc.RpcMethodHandler] = {}

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler | None:
        handler = continuation(handler_call_details)
        name = handler_call_details.method
        method = self._methods.get(name)
        if handler is None or method is None:
            return handler
        if name not in self._wrapped:
            self._wrapped[name] = self.wrap(handler, method)
        return self._wrapped[name]

    def wrap(self, handler: Any, method: Method) -> grpc.RpcMethodHandler:
        """The handler with this interceptor around it."""
        kind = _kind(handler)
        proceed: Proceed = getattr(handler, kind)
        around = self.stream if handler.response_streaming else self.unary

        def behavior(request: Any, call: Any) -> Any:
            return around(proceed, request, call, method)

        wrapped: grpc.RpcMethodHandler = handler._replace(**{kind: behavior})
        return wrapped

    def unary(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Any:
        """Goes the rest of the way to one response. `request` is an iterator if the client streams."""
        with self.guard(call, method):
            return proceed(request, call)

    def stream(
        self, proceed: Proceed, request: Any, call: Call, method: Method
    ) -> Iterator[Any]:
        """Goes the rest of the way to many responses, and stays around while they are iterated."""
        with self.guard(call, method):
            yield from proceed(request, call)

    def guard(self, call: Call, method: Method) -> AbstractContextManager[None]:
        """What to do before, after, and about errors."""
        raise NotImplementedError


def _kind(handler: Any) -> str:
    """The field of a handler that holds its behaviour."""
    asked = "stream" if handler.request_streaming else "unary"
    answered = "stream" if handler.response_streaming else "unary"
    return f"{asked}_{answered}"
