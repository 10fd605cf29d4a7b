"""The use case of users who replace their own passwords."""

from __future__ import annotations

from typing import NamedTuple

from server.domain.caller import Caller
from server.domain.session import Outcome
from server.domain.sign_in import SignIn
from server.domain.user_passwords import UserPasswords
from server.store.database import Database


class Credential(NamedTuple):
    """What a user shows in place of a sign-in: one of the two is ''."""

    access_token: str = ""
    challenge_token: str = ""


class PasswordChanges:
    """The passwords of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database, passwords: UserPasswords, sign_in: SignIn) -> None:
        self._database = database
        self._passwords = passwords
        self._sign_in = sign_in

    def change(
        self, caller: Caller, credential: Credential, current_password: str, new_password: str
    ) -> Outcome:
        """Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, CHALLENGE_INVALID, LOGIN_FAILED, LOGIN_LOCKED,
        LOGIN_NOT_ALLOWED, LOGIN_PREVENTED, FIELDS_INVALID, HASHING_OVERLOADED."""
        raise NotImplementedError
