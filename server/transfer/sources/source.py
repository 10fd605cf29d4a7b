"""What the modules of other systems have in common: a document of users, and how one of them is made ours."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final
from uuid import UUID

from roster.v1 import user_batch_pb2 as batch

from server.transfer.connection import Refusal
from server.transfer.json_documents import elements
from server.transfer.json_lines import parsed, text_of, with_reasons, without_reasons
from server.transfer.records import Record, Unusable

Theirs = Mapping[str, Any]
"""A user as the other system exports it."""
Fields = Mapping[str, tuple[str, Callable[[Any], Any]]]
"""For each of their fields, ours and how its value is read."""

KEY: Final = "users"


class Source:
    """A file of another system: a document with a list of users, or a user after another.

    Args:
        convert: makes of a user the JSON of a CreateUsersItem; raises Unusable, and KeyError, TypeError,
            ValueError and their like for what is not as it should be.
        common: what may stand before the list instead of in each of the users.
    """

    def __init__(self, convert: Callable[[Theirs], dict[str, Any]], common: Collection[str] = ()) -> None:
        self._convert = convert
        self._common = common

    def records(self, file: BinaryIO) -> Iterator[Record]:
        """All users. Raises Unusable."""
        beside: dict[str, Any] = {}
        for number, user in enumerate(elements(file, KEY, beside), start=1):
            common = {name: beside[name] for name in self._common if name in beside}
            yield Record(number, common | user if isinstance(user, dict) else user)

    def item(self, record: Record) -> batch.CreateUsersItem:
        """The user. Raises Unusable."""
        if not isinstance(record.original, dict):
            raise Unusable("the record is no JSON object")
        try:
            item = self._convert(without_reasons(record.original))
        except KeyError as missing:
            raise Unusable(f"the record lacks {missing}") from None
        except (TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError) as error:
            raise Unusable(f"the record is not as it should be: {error}") from None
        return parsed(item, batch.CreateUsersItem())

    def opening(self) -> str:
        """Nothing: rejected users stand one after another."""
        return ""

    def rejected(self, record: Record, refusal: Refusal) -> str:
        """The user, with the reasons."""
        original = record.original if isinstance(record.original, dict) else {"value": record.original}
        return f"{text_of(with_reasons(record, without_reasons(original), refusal))}\n"

    def closing(self) -> str:
        """Nothing."""
        return ""


def user_of(theirs: Theirs, fields: Fields) -> dict[str, Any]:
    """A user with those of these fields that are there."""
    return {
        ours: read(theirs[name])
        for name, (ours, read) in fields.items()
        if theirs.get(name) not in (None, "", [], {})
    }


def identified(user: dict[str, Any], their_id: str | None, system: str) -> dict[str, Any]:
    """The user with the id that it had, if any: as it is if it is a UUID, otherwise in the metadata; and to
    sign in with if there is nothing else."""
    if their_id is None:
        return user
    try:
        user["user_id"] = str(UUID(their_id))
    except ValueError:
        user.setdefault("metadata", {})[f"{system}_id"] = their_id
    if not any(user.get(name) for name in ("email", "phone_number", "login_ids")):
        user["login_ids"] = [their_id]
    return user


def milliseconds(value: Any) -> str:
    """An instant in milliseconds since 1970, a number or a text."""
    seconds, rest = divmod(int(value), 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"


def text(value: Any) -> str:
    """A text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def boolean(value: Any) -> bool:
    """A truth value. Raises TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def plain_base64(value: str) -> bytes:
    """Base64 of either alphabet, padded or not. Raises ValueError."""
    standard = value.strip().replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(f"no base64: {error}") from None


def told(value: bytes) -> str:
    """Bytes, as the contract's JSON has them."""
    return b64encode(value).decode()


def unpadded(value: bytes) -> str:
    """Base64 without padding, as encoded hashes have it."""
    return told(value).rstrip("=")


def hashed(scheme: str, **parts: Any) -> dict[str, Any]:
    """A password of a scheme; bytes are told."""
    held = {name: told(part) if isinstance(part, bytes) else part for name, part in parts.items()}
    return {"hashed": {scheme: held}}
