"""Passkeys: WebAuthn credentials of users, registered and asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from server.domain.caller import Caller
from server.domain.one_time_tokens import OneTimeTokens
from server.domain.paging import Page, PageRequest
from server.domain.sessions import Sessions
from server.domain.user import UserRef
from server.store.database import Database


class Passkey(NamedTuple):
    """A passkey, as it is shown. The fields are the columns of `store.passkeys`, in their order."""

    passkey_id: str
    display_name: str
    aaguid: str
    transports: list[str]
    backed_up: bool
    create_time: datetime
    last_use_time: datetime | None


class Assertion(NamedTuple):
    """What an authenticator answered."""

    token: str
    """Names the options that it answers."""
    credential_json: str


class Passkeys:
    """The passkeys of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database, tokens: OneTimeTokens, sessions: Sessions) -> None:
        self._database = database
        self._tokens = tokens
        self._sessions = sessions

    def begin_registration(self, caller: Caller, access_token: str) -> tuple[str, str]:
        """(options as JSON, token). Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, PASSKEYS_NOT_CONFIGURED,
        PASSKEY_LIMIT."""
        raise NotImplementedError

    def finish_registration(
        self, caller: Caller, access_token: str, token: str, credential_json: str, display_name: str
    ) -> Passkey:
        """Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, PASSKEY_REJECTED, PASSKEY_TAKEN, PASSKEY_LIMIT."""
        raise NotImplementedError

    def begin_sign_in(self, caller: Caller, challenge_token: str) -> tuple[str, str]:
        """(options as JSON, token); with the challenge MFA for its user's passkeys alone.
        Raises PASSKEYS_NOT_CONFIGURED, CHALLENGE_INVALID."""
        raise NotImplementedError

    def verified(self, caller: Caller, assertion: Assertion, user_id: str | None = None) -> str:
        """The id of the user whose passkey the assertion proves, and notes its use; `user_id` says whose it
        must be. Raises PASSKEY_REJECTED."""
        raise NotImplementedError

    def list(self, caller: Caller, by: UserRef, page: PageRequest) -> Page[Passkey]:
        """A page of the user's passkeys, the newest first. Raises USER_NOT_FOUND."""
        raise NotImplementedError

    def delete(self, caller: Caller, by: UserRef, passkey_ids: Sequence[str]) -> int:
        """Deletes these passkeys of the user, or without any all; returns how many. Raises USER_NOT_FOUND."""
        raise NotImplementedError
