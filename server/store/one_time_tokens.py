"""Tokens that are taken once: known by a hash, and gone when they are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.store.database import Database, Row

_PUT: Final = """
INSERT INTO one_time_tokens (project_id, token_hash, purpose, user_id, address_key, payload, expire_time)
VALUES (%(project_id)s, %(token_hash)s, %(purpose)s, %(user_id)s, %(address_key)s, %(payload)s,
    now() + make_interval(secs => %(seconds)s))
RETURNING expire_time
"""
_KNOWN: Final = """
WHERE project_id = %(project_id)s AND token_hash = %(token_hash)s AND purpose = ANY(%(purposes)s)
    AND expire_time > now()
"""
_LOOK: Final = f"SELECT purpose, user_id, payload FROM one_time_tokens {_KNOWN}"
_TAKE: Final = f"DELETE FROM one_time_tokens {_KNOWN} RETURNING purpose, user_id, payload"
_WITHDRAW: Final = """
DELETE FROM one_time_tokens
WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND purpose = ANY(%(purposes)s)
"""
_WITHDRAW_OF_ADDRESS: Final = """
DELETE FROM one_time_tokens WHERE project_id = %(project_id)s AND address_key = %(address_key)s
"""


def put(database: Database, values: Mapping[str, Any]) -> Row:
    """Stores a token for so many `seconds`; returns (expire_time,)."""
    return database.row(_PUT, values)


def look(database: Database, project_id: str, token_hash: bytes, purposes: Sequence[str]) -> Row | None:
    """(purpose, user_id, payload) of a token of one of these purposes that has not expired."""
    return database.one(_LOOK, _values(project_id, token_hash, purposes))


def take(database: Database, project_id: str, token_hash: bytes, purposes: Sequence[str]) -> Row | None:
    """The same, and the token is gone. Of many at the same time one gets it."""
    return database.one(_TAKE, _values(project_id, token_hash, purposes))


def withdraw(database: Database, project_id: str, user_id: str, purposes: Sequence[str]) -> None:
    """Makes all tokens of these purposes of a user worthless."""
    values = {"project_id": project_id, "user_id": user_id, "purposes": list(purposes)}
    database.execute(_WITHDRAW, values)


def withdraw_of_address(database: Database, project_id: str, address_key: bytes) -> None:
    """Makes all tokens worthless that are for an address and no user's yet."""
    database.execute(_WITHDRAW_OF_ADDRESS, {"project_id": project_id, "address_key": address_key})


def _values(project_id: str, token_hash: bytes, purposes: Sequence[str]) -> dict[str, Any]:
    return {"project_id": project_id, "token_hash": token_hash, "purposes": list(purposes)}
