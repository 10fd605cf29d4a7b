"""The use cases of sessions: begin, refresh, end, and what their access tokens are good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.access_tokens import AccessTokens
from server.domain.caller import Caller
from server.domain.paging import Page, PageRequest
from server.domain.session import LoginMethod, Session, Tokens
from server.domain.user import User, UserRef
from server.store.database import Database


class Sessions:
    """The sessions of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database, access_tokens: AccessTokens) -> None:
        self._database = database
        self._access_tokens = access_tokens

    def begin(self, caller: Caller, user: User, methods: Sequence[LoginMethod]) -> Tokens:
        """Begins a session of a user who may sign in, in the present transaction, with its event."""
        raise NotImplementedError

    def refresh(self, caller: Caller, refresh_token: str) -> Tokens:
        """Replaces a refresh token. Raises REFRESH_TOKEN_INVALID, SESSION_ENDED, LOGIN_NOT_ALLOWED,
        LOGIN_PREVENTED."""
        raise NotImplementedError

    def sign_out(self, caller: Caller, refresh_token: str, *, everywhere: bool) -> None:
        """Ends the session of a refresh token, or all of its user's. Raises REFRESH_TOKEN_INVALID."""
        raise NotImplementedError

    def current(self, caller: Caller, access_token: str) -> UserRef:
        """The user of an access token whose session lasts, by id.
        Raises ACCESS_TOKEN_INVALID, SESSION_ENDED."""
        raise NotImplementedError

    def add_claims(self, caller: Caller, access_token: str, claims: Mapping[str, Any]) -> Tokens:
        """A new access token with these claims as well; None takes one away. The refresh token is ''.
        Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, FIELDS_INVALID."""
        raise NotImplementedError

    def end_all(self, caller: Caller, user_id: str) -> int:
        """Ends all sessions of a user, in the present transaction, with an event if there were any; returns
        how many they were."""
        raise NotImplementedError

    def list(self, caller: Caller, by: UserRef, page: PageRequest) -> Page[Session]:
        """A page of the user's sessions, the newest first. Raises USER_NOT_FOUND."""
        raise NotImplementedError

    def revoke(self, caller: Caller, by: UserRef, session_ids: Sequence[str]) -> int:
        """Ends these sessions of the user, or without any all; returns how many ended.
        Raises USER_NOT_FOUND."""
        raise NotImplementedError
