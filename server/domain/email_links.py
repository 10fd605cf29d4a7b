"""The use cases around links in emails: sending them, and what becomes of those that are followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from server.domain import notices
from server.domain.caller import Caller
from server.domain.emails import outbox
from server.domain.emails.kinds import EmailKind
from server.domain.lockouts import Lockouts
from server.domain.one_time_tokens import OneTimeTokens, Purpose, Taken
from server.domain.session_ends import Cause, end_sessions
from server.domain.sign_ups import SignUps
from server.domain.text import fold
from server.domain.user import User, UserRef
from server.domain.user_passwords import PASSWORD_LINKS, NewPassword, UserPasswords
from server.domain.user_statuses import UserStatuses
from server.domain.user_writing import UserWriter
from server.errors import Error, Reason
from server.store.database import Database

_TOLD_APART = ("email", "phone_number", "login_id")
"""References that anybody could try out."""


class EmailLinks:
    """The links of all projects; every method acts in the caller's."""

    def __init__(
        self,
        database: Database,
        tokens: OneTimeTokens,
        passwords: UserPasswords,
        statuses: UserStatuses,
        lockouts: Lockouts,
        sign_ups: SignUps,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._passwords = passwords
        self._statuses = statuses
        self._lockouts = lockouts
        self._sign_ups = sign_ups
        self._writer = UserWriter(database)

    # -- sending -------------------------------------------------------------------------------

    def send_verification(self, caller: Caller, by: UserRef) -> None:
        """Raises USER_NOT_FOUND, EMAIL_NOT_AVAILABLE, EMAILS_TOO_FREQUENT."""
        user = self._reachable(caller, by)
        if not user.email_verified:
            self._send(caller, EmailKind.VERIFICATION, user)

    def send_password_reset_to(self, caller: Caller, by: UserRef) -> None:
        """Raises USER_NOT_FOUND of a user id or access token, EMAILS_TOO_FREQUENT."""
        if by.kind in _TOLD_APART:
            self._send_reset(caller, by.value, by.kind)
            return
        user = self._writer.get(caller, by)
        outbox.admit(self._database, caller, outbox.of_user(EmailKind.PASSWORD_RESET, user.user_id))
        if user.email:
            outbox.send(self._database, caller, EmailKind.PASSWORD_RESET, user_id=user.user_id)

    def send_password_reset(self, caller: Caller, identifier: str) -> None:
        """Raises EMAILS_TOO_FREQUENT."""
        outbox.FROM_ADDRESS.admit(self._database, caller)
        self._send_reset(caller, identifier, *_TOLD_APART)

    def send_invitation(self, caller: Caller, by: UserRef) -> None:
        """Raises USER_NOT_FOUND, EMAIL_NOT_AVAILABLE, USER_NOT_INVITED, EMAILS_TOO_FREQUENT."""
        user = self._reachable(caller, by)
        if user.status != "INVITED":
            raise Error(Reason.USER_NOT_INVITED, status=user.status)
        self._send(caller, EmailKind.INVITATION, user)

    def _reachable(self, caller: Caller, by: UserRef) -> User:
        user = self._writer.get(caller, by)
        if not user.email:
            raise Error(Reason.EMAIL_NOT_AVAILABLE)
        return user

    def _send(self, caller: Caller, kind: EmailKind, user: User) -> None:
        outbox.admit(self._database, caller, outbox.of_user(kind, user.user_id))
        outbox.send(self._database, caller, kind, user_id=user.user_id)

    def _send_reset(self, caller: Caller, identifier: str, *kinds: str) -> None:
        """Does the same for everybody and for nobody: who goes by the identifier is found out later."""
        kind = EmailKind.PASSWORD_RESET
        outbox.admit(self._database, caller, outbox.of_identifier(kind, identifier))
        about = {"identifier": identifier, "kinds": kinds}
        outbox.send_to_whom_it_concerns(self._database, caller, kind, self._tokens, about)

    # -- following -----------------------------------------------------------------------------

    def verify_email(self, caller: Caller, token: str) -> User:
        """Raises LINK_INVALID, EMAIL_TAKEN."""
        found = self._tokens.look(caller, token, Purpose.VERIFY_EMAIL, Purpose.SIGN_UP)
        if found is None:
            raise Error(Reason.LINK_INVALID)
        if found.purpose is Purpose.SIGN_UP:
            return self._sign_ups.complete(caller, token)
        user = self._locked(caller, found.user_id)
        taken = self._tokens.take(caller, token, Purpose.VERIFY_EMAIL)
        if taken is None:
            raise Error(Reason.LINK_INVALID)
        require_present(taken, user)
        self._tokens.withdraw(caller, user.user_id, Purpose.VERIFY_EMAIL)
        return self._verified(caller, user)

    def reset_password(self, caller: Caller, token: str, new_password: str) -> None:
        """Raises LINK_INVALID, FIELDS_INVALID, HASHING_OVERLOADED."""
        # Hashing takes long, and no transaction may wait for it.
        with self._database.aside():
            found = self._tokens.look(caller, token, *PASSWORD_LINKS)
            if found is None:
                raise Error(Reason.LINK_INVALID)
            person = self._person(caller, found.user_id)
            require_present(found, person)
            password = NewPassword(plain=new_password)
            stored_hash = self._passwords.hash_new(
                caller, password, person._asdict(), person.user_id, field="new_password"
            )
        user = self._locked(caller, person.user_id)
        taken = self._tokens.take(caller, token, *PASSWORD_LINKS)
        if taken is None:
            raise Error(Reason.LINK_INVALID)
        # Who reads the mail of an address that the user has left sets no password.
        require_present(taken, user)
        user = self._verified(caller, user)
        if user.status == "INVITED":
            user = self._statuses.set(caller, UserRef("user_id", user.user_id), "ACTIVE")
        user = self._passwords.replace(caller, user, stored_hash, temporary=False)
        end_sessions(self._database, caller, [user.user_id], Cause.PASSWORD_CHANGED)
        self._lockouts.forgive(caller, user)
        notices.password_changed(self._database, caller, user)

    def _verified(self, caller: Caller, user: User) -> User:
        return self._writer.write(caller, "user.updated", user, user._replace(email_verified=True))

    def _person(self, caller: Caller, user_id: str | None) -> User:
        """The user of a link. Raises LINK_INVALID if the user is gone."""
        with _gone_is_invalid():
            return self._writer.get(caller, UserRef("user_id", user_id or ""))

    def _locked(self, caller: Caller, user_id: str | None) -> User:
        """The same, locked until the transaction ends."""
        with _gone_is_invalid():
            return self._writer.locked(caller, UserRef("user_id", user_id or ""))


@contextmanager
def _gone_is_invalid() -> Iterator[None]:
    """A link to a user who is gone is none."""
    try:
        yield
    except Error as error:
        if error.reason is not Reason.USER_NOT_FOUND:
            raise
        raise Error(Reason.LINK_INVALID) from None


def require_present(link: Taken, user: User) -> None:
    """Raises LINK_INVALID if the address that a link went to is not the user's any more."""
    if fold(link.payload["email"]) != fold(user.email):
        raise Error(Reason.LINK_INVALID)
