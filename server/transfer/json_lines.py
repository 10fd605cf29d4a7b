"""JSON lines: one item of a batch, or one exported user, a line, as the contract's JSON with the names of the
contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, TypeVar

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message

from server.transfer.connection import Refusal
from server.transfer.records import Record, Unusable

M = TypeVar("M", bound=Message)

REJECTED: Final = "rejected"
"""What says, in a rejected record, why it was; it is passed over when the record is read again."""


class JsonLines:
    """Lines that hold messages of this class."""

    def __init__(self, message: type[Message]) -> None:
        self._message = message

    def records(self, file: BinaryIO) -> Iterator[Record]:
        """Lines that are not blank."""
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield Record(number, line)

    def item(self, record: Record) -> Any:
        """The message on a line. Raises Unusable."""
        return parsed(without_reasons(loaded(record.original)), self._message())

    def opening(self) -> str:
        """Nothing."""
        return ""

    def rejected(self, record: Record, refusal: Refusal) -> str:
        """The line with the reasons beside what stood there; a line that is no object stands in it as a
        text."""
        try:
            original = without_reasons(loaded(record.original))
        except Unusable:
            original = {"line": record.original.decode(errors="replace").rstrip("\r\n")}
        return f"{text_of(with_reasons(record, original, refusal))}\n"

    def closing(self) -> str:
        """Nothing."""
        return ""


def loaded(line: bytes) -> dict[str, Any]:
    """The object on a line. Raises Unusable."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"the line is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise Unusable("the line is no JSON object")
    return value


def without_reasons(original: dict[str, Any]) -> dict[str, Any]:
    """A record as it was before it was rejected, if it was."""
    return {name: value for name, value in original.items() if name != REJECTED}


def with_reasons(record: Record, original: dict[str, Any], refusal: Refusal) -> dict[str, Any]:
    """A record that was rejected."""
    why: dict[str, Any] = {"number": record.number, "reason": refusal.reason, "message": refusal.message}
    if refusal.fields:
        why["fields"] = dict(refusal.fields)
    return {REJECTED: why, **original}


def parsed(value: dict[str, Any], into: M) -> M:
    """The message that JSON stands for. Raises Unusable."""
    try:
        return ParseDict(value, into)
    except (ParseError, ValueError, TypeError, RecursionError) as error:
        raise Unusable(f"the record is not what the contract says: {error}") from None


def text_of(value: Any) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def json_of(message: Message) -> dict[str, Any]:
    """The JSON of a message, with the names of the contract."""
    return MessageToDict(message, preserving_proto_field_name=True)
