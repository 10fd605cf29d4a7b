"""The use cases of signing in."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.caller import Caller
from server.domain.passkeys import Assertion
from server.domain.passwords.hasher import Hasher
from server.domain.session import LoginMethod, Outcome
from server.domain.sessions import Sessions
from server.store.database import Database


@dataclass(frozen=True, slots=True, repr=False)
class SecondFactor:
    """What a user proves beside the password."""

    method: LoginMethod
    code: str = ""
    assertion: Assertion | None = None


class SignIn:
    """Signs users of all projects in; every method acts in the caller's."""

    def __init__(self, database: Database, hasher: Hasher, sessions: Sessions) -> None:
        self._database = database
        self._hasher = hasher
        self._sessions = sessions

    def by_password(self, caller: Caller, identifier: str, password: str) -> Outcome:
        """Raises LOGIN_FAILED, LOGIN_NOT_ALLOWED, LOGIN_PREVENTED, LOGIN_LOCKED, HASHING_OVERLOADED."""
        raise NotImplementedError

    def complete_mfa(self, caller: Caller, challenge_token: str, factor: SecondFactor) -> Outcome:
        """Raises CHALLENGE_INVALID, LOGIN_FAILED, LOGIN_NOT_ALLOWED, LOGIN_PREVENTED, LOGIN_LOCKED."""
        raise NotImplementedError

    def by_passkey(self, caller: Caller, assertion: Assertion) -> Outcome:
        """Raises PASSKEY_REJECTED, LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
        raise NotImplementedError

    def admitted(self, caller: Caller, user_id: str, methods: tuple[LoginMethod, ...]) -> Outcome:
        """What comes of it that a user has proven, by these methods, who they are, in this transaction:
        a session, or a challenge if something is still to be done. Records the sign-in, and makes an INVITED
        user ACTIVE. Raises LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
        raise NotImplementedError
