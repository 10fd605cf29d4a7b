"""One call, as it goes from interceptor to interceptor to handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import grpc
from google.protobuf.message import Message

from server.domain.caller import Caller
from server.errors import Error


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
    """'' if it is public."""
    public: bool
    """Whether the project suffices, without a key."""
    effect: Effect
    response: Any
    """The class of its response messages."""


class Checked(NamedTuple):
    """A message of a request stream that keeps the rules of the contract, but for some of its items."""

    message: Any
    rejected: Mapping[int, Error]
    """What is wrong with items, by their positions."""


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
    readmit: Callable[[float], float] | None = None
    """Of a stream: looks again whether its caller is let in, as `Line` has it."""

    timed: Callable[[], AbstractContextManager[None]] = nullcontext
    """Of a stream: bounds the time that what is inside may spend on the database, as if it were a call."""
    transact: Callable[[Message, Callable[[], Message]], Message] | None = None
    """Of a stream of requests: does what a message asks for in a transaction, and answers its repeats."""

    @property
    def caller(self) -> Caller:
        """Who calls. Every handler has one: a call without is refused before."""
        assert self.caller_or_none is not None
        return self.caller_or_none

    def release(self) -> None:
        """Let go of what is known of a stream, which leads back to the call: when it has ended, and all that
        hangs on it, is then not left to the collector, which comes late."""
        self.readmit = self.transact = None
        self.timed = nullcontext
