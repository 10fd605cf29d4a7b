"""Tokens of users' accounts at other providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from peewee import JOIN

from server.store.database import Database, Row
from server.store.models import ProviderToken
from server.store.statements import P, compiled
from server.store.users import REFERENCES, U

T: Final = ProviderToken.alias("t")

_TOKEN: Final = (T.provider_user_id, T.tokens, T.scopes, T.expire_time, T.update_time)
_OF_USER: Final = (T.project_id == U.project_id) & (T.user_id == U.user_id) & (T.provider == P.provider)
_GET: Final = {
    reference: compiled(
        U.select(U.user_id, *_TOKEN)
        .join(T, JOIN.LEFT_OUTER, on=_OF_USER)
        .where(U.project_id == P.project_id, condition)
    )
    for reference, condition in REFERENCES.items()
}


def get(database: Database, project_id: str, reference: str, key: str, provider: str) -> Row | None:
    """(user_id, provider_user_id, tokens, scopes, expire_time, update_time) of the user whom `reference` with
    the folded `key` names; NULL behind the id if nothing of the provider is kept. None for no such user."""
    return database.one(_GET[reference], {"project_id": project_id, "key": key, "provider": provider})


_PUT: Final = """
INSERT INTO provider_tokens (project_id, user_id, provider, provider_user_id, tokens, scopes, expire_time)
VALUES (%(project_id)s, %(user_id)s, %(provider)s, %(provider_user_id)s, %(tokens)s, %(scopes)s,
    %(expire_time)s)
ON CONFLICT ON CONSTRAINT provider_tokens_pkey DO UPDATE
SET provider_user_id = excluded.provider_user_id, tokens = excluded.tokens, scopes = excluded.scopes,
    expire_time = excluded.expire_time, update_time = now()
RETURNING (SELECT count(*) FROM provider_tokens
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND provider <> %(provider)s)
"""


def put(database: Database, values: Mapping[str, Any]) -> int:
    """Keeps the tokens of a locked user's account; returns of how many other providers some are kept."""
    return int(database.row(_PUT, values)[0])
