"""The file of rejected records, which can be mended and handed in again."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from server.transfer.connection import Failed, Refusal
from server.transfer.records import Form, Record

_SHOWN: Final = 10
"""Rejected records that are told on the terminal."""


class Rejects:
    """The rejected records of one transfer: counted, told, and kept in a file if there is to be one."""

    def __init__(self, path: Path | None, form: Form, say: Callable[[str], None], size: int | None) -> None:
        """`size` is that of the file when the transfer was broken off; None: it begins. Raises Failed."""
        self._form = form
        self._say = say
        self._file: BinaryIO | None = None
        self.reasons: Counter[str] = Counter()
        if path is not None:
            self._file = _opened(path, size)

    @property
    def size(self) -> int:
        """Bytes of the file; what is behind them is written again after a break."""
        return self._file.tell() if self._file else 0

    def add(self, record: Record, refusal: Refusal) -> None:
        """Takes one in."""
        shown = self.reasons.total()
        self.reasons[refusal.reason] += 1
        if shown < _SHOWN:
            self._say(f"rejected {record.number}: {refusal}")
        elif shown == _SHOWN:
            self._say("more are rejected" + ("" if self._file else "; --rejected FILE keeps them"))
        if self._file:
            if not self._file.tell():
                self._write(self._form.opening())
            self._write(self._form.rejected(record, refusal))

    def flush(self) -> None:
        """Hands all to the system, before it is said that it is done."""
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """No more come for now."""
        if self._file:
            if self._file.tell():
                self._write(self._form.closing())
            self._file.close()

    def _write(self, text: str) -> None:
        assert self._file is not None
        self._file.write(text.encode())


def _opened(path: Path, size: int | None) -> BinaryIO:
    """The file, empty or as it was at this size, for the owner alone: it may hold passwords."""
    flags = os.O_RDWR | os.O_CREAT | (os.O_TRUNC if size is None else 0)
    try:
        file = os.fdopen(os.open(path, flags, 0o600), "r+b")
        file.truncate(size or 0)
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror}") from None
    file.seek(0, os.SEEK_END)
    return file
