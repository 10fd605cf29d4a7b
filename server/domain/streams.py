"""Streams to readers who must not dawdle: those of one kind in a process, and somebody who looks after them.

Each lives in the thread of its call. A thread beside them cuts off a reader who takes nothing, and ends the
stream of one who is not let in any more.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, TypeVar

import structlog

from server.errors import Error, Reason
from server.store.errors import Unavailable
from server.store.readers import Readers

log = structlog.get_logger("roster.streams")

PATIENCE: Final = 30.0
"""Seconds that a reader may take for a message. Who takes twice that long is cut off."""
_STOP_PATIENCE: Final = 1.0
"""The same once the server stops."""
_CHECK_INTERVAL: Final = 1.0
"""Seconds between two looks at a reader's key at least."""
_TENDING_INTERVAL: Final = 1.0
"""Seconds between two looks at the streams."""
_TOGETHER: Final = 100
"""Streams that are readmitted in one turn of a reader, which costs more than to readmit one by a key that was
just looked at. Not all there are: others wait for their turn, and keys may differ."""
_STOP_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Line:
    """The call that a stream is sent by."""

    cancel: Callable[[], object]
    """Ends it where it stands."""
    readmit: Callable[[float], float]
    """Looks again whether the caller is let in, unless that was looked at since a time of `time.monotonic()`,
    and returns the one up to which it holds. Raises what a call is refused with."""


class Stream:
    """One stream. Other threads `leave`, `refuse`, `wake` and look after it."""

    def __init__(self, line: Line, patience: float, too_slow: Reason) -> None:
        self._line = line
        self._patience = patience
        self._too_slow = too_slow
        self._woken = threading.Event()
        self._left = False
        self._refusal: Error | None = None
        self._sending = self._admitted_until = 0.0

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Stands around the `yield` of a message. Raises WATCHER_TOO_SLOW and its like."""
        began = self._sending = time.monotonic()
        yield
        self._sending = 0.0
        if time.monotonic() - began > self._patience:
            raise Error(self._too_slow)

    @property
    def goes_on(self) -> bool:
        """Whether the reader is still there. Raises what the stream is to end in."""
        if self._refusal is not None and not self._left:
            raise self._refusal
        return not self._left

    def leave(self) -> None:
        """The reader has gone."""
        self._left = True
        self._woken.set()

    def refuse(self, refusal: Error) -> None:
        """Ends the stream in this error, as soon as it has sent what it is about to send."""
        self._refusal = refusal
        self._woken.set()

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    def cut_off_if_idle(self, *, stopping: bool) -> None:
        """Cuts off a reader who takes nothing."""
        patience = _STOP_PATIENCE if stopping else 2 * self._patience
        if 0.0 < self._sending < time.monotonic() - patience:
            self._line.cancel()

    def is_due(self, now: float) -> bool:
        """Whether it is time to `readmit`."""
        return self._refusal is None and self._admitted_until <= now

    def readmit(self, now: float) -> None:
        """Ends the stream of a reader who is not let in any more. Raises Unavailable."""
        try:
            self._admitted_until = max(self._line.readmit(now), now + _CHECK_INTERVAL)
        except Error as refusal:
            self.refuse(refusal)


S = TypeVar("S", bound=Stream)


class Streams(Generic[S]):
    """The streams of one kind, and the thread that looks after them while there are any.

    Args:
        most: streams at a time; more are refused with `exhausted`.
    """

    def __init__(self, readers: Readers, most: int, exhausted: Reason) -> None:
        self._readers = readers
        self._most = most
        self._exhausted = exhausted
        self._lock = threading.Lock()
        self._present: set[S] = set()
        self._needed = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._tend, name="streams", daemon=True)

    def start(self) -> None:
        """Waits for readers."""
        self._thread.start()

    def stop(self) -> None:
        """Ends every stream in SERVER_STOPPING, and takes no more."""
        with self._lock:
            self._stopped.set()
            present = list(self._present)
        for stream in present:
            stream.refuse(Error(Reason.SERVER_STOPPING))
        self._needed.set()

    def join(self) -> None:
        """Returns when no stream is left."""
        self._thread.join(_STOP_SECONDS)

    @property
    def present(self) -> list[S]:
        """Those that there are now."""
        with self._lock:
            return list(self._present)

    @contextmanager
    def admitted(self, stream: S) -> Iterator[None]:
        """Counts a stream in for as long as the block lasts. Raises WATCHERS_EXHAUSTED and its like,
        SERVER_STOPPING."""
        with self._lock:
            if self._stopped.is_set():
                raise Error(Reason.SERVER_STOPPING)
            if len(self._present) >= self._most:
                raise Error(self._exhausted)
            self._present.add(stream)
            self._needed.set()
        try:
            yield
        finally:
            with self._lock:
                self._present.discard(stream)
                if not self._present and not self._stopped.is_set():
                    self._needed.clear()

    def _tend(self) -> None:
        while True:
            self._needed.wait()
            if self._stopped.is_set() and not self.present:
                return
            try:
                self.look_after()
            except Exception:
                log.exception("streams could not be looked after")
            if self._stopped.is_set():
                time.sleep(_TENDING_INTERVAL / 10)
            else:
                self._stopped.wait(_TENDING_INTERVAL)

    def look_after(self) -> None:
        """Looks once at all of them. Each key is asked for once, however many have come with it."""
        present = self.present
        stopping = self._stopped.is_set()
        # No reader is spared for the sake of a database that does not answer.
        for stream in present:
            stream.cut_off_if_idle(stopping=stopping)
        if stopping:
            return
        now = time.monotonic()
        due = [stream for stream in present if stream.is_due(now)]
        for first in range(0, len(due), _TOGETHER):
            try:
                self._readers.run(partial(_readmit, due[first : first + _TOGETHER], now))
            except Unavailable:
                return  # nothing can be read meanwhile, and soon it is asked again


def _readmit(streams: Iterable[Stream], now: float) -> None:
    # Some have been by now, if the connection was lost in their midst.
    for stream in streams:
        if stream.is_due(now):
            stream.readmit(now)
