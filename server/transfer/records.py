"""What files are made of, whatever their form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from server.transfer.connection import Refusal


class Unusable(Exception):
    """A record cannot be made an item."""

    def __init__(self, message: str, reason: str = "RECORD_UNUSABLE") -> None:
        super().__init__(message)
        self.refusal = Refusal(reason, message)


@dataclass(frozen=True, slots=True)
class Record:
    """One row, line or element of a file, as it stands there."""

    number: int
    """From 1 on: of the line, where the form has lines."""
    original: Any


class Form(Protocol):
    """A form of files whose records can be made items of a batch."""

    def records(self, file: BinaryIO) -> Iterator[Record]:
        """All of a file, one after another. Raises Unusable for a file that is none of this form."""

    def item(self, record: Record) -> Any:
        """The message that is to be sent. Raises Unusable."""

    def opening(self) -> str:
        """What a file of rejected records begins with."""

    def rejected(self, record: Record, refusal: Refusal) -> str:
        """A rejected record with what is wrong: read again, it is taken as the record alone."""

    def closing(self) -> str:
        """What such a file ends with."""
