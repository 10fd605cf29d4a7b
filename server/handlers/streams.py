"""The call of a stream, for the domain."""

from __future__ import annotations

from collections.abc import Callable

from server.domain.caller import Caller
from server.domain.streams import Line
from server.interceptors.call import Call


def line_of(call: Call, require: Callable[[Caller], None] | None = None) -> Line:
    """What a stream is sent by; `require` raises unless the caller has the rights that it takes beside the
    method's scope."""

    def readmit(since: float) -> float:
        assert call.readmit is not None
        until = call.readmit(since)
        if require is not None:
            require(call.caller)
        return until

    return Line(call.context.cancel, readmit)
