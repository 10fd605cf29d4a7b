"""Whom to delete: references to users, in JSON lines or one a line."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any, BinaryIO, Final
from uuid import UUID

from roster.v1 import user_batch_pb2 as batch
from roster.v1 import user_pb2

from server.transfer.connection import Refusal
from server.transfer.json_lines import JsonLines, loaded, parsed, without_reasons
from server.transfer.records import Record, Unusable

_MARK: Final = " \t# "
"""What stands between a rejected reference and why it was."""


class ReferenceLines(JsonLines):
    """Lines of DeleteUsersItem, or of users as they are exported, each with at least one way to name the
    user."""

    def __init__(self) -> None:
        super().__init__(batch.DeleteUsersItem)

    def item(self, record: Record) -> batch.DeleteUsersItem:
        value = without_reasons(loaded(record.original))
        if "user" not in value:
            return parsed(value, batch.DeleteUsersItem())
        return batch.DeleteUsersItem(by=_of_user(value["user"]))


def _of_user(user: Any) -> user_pb2.UserRef:
    names: Any = user if isinstance(user, dict) else {}
    for name in ("user_id", "email", "phone_number"):
        if isinstance(value := names.get(name), str) and value:
            return user_pb2.UserRef(**{name: value})
    login_ids = names.get("login_ids")
    if isinstance(login_ids, list) and login_ids:
        return user_pb2.UserRef(login_id=str(login_ids[0]))
    raise Unusable("the record names no user: it has no user_id, email, phone_number or login_ids")


class PlainReferences:
    """Lines that are a user id, an email, a phone number or a login id, told apart by their looks."""

    def records(self, file: BinaryIO) -> Iterator[Record]:
        """Lines that are not blank."""
        for number, line in enumerate(file, start=1):
            # Some editors begin a file with a mark of its encoding.
            reference = line.removeprefix(BOM_UTF8) if number == 1 else line
            if reference.strip():
                yield Record(number, reference)

    def item(self, record: Record) -> batch.DeleteUsersItem:
        """The reference on a line. Raises Unusable."""
        try:
            return batch.DeleteUsersItem(by=_of_text(_reference(record)))
        except UnicodeDecodeError:
            raise Unusable("the line is no UTF-8") from None

    def opening(self) -> str:
        """Nothing."""
        return ""

    def rejected(self, record: Record, refusal: Refusal) -> str:
        """The line, and behind it the reason."""
        line = record.original.decode(errors="replace").partition(_MARK)[0].strip()
        return f"{line}{_MARK}{refusal}\n"

    def closing(self) -> str:
        """Nothing."""
        return ""


def _reference(record: Record) -> str:
    line: str = record.original.decode()
    return line.partition(_MARK)[0].strip()


def _of_text(text: str) -> user_pb2.UserRef:
    try:
        return user_pb2.UserRef(user_id=str(UUID(text)))
    except ValueError:
        pass
    if text.startswith("+"):
        return user_pb2.UserRef(phone_number=text)
    return user_pb2.UserRef(email=text) if "@" in text else user_pb2.UserRef(login_id=text)
