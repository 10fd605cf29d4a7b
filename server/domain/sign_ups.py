"""The use case of people who create an account themselves.

Until the link in the email is followed there is no user: what was said of one is kept, sealed, with the token
of the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from server.domain.caller import Caller
from server.domain.emails import outbox
from server.domain.emails.kinds import EmailKind
from server.domain.holdings import Wishes
from server.domain.one_time_tokens import OneTimeTokens, Purpose
from server.domain.user import SETTABLE, User, normalized, violations
from server.domain.user_passwords import NewPassword, UserPasswords
from server.domain.users import Users
from server.errors import Error, Reason, refuse_invalid
from server.store.database import Database


class SignUps:
    """Sign-ups to all projects; every method acts in the caller's."""

    def __init__(
        self, database: Database, tokens: OneTimeTokens, passwords: UserPasswords, users: Users
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._passwords = passwords
        self._users = users

    def begin(self, caller: Caller, values: Mapping[str, str], password: str) -> None:
        """Has an email sent to the address, whether or not there is an account with it.
        Raises SIGN_UP_NOT_ALLOWED, FIELDS_INVALID, EMAILS_TOO_FREQUENT, HASHING_OVERLOADED."""
        if not caller.settings.sign_up_policy.allowed:
            raise Error(Reason.SIGN_UP_NOT_ALLOWED)
        asked = normalized(values)
        # The request has the fields of a user at its top.
        refuse_invalid(
            [replace(broken, field=broken.field.removeprefix("user.")) for broken in violations(asked)]
        )
        key = outbox.of_identifier(EmailKind.SIGN_UP, asked["email"])
        # Hashing takes long: no transaction may wait for it, and none is done in vain.
        with self._database.aside():
            outbox.refuse_locked(self._database, caller, key)
            stored_hash = self._passwords.hash_new(
                caller, NewPassword(plain=password), {**SETTABLE, **asked}, field="password"
            )
        outbox.FROM_ADDRESS.admit(self._database, caller)
        outbox.admit(self._database, caller, key)
        about = {"values": asked, "hash": stored_hash}
        outbox.send_to_whom_it_concerns(self._database, caller, EmailKind.SIGN_UP, self._tokens, about)

    def complete(self, caller: Caller, token: str) -> User:
        """Creates the user of a sign-up whose link was followed. Raises LINK_INVALID, EMAIL_TAKEN."""
        taken = self._tokens.take(caller, token, Purpose.SIGN_UP)
        # What a project does not allow any more, nobody goes on with.
        if taken is None or not caller.settings.sign_up_policy.allowed:
            raise Error(Reason.LINK_INVALID)
        asked = taken.payload["values"]
        self._tokens.withdraw_of_address(caller, asked["email"])
        return self._users.create(
            caller,
            {**asked, "email_verified": True},
            Wishes(),
            user_id="",
            status="ACTIVE",
            password=NewPassword(stored=taken.payload["hash"]),
        )
