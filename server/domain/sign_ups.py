"""The use case of people who create an account themselves."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.caller import Caller
from server.domain.one_time_tokens import OneTimeTokens
from server.domain.user_passwords import UserPasswords
from server.store.database import Database


class SignUps:
    """Sign-ups to all projects; every method acts in the caller's."""

    def __init__(self, database: Database, tokens: OneTimeTokens, passwords: UserPasswords) -> None:
        self._database = database
        self._tokens = tokens
        self._passwords = passwords

    def begin(self, caller: Caller, values: Mapping[str, str], password: str) -> None:
        """Raises SIGN_UP_NOT_ALLOWED, FIELDS_INVALID, EMAILS_TOO_FREQUENT, HASHING_OVERLOADED."""
        raise NotImplementedError
