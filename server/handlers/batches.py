"""Streams of batches: every message is one transaction and has one response, in their order.

A message is prepared (converted, checked, hashed) while the database is busy with the one before.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from server import convert
from server.domain.batches import Options, Outcome
from server.domain.caller import Caller
from server.errors import Error, Reason, Violation
from server.interceptors.call import Call, Checked
from server.interceptors.errors import status_of
from server.store.database import Database

PATIENCE: Final = 60.0
"""Seconds that a client may take for its next message, or for reading a response."""

Item = Any
"""What an item is prepared to be, or the `Error` that it fails with."""


class Prepared(NamedTuple):
    """A message whose items are ready to be applied."""

    message: Any
    items: list[Item]
    options: Options


class Kind(NamedTuple):
    """What tells one kind of batch from another."""

    prepare: Callable[[Any], Item]
    """Makes of an item of the contract one of the domain. Raises what the item fails with."""
    apply: Callable[[Caller, Sequence[Item], Options], Sequence[Outcome]]
    """Does what the items ask for, in the present transaction."""
    response: Callable[..., Any]
    """The class of the responses."""


class Batches:
    """The streams of batches of one process.

    Args:
        most: streams at a time; more are refused.
        patience: see `PATIENCE`.
    """

    def __init__(self, database: Database, most: int, *, patience: float = PATIENCE) -> None:
        self._database = database
        self._room = threading.BoundedSemaphore(most)
        self._patience = patience

    def run(self, requests: Iterator[Checked], call: Call, kind: Kind) -> Iterator[Any]:
        """The responses. Raises FIELDS_INVALID, BATCH_IDLE, BATCHES_EXHAUSTED, and what fails a message as a
        whole."""
        if not self._room.acquire(blocking=False):
            raise Error(Reason.BATCHES_EXHAUSTED)
        try:
            with _Reader(requests, call, kind, self._patience) as reader:
                for prepared in reader:
                    yield from self._sent(call, self._response(call, kind, prepared))
        finally:
            self._room.release()
            self._database.release()

    def _response(self, call: Call, kind: Kind, prepared: Prepared) -> Any:
        message, items, options = prepared

        def work() -> Any:
            with self._database.savepoint() as point:
                outcomes = kind.apply(call.caller, items, options)
                failed = any(outcome.error for outcome in outcomes)
                if options.dry_run or (failed and options.all_or_nothing):
                    point.undo()
            if failed and options.all_or_nothing:
                rest = Error(Reason.BATCH_ITEM_FAILED)
                outcomes = [Outcome(error=outcome.error or rest) for outcome in outcomes]
            results = convert.user_results(outcomes, status_of)
            return kind.response(request_id=message.request_id, results=results)

        assert call.transact is not None
        if options.dry_run:
            # What did not happen is no answer to a repeat.
            asked = type(message)()
            return call.transact(asked, work)
        return call.transact(message, work)

    @contextmanager
    def _cut_off(self, call: Call) -> Iterator[None]:
        """Ends the call of a client that does not read."""
        timer = threading.Timer(2 * self._patience, call.context.cancel)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _sent(self, call: Call, response: Any) -> Iterator[Any]:
        begun = time.monotonic()
        with self._cut_off(call):
            yield response
        if time.monotonic() - begun > self._patience:
            raise _idle(self._patience)


_END: Final = object()


class _Reader:
    """Reads and prepares messages in a thread of its own, one ahead of those that are taken."""

    def __init__(self, requests: Iterator[Checked], call: Call, kind: Kind, patience: float) -> None:
        self._requests = requests
        self._call = call
        self._kind = kind
        self._patience = patience
        self._ready: queue.Queue[Any] = queue.Queue(maxsize=1)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._read, name="batch-reader", daemon=True)

    def __enter__(self) -> _Reader:
        self._call.context.add_callback(self._left.set)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # The thread finds that out with the next message, or with the end of the call, which is near.
        self._left.set()

    def __iter__(self) -> Iterator[Prepared]:
        """Raises BATCH_IDLE, and what is wrong with the stream."""
        while True:
            try:
                ready = self._ready.get(timeout=self._patience)
            except queue.Empty:
                raise _idle(self._patience) from None
            if ready is _END or self._left.is_set():
                return
            if isinstance(ready, Exception):
                raise ready
            yield ready

    def _read(self) -> None:
        try:
            options: Options | None = None
            for checked in self._requests:
                options = _options(checked.message, options)
                if not self._put(self._prepared(checked, options)):
                    return
            self._put(_END)
        except Exception as error:
            self._put(error)

    def _put(self, ready: Any) -> bool:
        """Whether somebody is there to take it."""
        while not self._left.is_set():
            try:
                self._ready.put(ready, timeout=1.0)
                return True
            except queue.Full:
                continue
        return False

    def _prepared(self, checked: Checked, options: Options) -> Prepared:
        items: list[Item] = []
        for index, item in enumerate(checked.message.items):
            try:
                items.append(checked.rejected.get(index) or self._kind.prepare(item))
            except Error as error:
                items.append(error)
        return Prepared(checked.message, items, options)


def _options(message: Any, present: Options | None) -> Options:
    """The options of the stream. Raises FIELDS_INVALID."""
    if present is None:
        return convert.batch_options(message.options)
    if message.HasField("options"):
        problem = Violation("options", "belong into the first message of the stream")
        raise Error(Reason.FIELDS_INVALID, violations=[problem])
    return present


def _idle(seconds: float) -> Error:
    return Error(Reason.BATCH_IDLE, seconds=f"{seconds:g}")
