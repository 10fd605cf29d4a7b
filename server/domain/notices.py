"""Emails that tell users what was done with their accounts, so that they learn of it if it was not they."""

from __future__ import annotations

from server.domain.caller import Caller
from server.domain.emails import outbox
from server.domain.emails.kinds import EmailKind
from server.domain.user import User
from server.store.database import Database


def password_changed(database: Database, caller: Caller, user: User) -> None:
    """Tells the user, if the project wants it, that the password was changed in the present transaction."""
    if caller.settings.email_policy.notify_password_changed and user.email:
        outbox.send(database, caller, EmailKind.PASSWORD_CHANGED, user_id=user.user_id)


def new_sign_in(database: Database, caller: Caller, user: User, login_record_id: str) -> None:
    """Tells the user, if the project wants it, of the sign-in that the present transaction has recorded. That
    it comes from an address and user agent not used before, the caller has found out."""
    if caller.settings.email_policy.notify_new_sign_in and user.email:
        outbox.send(
            database,
            caller,
            EmailKind.NEW_SIGN_IN,
            user_id=user.user_id,
            login_record_id=login_record_id,
        )
