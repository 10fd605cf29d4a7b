"""Time-based one-time codes (RFC 6238) as a second factor, and the recovery codes beside them."""

from __future__ import annotations

from typing import NamedTuple

from server.domain.caller import Caller
from server.domain.password_changes import Credential
from server.domain.sealing import Sealer
from server.domain.session import Tokens
from server.domain.sign_in import SignIn
from server.domain.user import User, UserRef
from server.store.database import Database


class Enrolment(NamedTuple):
    """A secret that is to be confirmed."""

    secret: str
    """In Base32."""
    uri: str


class Totp:
    """The second factors of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database, sealer: Sealer, sign_in: SignIn) -> None:
        self._database = database
        self._sealer = sealer
        self._sign_in = sign_in

    def enrol(self, caller: Caller, credential: Credential) -> Enrolment:
        """Makes a secret. Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, CHALLENGE_INVALID."""
        raise NotImplementedError

    def confirm(self, caller: Caller, credential: Credential, code: str) -> tuple[list[str], Tokens | None]:
        """Makes the secret the second factor; returns recovery codes and, with a challenge, the session.
        Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, CHALLENGE_INVALID, TOTP_NOT_ENROLLED, LOGIN_FAILED,
        LOGIN_LOCKED."""
        raise NotImplementedError

    def reset(self, caller: Caller, by: UserRef) -> User:
        """Takes the second factor away. Raises USER_NOT_FOUND."""
        raise NotImplementedError
