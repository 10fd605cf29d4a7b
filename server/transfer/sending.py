"""Messages over a stream that may break: several are under way at a time, and each is answered exactly once.

What was not answered is sent again over the next stream, with the `request_id` that it had, so that nothing
is done twice.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, Generic, Protocol, TypeVar

import grpc

from server.transfer.connection import Broken, Failed
from server.transfer.persistence import persistent

WINDOW: Final = 4
"""Messages under way at a time."""


class Sendable(Protocol):
    """What is sent: a message, and whatever else its sender wants to know of it."""

    @property
    def message(self) -> Any:
        """A request of a batch; None if there is nothing to send, and no response."""


S = TypeVar("S", bound=Sendable)


class Sender(Generic[S]):
    """Sends over streams of one method.

    Args:
        stream: begins a stream over an iterator of requests, and returns the responses.
        options: those of the batch, which every stream begins with.
        patience, notice: as in `persistent`.
    """

    def __init__(
        self,
        stream: Callable[[Iterator[Any]], Any],
        options: Any,
        patience: float,
        notice: Callable[[str], None],
    ) -> None:
        self._stream = stream
        self._options = options
        self._patience = patience
        self._notice = notice
        self._pending: deque[S] = deque()

    def answers(self, source: Iterator[S]) -> Iterator[tuple[S, Any]]:
        """What was sent, each with its response, in their order. Raises Failed."""
        return persistent(lambda: self._over_one_stream(source), self._patience, self._notice)

    def _over_one_stream(self, source: Iterator[S]) -> Iterator[tuple[S, Any]]:
        """Raises Broken."""
        outgoing: queue.SimpleQueue[Any] = queue.SimpleQueue()
        first = True

        def put(sent: S) -> None:
            nonlocal first
            if sent.message is not None:
                outgoing.put(self._with_options(sent.message) if first else sent.message)
                first = False

        for sent in self._pending:
            put(sent)
        exhausted = False
        responses = self._stream(iter(outgoing.get, None))
        try:
            while True:
                while not exhausted and len(self._pending) < WINDOW:
                    following = next(source, None)
                    if following is None:
                        exhausted = True
                        outgoing.put(None)
                    else:
                        self._pending.append(following)
                        put(following)
                if not self._pending:
                    return
                response = None if self._pending[0].message is None else self._next(responses)
                yield self._pending.popleft(), response
        finally:
            outgoing.put(None)
            responses.cancel()

    def _with_options(self, message: Any) -> Any:
        first = type(message)()
        first.CopyFrom(message)
        first.options.CopyFrom(self._options)
        return first

    def _next(self, responses: Any) -> Any:
        try:
            response = next(responses, None)
        except grpc.RpcError as error:
            raise Broken(error) from None
        expected = self._pending[0].message.request_id
        if response is None or response.request_id != expected:
            raise Failed("the service did not answer what it was sent")
        return response
