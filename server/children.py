"""The processes that the supervisor starts: how each is started, heard and ended."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from server.signals import STOP, SignalInbox
from server.startup import StartError

_SPAWN: Final = multiprocessing.get_context("spawn")
"""Never fork: the libraries of a child have threads and locks that do not survive it."""

_STEADY_SECONDS: Final = 10.0
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 15.0


class Child:
    """One place in the table of processes; the process in it is replaced when it dies.

    Args:
        name: what logs call it.
        target: the function that it runs; `arguments` and its end of a pipe are handed to it.
    """

    def __init__(self, name: str, target: Callable[..., None], *arguments: object) -> None:
        self.name = name
        self.restart_at: float | None = None
        """When a dead one is started again, as `time.monotonic` counts; None while it lives."""
        self._target = target
        self._arguments = arguments
        self._quick_deaths = 0
        self.start()

    def start(self) -> None:
        """Start a process. It finds its end of the pipe closed when this process dies."""
        self.pipe, other_end = _SPAWN.Pipe()
        self.process: SpawnProcess = _SPAWN.Process(
            target=self._target, args=(*self._arguments, other_end), name=f"roster-{self.name}", daemon=True
        )
        with _signals_blocked():
            self.process.start()
        other_end.close()
        self.restart_at = None
        self._started = time.monotonic()

    def bury(self) -> str:
        """Take leave of a dead process, set the time of the next start, and say how it ended."""
        self.process.join()
        last_word = self._last_word()
        self.pipe.close()
        code = self.process.exitcode or 0
        quick = time.monotonic() - self._started < _STEADY_SECONDS
        self._quick_deaths = self._quick_deaths + 1 if quick else 0
        pause = min(_FIRST_PAUSE * 2 ** (self._quick_deaths - 1), _LONGEST_PAUSE) if quick else 0.0
        self.restart_at = time.monotonic() + pause
        return last_word or (signal.Signals(-code).name if code < 0 else f"exit code {code}")

    def _last_word(self) -> str:
        with suppress(EOFError, ConnectionResetError):
            while self.pipe.poll():
                if isinstance(word := self.pipe.recv(), StartError):
                    return str(word)
        return ""

    def tell(self, message: object) -> None:
        """Send it something, if it lives to hear it."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.pipe.send(message)

    def hear(self) -> Any:
        """What it sent.

        Raises:
            EOFError: it ended without a word.
        """
        try:
            return self.pipe.recv()
        except ConnectionResetError as error:
            raise EOFError from error

    @property
    def sentinel(self) -> int:
        return self.process.sentinel

    @property
    def alive(self) -> bool:
        return self.restart_at is None and self.process.is_alive()


@contextmanager
def _signals_blocked() -> Iterator[None]:
    # The tracker's own start would unblock them halfway.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def told(pipe: Connection, inbox: SignalInbox) -> Any:
    """In the child: what its holder tells it first; None if the end comes before that, by a signal or by the
    holder's death."""
    if inbox.arrival in wait([inbox.arrival, pipe]):
        return None
    try:
        return pipe.recv()
    except EOFError:
        return None
