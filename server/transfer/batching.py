"""Makes messages of records: the same ones of the same records, whenever that is done, so that a message that
is sent again is known again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid5

from server.transfer.connection import Refusal
from server.transfer.records import Form, Record, Unusable

MESSAGE_BYTES: Final = 3 * 1024**2
"""Bytes of a message's items: below what the service takes."""
ITEM_BYTES: Final = 4 * 1024**2 - 1024
"""Bytes of an item beyond which the service takes no message that holds it, not even alone."""
PLAIN_PASSWORDS: Final = 50
"""Plain passwords that the service takes in a message."""


@dataclass(slots=True)
class Outgoing:
    """Records that are dealt with together."""

    number: int
    """Of the message, from 0 on."""
    message: Any = None
    """The request; None if none of the records can be sent."""
    sent: list[Record] = field(default_factory=list)
    """The records of its items."""
    unusable: list[tuple[Record, Refusal]] = field(default_factory=list)
    """Those that cannot be sent."""

    @property
    def records(self) -> int:
        """How many there are."""
        return len(self.sent) + len(self.unusable)


class Batcher:
    """Makes messages.

    Args:
        form: of the records.
        request: the class of the messages.
        transfer_id: what the messages' `request_id`s are derived from.
        size: records of a message at most.
    """

    def __init__(self, form: Form, request: Callable[..., Any], transfer_id: UUID, size: int) -> None:
        self._form = form
        self._request = request
        self._transfer_id = transfer_id
        self._size = size

    def messages(self, records: Iterator[Record], first: int) -> Iterator[Outgoing]:
        """All of the records; `first` is the number of the first message."""
        present = Outgoing(first)
        weight = plain = 0
        for record in records:
            try:
                item = self._item(record)
            except Unusable as unusable:
                present.unusable.append((record, unusable.refusal))
                item = None
            size = item.ByteSize() if item is not None else 0
            is_plain = int(_has_plain_password(item))
            if present.sent and (weight + size > MESSAGE_BYTES or plain + is_plain > PLAIN_PASSWORDS):
                yield present
                present = Outgoing(present.number + 1)
                weight = plain = 0
            if item is not None:
                self._add(present, record, item)
                weight += size
                plain += is_plain
            if present.records >= self._size:
                yield present
                present = Outgoing(present.number + 1)
                weight = plain = 0
        if present.records:
            yield present

    def _item(self, record: Record) -> Any:
        """What is to be sent. Raises Unusable."""
        item = self._form.item(record)
        if (size := item.ByteSize()) > ITEM_BYTES:
            raise Unusable(f"the record takes {size:,} bytes, and the service no more than {ITEM_BYTES:,}")
        return item

    def _add(self, to: Outgoing, record: Record, item: Any) -> None:
        if to.message is None:
            to.message = self._request(request_id=str(uuid5(self._transfer_id, str(to.number))))
        to.message.items.append(item)
        to.sent.append(record)


def _has_plain_password(item: Any) -> bool:
    return bool(item is not None and "password" in item.DESCRIPTOR.fields_by_name and item.password.plain)
