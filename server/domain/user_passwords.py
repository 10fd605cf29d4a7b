"""The use cases of passwords: setting and expiring them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from server.domain.caller import Caller
from server.domain.one_time_tokens import Purpose
from server.domain.passwords import opaque
from server.domain.passwords.hasher import Hasher
from server.domain.passwords.policy import Person
from server.domain.session_ends import Cause, end_sessions
from server.domain.user import User, UserRef
from server.domain.user_writing import UserWriter
from server.errors import refuse_invalid
from server.store import passwords as rows
from server.store.database import Database

PASSWORD_LINKS: Final = (Purpose.RESET_PASSWORD, Purpose.INVITATION)
"""The links that a password can be set with."""


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password to set."""

    plain: str = field(default="", repr=False)
    stored: str = field(default="", repr=False)
    """In place of a plain one: an imported hash, in the form in which it is stored."""
    temporary: bool = False
    """Whether it must be replaced at the next sign-in."""


class UserPasswords:
    """The passwords of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database, hasher: Hasher) -> None:
        self._database = database
        self._hasher = hasher
        self._writer = UserWriter(database)

    def set(self, caller: Caller, by: UserRef, password: NewPassword) -> User:
        """Sets the password. Raises USER_NOT_FOUND, FIELDS_INVALID, HASHING_OVERLOADED."""
        # Hashing takes long, and no transaction may wait for it.
        with self._database.aside():
            person = self._writer.get(caller, by)
            stored_hash = self.hash_new(caller, password, person._asdict(), person.user_id)
        user = self._writer.locked(caller, UserRef("user_id", person.user_id))
        return self.replace(caller, user, stored_hash, temporary=password.temporary)

    def replace(self, caller: Caller, user: User, stored_hash: str, *, temporary: bool) -> User:
        """Sets the password of a locked user, ends all sessions, and makes all links worthless that could set
        one: they may be in the hands of whom the new password is to shut out."""
        self.store(caller, user.user_id, stored_hash, temporary=temporary)
        changed = user._replace(password_change_required=temporary)
        changed = self._writer.touch(caller, "user.password.set", changed, {"temporary": temporary})
        end_sessions(self._database, caller, [user.user_id], Cause.PASSWORD_CHANGED)
        return changed

    def expire(self, caller: Caller, by: UserRef) -> User:
        """Makes the user replace the password. Raises USER_NOT_FOUND."""
        user = self._writer.locked(caller, by)
        if not rows.expire(self._database, caller.project_id, user.user_id):
            return user
        changed = user._replace(password_change_required=True)
        return self._writer.touch(caller, "user.password.expired", changed, {})

    def hash_new(
        self,
        caller: Caller,
        password: NewPassword,
        person: Mapping[str, Any],
        user_id: str = "",
        *,
        patient: bool = False,
        field: str = opaque.PLAIN,
        present_allowed: bool = True,
    ) -> str:
        """What to store of a password for a person with these settable values; `user_id` '' is a new user.

        `present_allowed` False demands another one than the present, whatever the policy says. Takes long: no
        transaction may have begun. Raises FIELDS_INVALID, which names `field`, and, unless it is `patient`,
        HASHING_OVERLOADED.
        """
        if password.stored:
            return password.stored
        policy = caller.settings.password_policy
        if not present_allowed:
            policy = replace(policy, history=max(policy.history, 1))
        names = ("email", "given_name", "family_name", "display_name", "login_ids")
        about = Person(**{name: person[name] for name in names})
        refuse_invalid(policy.violations(password.plain, about, field))
        if user_id and policy.history:
            former = rows.latest(self._database, caller.project_id, user_id, policy.history)
            refuse_invalid(policy.reuse_violations(password.plain, former, self._hasher, field))
        return self._hasher.hash(password.plain, patient=patient)

    def store(self, caller: Caller, user_id: str, stored_hash: str, *, temporary: bool) -> None:
        """Writes the hash of a locked user's password."""
        rows.put(
            self._database,
            caller.project_id,
            user_id,
            stored_hash,
            temporary=temporary,
            history=caller.settings.password_policy.history,
            withdrawn=PASSWORD_LINKS,
        )
