"""The use cases around links in emails: sending them, and what becomes of those that are followed."""

from __future__ import annotations

from server.domain.caller import Caller
from server.domain.one_time_tokens import OneTimeTokens
from server.domain.user import User, UserRef
from server.domain.user_passwords import UserPasswords
from server.domain.users import Users
from server.store.database import Database


class EmailLinks:
    """The links of all projects; every method acts in the caller's."""

    def __init__(
        self, database: Database, tokens: OneTimeTokens, users: Users, passwords: UserPasswords
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._users = users
        self._passwords = passwords

    def send_verification(self, caller: Caller, by: UserRef) -> None:
        """Raises USER_NOT_FOUND, EMAIL_NOT_AVAILABLE, EMAILS_TOO_FREQUENT."""
        raise NotImplementedError

    def send_password_reset_to(self, caller: Caller, by: UserRef) -> None:
        """Raises USER_NOT_FOUND of a user id or access token, EMAILS_TOO_FREQUENT."""
        raise NotImplementedError

    def send_password_reset(self, caller: Caller, identifier: str) -> None:
        """Raises EMAILS_TOO_FREQUENT."""
        raise NotImplementedError

    def send_invitation(self, caller: Caller, by: UserRef) -> None:
        """Raises USER_NOT_FOUND, EMAIL_NOT_AVAILABLE, USER_NOT_INVITED, EMAILS_TOO_FREQUENT."""
        raise NotImplementedError

    def verify_email(self, caller: Caller, token: str) -> User:
        """Raises LINK_INVALID, EMAIL_TAKEN."""
        raise NotImplementedError

    def reset_password(self, caller: Caller, token: str, new_password: str) -> None:
        """Raises LINK_INVALID, FIELDS_INVALID, HASHING_OVERLOADED."""
        raise NotImplementedError
