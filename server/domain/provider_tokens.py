"""Tokens of users' accounts at other providers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.domain.caller import Caller
from server.domain.sealing import Sealer
from server.domain.user import UserRef
from server.store.database import Database


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
        """Raises USER_NOT_FOUND, PROVIDER_TOKEN_NOT_FOUND."""
        raise NotImplementedError

    def set(self, caller: Caller, by: UserRef, token: ProviderToken) -> None:
        """Raises USER_NOT_FOUND, PROVIDER_TOKEN_LIMIT."""
        raise NotImplementedError
