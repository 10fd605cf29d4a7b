"""One call, as it goes from interceptor to interceptor to handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import grpc

from server.domain.caller import Caller


class Effect(Enum):
    """What an RPC does to the store."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Method:
    """What the contract says of an RPC."""

    name: str
    """As the protocol has it: `/roster.v1.UserService/GetUser`."""
    scope: str
    effect: Effect
    response: Any
    """The class of its response messages."""


@dataclass(slots=True)
class Call:
    """What is known of one call; each interceptor adds what it finds out."""

    context: grpc.ServicerContext
    method: Method
    call_id: str
    metadata: dict[str, str | bytes]
    code: str = "OK"
    """The name of the status it ends in, and below the reason if that is an error."""
    reason: str = ""
    deadline: float = 0.0
    """Time of `time.monotonic()` at which the server gives up."""
    key_id: str = ""
    """The presented key, once it is known to be genuine."""
    caller_or_none: Caller | None = None
    readmit: Callable[[], float] | None = None
    """Of a stream: looks again whether its caller is let in, and returns the time of `time.monotonic()` up to
    which that holds. Raises what a call is refused with."""

    @property
    def caller(self) -> Caller:
        """Who calls. Every handler has one: a call without is refused before."""
        assert self.caller_or_none is not None
        return self.caller_or_none
