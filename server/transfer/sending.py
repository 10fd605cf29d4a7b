"""Messages over a stream that may break: several are under way at a time, and each is answered exactly once.

What was not answered is sent again over the next stream, with the `request_id` that it had, so that nothing
is done twice.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Any, Final, Generic, Protocol, TypeVar

from server.transfer.connection import Failed
from server.transfer.persistence import ANSWER, answering, persistent

WINDOW: Final = 4
"""Messages under way at a time; with many streams two of each."""


class Sendable(Protocol):
    """What is sent: a message, and whatever else its sender wants to know of it."""

    @property
    def message(self) -> Any:
        """A request of a batch; None if there is nothing to send, and no response."""


S = TypeVar("S", bound=Sendable)


class Sender(Generic[S]):
    """Sends over streams of one method.

    Args:
        streams: what each begins a stream over an iterator of requests, and returns the responses. The
            messages take turns; those of one stream are dealt with one after another.
        options: those of the batch, which every stream begins with.
        patience, notice: as in `persistent`.
    """

    def __init__(
        self,
        streams: Sequence[Callable[[Iterator[Any]], Any]],
        options: Any,
        patience: float,
        notice: Callable[[str], None],
    ) -> None:
        self._streams = streams
        self._options = options
        self._patience = patience
        self._notice = notice
        self._window = max(WINDOW, 2 * len(streams))
        self._pending: deque[S] = deque()

    def answers(self, source: Iterator[S]) -> Iterator[tuple[S, Any]]:
        """What was sent, each with its response, in their order. Raises Failed."""
        return persistent(lambda: self._until_one_breaks(source), self._patience, self._notice)

    def _until_one_breaks(self, source: Iterator[S]) -> Iterator[tuple[S, Any]]:
        """Raises Broken, Failed."""
        silence = max(self._patience, ANSWER)
        lanes = [_Lane(stream, self._options, silence) for stream in self._streams]
        turns = cycle(lanes)
        # The streams that the pending messages went over.
        taken: deque[_Lane] = deque()

        def put(sent: S) -> None:
            taken.append(next(turns))
            taken[-1].put(sent)

        for sent in self._pending:
            put(sent)
        exhausted = False
        try:
            while True:
                while not exhausted and len(self._pending) < self._window:
                    following = next(source, None)
                    if following is None:
                        exhausted = True
                        for lane in lanes:
                            lane.end()
                    else:
                        self._pending.append(following)
                        put(following)
                if not self._pending:
                    return
                response = taken.popleft().answer(self._pending[0])
                yield self._pending.popleft(), response
        finally:
            for lane in lanes:
                lane.leave()


class _Lane:
    """One stream, which begins with its first message. `silence`: the seconds that an answer may take."""

    def __init__(self, stream: Callable[[Iterator[Any]], Any], options: Any, silence: float) -> None:
        self._stream = stream
        self._options = options
        self._silence = silence
        self._outgoing: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._responses: Any = None

    def put(self, sent: Sendable) -> None:
        """Sends a message, if there is one to send."""
        if sent.message is None:
            return
        if self._responses is not None:
            self._outgoing.put(sent.message)
            return
        first = type(sent.message)()
        first.CopyFrom(sent.message)
        first.options.CopyFrom(self._options)
        self._outgoing.put(first)
        self._responses = self._stream(iter(self._outgoing.get, None))

    def answer(self, sent: Sendable) -> Any:
        """The response to the first message that has none yet; None if nothing was sent. Raises Broken,
        Failed."""
        if sent.message is None:
            return None
        with answering(self._responses, self._silence):
            response = next(self._responses, None)
        if response is None or response.request_id != sent.message.request_id:
            raise Failed("the service did not answer what it was sent")
        return response

    def end(self) -> None:
        """No more messages follow."""
        self._outgoing.put(None)

    def leave(self) -> None:
        """Ends the stream, wherever it is."""
        self.end()
        if self._responses is not None:
            self._responses.cancel()
