"""Signals as something to wait for, beside pipes and processes."""

from __future__ import annotations

import signal
import socket
from collections.abc import Collection
from types import FrameType
from typing import Final

STOP: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""What asks a process to come to its end: the service manager, Ctrl-C, the closed terminal."""


class SignalInbox:
    """Collects the given signals of this process.

    To be made on the main thread, once, and kept for the life of the process.

    Attributes:
        arrival: readable when a signal has come; for the list given to `multiprocessing.connection.wait`,
            so that a process has one place where it waits.
    """

    def __init__(self, signals: Collection[signal.Signals]) -> None:
        self.arrival, self._writer = socket.socketpair()
        self.arrival.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in signals:
            # `nohup` ignores SIGHUP, and means it.
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue
            signal.signal(number, _only_wake)
        # A child is started with them blocked, so that none kills it before it is ready to take them.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)

    def take(self) -> frozenset[int]:
        """The signals that have come since the last call; empty when there are none."""
        try:
            return frozenset(self.arrival.recv(4096))
        except BlockingIOError:
            return frozenset()


def _only_wake(number: int, frame: FrameType | None) -> None:
    """Python writes the number to the wakeup descriptor before it calls this."""
