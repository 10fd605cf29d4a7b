"""Ids that the server makes, and the fingerprints of a resource's states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import uuid_utils

from server.errors import Error, Reason

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> str:
    """A UUIDv7: unique, and in the order of its making."""
    return str(uuid_utils.uuid7())


def instant(microseconds: int) -> datetime:
    """The instant so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


def etag(revision: int, create_time: datetime) -> str:
    """The fingerprint of one state of a resource. The creation time tells it from a former resource
    of the same id."""
    age = create_time - _EPOCH
    return f"{revision:x}-{(age.days * 86_400 + age.seconds) * 1_000_000 + age.microseconds:x}"


def require_etag(expected: str, actual: str) -> None:
    """Raises ETAG_MISMATCH if `expected` is set and is not the actual one."""
    if expected and expected != actual:
        raise Error(Reason.ETAG_MISMATCH, etag=actual)
