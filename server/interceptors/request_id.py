"""Gives every call an id: the caller's `x-request-id`, or one of our own, sent back either way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import grpc

from server.domain.identity import new_id
from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor, Proceed

HEADER: Final = "x-request-id"
_WELL_FORMED: Final = re.compile(r"[\x21-\x7e]{1,100}")


class RequestId(Interceptor):
    """Makes the `Call` that the others see in place of grpc's context."""

    def unary(self, proceed: Proceed, request: Any, call: Any, method: Method) -> Any:
        return proceed(request, _call(call, method))

    def stream(self, proceed: Proceed, request: Any, call: Any, method: Method) -> Iterator[Any]:
        made = _call(call, method)
        try:
            yield from proceed(request, made)
        finally:
            made.release()


def _call(context: grpc.ServicerContext, method: Method) -> Call:
    metadata = dict(context.invocation_metadata())
    given = metadata.get(HEADER)
    call_id = given if isinstance(given, str) and _WELL_FORMED.fullmatch(given) else new_id()
    context.set_trailing_metadata(((HEADER, call_id),))
    return Call(context, method, call_id, metadata)
