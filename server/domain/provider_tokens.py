"""Tokens of users' accounts at other providers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from server.config import MAX_PROVIDER_TOKENS_PER_USER
from server.domain import events
from server.domain.caller import Caller
from server.domain.sealing import Sealer
from server.domain.user import UserRef, user_not_found
from server.errors import Error, Reason
from server.store import provider_tokens as rows
from server.store import users as user_rows
from server.store.database import Database

_SHOWN: Final = ("provider", "provider_user_id", "scopes", "expire_time")
"""What the event of a change tells."""


@dataclass(frozen=True, slots=True, repr=False)
class ProviderToken:
    """Tokens of an account at a provider."""

    provider: str
    provider_user_id: str
    access_token: str
    refresh_token: str
    scopes: tuple[str, ...]
    expire_time: datetime | None
    update_time: datetime | None = None


class ProviderTokens:
    """The provider tokens of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def get(self, caller: Caller, by: UserRef, provider: str) -> ProviderToken:
        """The tokens of the user's account. Raises USER_NOT_FOUND, PROVIDER_TOKEN_NOT_FOUND."""
        row = rows.get(self._database, caller.project_id, by.kind, by.key, provider)
        if row is None:
            raise user_not_found(by)
        user_id, provider_user_id, sealed, scopes, expire_time, update_time = row
        if sealed is None:
            raise Error(Reason.PROVIDER_TOKEN_NOT_FOUND, provider=provider)
        tokens = json.loads(self._sealer.open(bytes(sealed), _place(caller, user_id, provider)))
        return ProviderToken(
            provider=provider,
            provider_user_id=provider_user_id,
            scopes=tuple(scopes),
            expire_time=expire_time,
            update_time=update_time,
            **tokens,
        )

    def set(self, caller: Caller, by: UserRef, token: ProviderToken) -> None:
        """Keeps the tokens, in the place of those that were. Raises USER_NOT_FOUND, PROVIDER_TOKEN_LIMIT."""
        user_id = user_rows.lock(self._database, caller.project_id, by.kind, by.key)
        if user_id is None:
            raise user_not_found(by)
        tokens = {"access_token": token.access_token, "refresh_token": token.refresh_token}
        sealed = self._sealer.seal(json.dumps(tokens).encode(), _place(caller, user_id, token.provider))
        others = rows.put(
            self._database,
            {
                "project_id": caller.project_id,
                "user_id": user_id,
                "provider": token.provider,
                "provider_user_id": token.provider_user_id,
                "tokens": sealed,
                "scopes": list(token.scopes),
                "expire_time": token.expire_time,
            },
        )
        if others >= MAX_PROVIDER_TOKENS_PER_USER:
            raise Error(Reason.PROVIDER_TOKEN_LIMIT, limit=str(MAX_PROVIDER_TOKENS_PER_USER))
        after = {name: getattr(token, name) for name in _SHOWN}
        events.record(self._database, caller, "user.provider_token.set", user_id, {"after": after})


def _place(caller: Caller, user_id: str, provider: str) -> str:
    """What the tokens are sealed for."""
    return f"provider token {caller.project_id} {user_id} {provider}"
