"""Streams of batches: every message is one transaction and has one response, in their order.

A message is prepared (converted, checked, hashed) while the database is busy with the one before.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, Final, NamedTuple

from roster.v1 import batch_pb2

from server import convert
from server.domain.batches import Options, Outcome, take_part
from server.domain.caller import Caller
from server.domain.streams import Stream, Streams
from server.errors import Error, Reason, Violation, refuse_invalid
from server.handlers.streams import line_of
from server.interceptors.call import Call, Checked
from server.interceptors.errors import status_of
from server.store.database import Database
from server.store.readers import Readers

PATIENCE: Final = 60.0
"""Seconds that a client may take for its next message, or for reading a response. Who takes twice that long
for reading is cut off."""
_HOLD: Final = 1.0
"""Seconds for which a stream without work holds its connection to the database."""
_LOOK: Final = 1.0
"""Seconds between two looks of a stream's reader whether anybody is still there to take what it has."""

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
    result: convert.MakeResult
    """Makes the result of an item."""
    response: Callable[..., Any]
    """The class of the responses."""
    welcomes: bool = False
    """Whether what it makes can be sent emails."""
    check: Callable[[Any], None] | None = None
    """Raises what is wrong with a message as a whole, beyond the rules of the contract."""


class Batches:
    """The streams of batches of one process.

    Args:
        most: streams at a time; more are refused.
        patience: see `PATIENCE`.
    """

    def __init__(
        self, database: Database, readers: Readers, most: int, *, patience: float = PATIENCE
    ) -> None:
        self._database = database
        self._patience = patience
        self.streams: Streams[_Batch] = Streams(readers, most, Reason.BATCHES_EXHAUSTED)

    def start(self) -> None:
        """Waits for streams."""
        self.streams.start()

    def stop(self) -> None:
        """Ends every stream behind the message that it is at, and takes no more."""
        self.streams.stop()

    def join(self) -> None:
        """Returns when no stream is left."""
        self.streams.join()

    def run(self, requests: Iterator[Checked], call: Call, kind: Kind) -> Iterator[Any]:
        """The responses. Raises FIELDS_INVALID, BATCH_IDLE, BATCHES_EXHAUSTED, SERVER_STOPPING, what a key is
        refused with, and what fails a message as a whole."""
        batch = _Batch(requests, call, kind, self._patience)
        with self.streams.admitted(batch):
            if not call.context.add_callback(batch.leave):
                return
            try:
                for prepared in batch.messages(self._database.release):
                    response = self._response(call, kind, prepared)
                    with batch.sending():
                        yield response
            finally:
                batch.leave()
                self._database.release()

    def _response(self, call: Call, kind: Kind, prepared: Prepared) -> Any:
        """Does what a message asks for."""
        message, items, options = prepared
        request_id = message.request_id
        attempts = count()

        def work() -> Any:
            take_part(self._database, call.caller, alone=next(attempts) > 0)
            outcomes = kind.apply(call.caller, items, options)
            failed = options.all_or_nothing and any(outcome.error for outcome in outcomes)
            if failed:
                rest = Error(Reason.BATCH_ITEM_FAILED)
                outcomes = [Outcome(error=outcome.error or rest) for outcome in outcomes]
            if options.dry_run:
                outcomes = _without_new_ids(outcomes)
            results = [kind.result(index, outcome, status_of) for index, outcome in enumerate(outcomes)]
            response = kind.response(results=results)
            if failed or options.dry_run:
                raise _Undone(response)
            return response

        assert call.transact is not None
        # What does not happen is no repeat, and is none's first answer.
        asked = type(message)() if options.dry_run else message
        response: Any
        try:
            response = call.transact(asked, work)
        except _Undone as undone:
            response = undone.response
        response.request_id = request_id
        return response


class _Undone(Exception):
    """The message is to leave nothing behind; `response` tells what became of it."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.response = response


def _without_new_ids(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes without the ids of what is not going to be there."""
    new = {outcome.id for outcome in outcomes if outcome.action == "CREATED"}
    return [outcome._replace(id="") if outcome.id in new else outcome for outcome in outcomes]


def _refuse_emails(told: batch_pb2.BatchOptions) -> None:
    """Raises FIELDS_INVALID for what only users who are created can be sent."""
    asked = [name for name in ("invite", "send_verification_email") if getattr(told, name)]
    refuse_invalid([Violation(f"options.{name}", "is for users who are created") for name in asked])


_END: Final = object()


class _Batch(Stream):
    """One stream. Its messages are read and prepared in a thread of its own, one ahead of those that are
    taken."""

    def __init__(self, requests: Iterator[Checked], call: Call, kind: Kind, patience: float) -> None:
        super().__init__(line_of(call), patience, Reason.BATCH_IDLE)
        self._requests = requests
        self._kind = kind
        self._ready: queue.Queue[Any] = queue.Queue(maxsize=1)
        self._reading = 0.0
        """Time of `time.monotonic()` since which the client is waited for; 0 while a message is prepared."""

    def messages(self, release: Callable[[], None]) -> Iterator[Prepared]:
        """What there is to do; `release` is called when there is nothing for a while. Raises BATCH_IDLE, what
        is wrong with the stream, what it is to end in."""
        threading.Thread(target=self._read, name="batch-reader", daemon=True).start()
        since = time.monotonic()
        while True:
            # Who wakes it has put something there before: what comes after this line is not missed.
            self._woken.clear()
            if not self.goes_on:
                return
            try:
                ready = self._ready.get_nowait()
            except queue.Empty:
                self._wait(since, release)
                continue
            if ready is _END:
                return
            if isinstance(ready, Exception):
                try:
                    raise ready
                finally:
                    del ready  # it holds this frame
            yield ready
            since = time.monotonic()

    def _wait(self, since: float, release: Callable[[], None]) -> None:
        """Waits for something to do; there was nothing since then. Raises BATCH_IDLE."""
        now = time.monotonic()
        idle = now - max(since, self._reading) if self._reading else 0.0
        if idle > self._patience:
            raise Error(Reason.BATCH_IDLE)
        if now - since > _HOLD:
            release()
        self._woken.wait(min(_HOLD, self._patience - idle))

    # -- in the reader's thread ------------------------------------------------------------------

    def _read(self) -> None:
        try:
            options: Options | None = None
            self._reading = time.monotonic()
            for checked in self._requests:
                self._reading = 0.0
                message = checked.message
                if options is None:
                    told = message.options
                    options = convert.batch_options(told)
                    if not self._kind.welcomes:
                        _refuse_emails(told)
                elif message.HasField("options"):
                    problem = Violation("options", "belong into the first message of the stream")
                    raise Error(Reason.FIELDS_INVALID, violations=[problem])
                # So that it is the same message wherever in a stream it is repeated.
                message.options.SetInParent()
                message.options.MergeFrom(told)
                if not self._put(self._prepared(checked, options)):
                    return
                self._reading = time.monotonic()
            self._put(_END)
        except Exception as error:  # noqa: BLE001 - raised in the thread of the call
            self._put(error)

    def _prepared(self, checked: Checked, options: Options) -> Prepared:
        items: list[Item] = []
        if self._kind.check is not None:
            self._kind.check(checked.message)
        for index, item in enumerate(checked.message.items):
            try:
                items.append(checked.rejected.get(index) or self._kind.prepare(item))
            except Error as error:
                items.append(error.with_traceback(None))  # without the frame that holds it
            if self._left:
                break
        return Prepared(checked.message, items, options)

    def _put(self, ready: Any) -> bool:
        """Hands something over; False if nobody is there to take it."""
        while not self._left:
            try:
                self._ready.put(ready, timeout=_LOOK)
            except queue.Full:
                continue
            self.wake()
            return True
        return False
