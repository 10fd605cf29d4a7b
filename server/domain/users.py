"""The use cases of users: create, read, change, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from server.config import MAX_ROLES_PER_USER
from server.domain import events, welcomes
from server.domain.caller import Caller
from server.domain.holdings import Declarations, Found, Holdings, Wishes, attribute_values
from server.domain.identity import new_id, require_etag
from server.domain.text import fold
from server.domain.user import (
    MARKS,
    SETTABLE,
    User,
    UserRef,
    held_roles,
    normalized,
    user_of,
    violations,
    void_marks,
)
from server.domain.user_passwords import NewPassword, UserPasswords
from server.domain.user_writing import UserWriter, columns_of, facts_of
from server.domain.welcomes import NOTHING, Welcome
from server.errors import Error, Reason, Violation, refuse_invalid
from server.store import events as event_rows
from server.store import request_records
from server.store import users as rows
from server.store.database import Database


class Users:
    """The users of all projects; every method acts in the caller's."""

    def __init__(self, database: Database, passwords: UserPasswords) -> None:
        self._database = database
        self._holdings = Holdings(database)
        self._writer = UserWriter(database)
        self._passwords = passwords
        self._with_attributes: set[str] = set()
        """Projects that were seen to have custom attributes."""

    # -- reading -------------------------------------------------------------------------------

    def get(self, caller: Caller, by: UserRef) -> User:
        """The user. Raises USER_NOT_FOUND."""
        return self._writer.get(caller, by)

    def batch_get(self, caller: Caller, refs: Sequence[UserRef]) -> list[User | None]:
        """For each reference the user, or None if there is no such user."""
        keys: dict[str, list[str]] = {f"{kind}s": [] for kind in rows.REFERENCES}
        for by in refs:
            # An empty key names nobody, and is that of everybody who has no such identifier.
            if by.key:
                keys[f"{by.kind}s"].append(by.key)
        found: dict[tuple[str, str], User] = {}
        for row in rows.batch_get(self._database, caller.project_id, keys):
            user = user_of(row)
            found["user_id", user.user_id] = user
            found["email", fold(user.email)] = user
            found["phone_number", user.phone_number] = user
            found.update({("login_id", fold(login_id)): user for login_id in user.login_ids})
            found.update({("session", session_id): user for session_id in row[-1]})
        return [found.get((by.kind, by.key)) if by.key else None for by in refs]

    # -- changing ------------------------------------------------------------------------------

    def create(
        self,
        caller: Caller,
        values: Mapping[str, Any],
        wishes: Wishes,
        *,
        user_id: str,
        status: str,
        password: NewPassword | None,
        welcome: Welcome = NOTHING,
    ) -> User:
        """Creates a user with these settable values, what is wished for and the project's default roles, and
        has the user sent what is welcome.

        `user_id` '' lets the server make one. Raises FIELDS_INVALID, HASHING_OVERLOADED, EMAIL_TAKEN and its
        like, and what `holdings` raises.
        """
        values = {**SETTABLE, **normalized(values)}
        values |= void_marks(values)
        refuse_invalid([*violations(values), *wishes.violations(), *welcome.violations(values, status)])
        stored_hash = self._passwords.hash_new(caller, password, values) if password else None
        user_id = user_id or new_id()
        found = self._holdings.find_for(caller, wishes)
        blank = BLANK._replace(user_id=user_id, status=status, **values)
        wanted = blank._replace(
            roles=found.held_roles(wishes.roles or ()),
            tenants=found.held_tenants(wishes.tenants or ()),
            applications=found.held_applications(wishes.application_ids or ()),
            password_change_required=password.temporary if password else None,
        )
        email = welcome.kind(values, status)
        alone = wanted == blank and email is None
        created, declared = self._insert(caller, wanted, wishes, alone=alone)
        if created.tenants or created.applications or created.custom_attributes:
            # The roles are stored already, default ones included.
            self._holdings.write(caller, blank._replace(roles=created.roles), created, declared)
        if stored_hash is not None and password is not None:
            self._passwords.store(caller, user_id, stored_hash, temporary=password.temporary)
        welcomes.send(self._database, caller, [(user_id, email)])
        expired = created.expire_time is not None and created.expire_time <= created.create_time
        return created._replace(status="EXPIRED") if expired else created

    def _insert(
        self, caller: Caller, wanted: User, wishes: Wishes, *, alone: bool
    ) -> tuple[User, Declarations]:
        """Stores a new user's columns, roles and event, and returns what became of it.

        Most projects declare no custom attributes, so that is supposed at first; the store finds out.
        `alone` tells that nothing else has to be stored of the user.
        """
        project_id = caller.project_id
        known = bool(wishes.attributes) or project_id in self._with_attributes
        declared = self._holdings.declarations_for(caller, wishes, creating=True) if known else {}
        attributes = attribute_values({}, wishes, declared, creating=True)
        wanted = wanted._replace(custom_attributes=attributes)
        values = {name: getattr(wanted, name) for name in SETTABLE}
        create_time, roles, granted, attributes_exist = rows.create(
            self._database,
            {
                **events.envelope(caller),
                **columns_of(values),
                "user_id": wanted.user_id,
                "status": wanted.status,
                "role_ids": [role.role_id for role in wanted.roles],
                "role_expire_times": [role.expire_time for role in wanted.roles],
                "most_roles": MAX_ROLES_PER_USER,
                "attributes_known": known,
                # The store adds the names of the roles, default ones included.
                "snapshot": events.to_json(_snapshot(wanted)),
            },
            only=alone and not attributes,
        )
        if attributes_exist and not known:
            self._with_attributes.add(project_id)
            return self._insert(caller, wanted, wishes, alone=alone)
        if roles > MAX_ROLES_PER_USER:
            raise Error(Reason.TOO_MANY_ROLES, limit=str(MAX_ROLES_PER_USER))
        held = held_roles(granted)
        return wanted._replace(roles=held, create_time=create_time, update_time=create_time), declared

    def update(
        self, caller: Caller, by: UserRef, values: Mapping[str, Any], wishes: Wishes, *, etag: str
    ) -> User:
        """Sets these settable values and what is wished for. Raises USER_NOT_FOUND, FIELDS_INVALID, and what
        `change` raises."""
        values = checked(values, wishes)
        declared: Declarations = {}
        if wishes.attributes is not None:
            # Before the user is read, so that the values read are values of these.
            declared = self._holdings.declarations_for(caller, wishes, creating=False)
        user = self._writer.locked(caller, by)
        found = self._holdings.find_for(caller, wishes)
        return self.change(caller, user, values, wishes, found=found, declared=declared, etag=etag)

    def change(
        self,
        caller: Caller,
        user: User,
        values: Mapping[str, Any],
        wishes: Wishes,
        *,
        found: Found,
        declared: Declarations,
        etag: str = "",
    ) -> User:
        """Sets `checked` values of a locked user, and what is wished for, which was found. Raises
        ETAG_MISMATCH, FIELDS_INVALID, LAST_IDENTIFIER, EMAIL_TAKEN and its like, and what `holdings`
        raises."""
        require_etag(etag, user.etag)
        changed = _with_values(user, values)
        if wishes.roles is not None:
            changed = changed._replace(roles=found.held_roles(wishes.roles))
        if wishes.tenants is not None:
            changed = changed._replace(tenants=found.held_tenants(wishes.tenants))
        if wishes.application_ids is not None:
            changed = changed._replace(applications=found.held_applications(wishes.application_ids))
        if wishes.attributes is not None:
            attributes = attribute_values(user.custom_attributes, wishes, declared, creating=False)
            changed = changed._replace(custom_attributes=attributes)
        return self._writer.write(caller, "user.updated", user, changed, declared)

    def update_login_id(self, caller: Caller, by: UserRef, login_id: str, new_login_id: str) -> User:
        """Puts `new_login_id` in the place of `login_id`; '' for either adds or removes one.

        Raises USER_NOT_FOUND, LOGIN_ID_NOT_FOUND, LOGIN_ID_TAKEN, LAST_IDENTIFIER, FIELDS_INVALID.
        """
        if not login_id and by.kind == "login_id":
            login_id = by.value
        if not login_id and not new_login_id:
            raise Error(
                Reason.FIELDS_INVALID,
                violations=[Violation("new_login_id", "must be set, or login_id, or both")],
            )
        user = self._writer.locked(caller, by)
        keys = [fold(kept) for kept in user.login_ids]
        old, new = fold(login_id), fold(new_login_id)
        if old and old not in keys:
            raise Error(Reason.LOGIN_ID_NOT_FOUND, login_id=login_id)
        place = keys.index(old or new) if (old or new) in keys else len(keys)
        # One that is there already moves, and takes the new spelling.
        others = [None if key in (old, new) else kept for key, kept in zip(keys, user.login_ids, strict=True)]
        before, after = others[:place], others[place:]
        present = [kept for kept in (*before, new_login_id, *after) if kept]
        values = normalized({"login_ids": present})
        refuse_invalid([Violation("new_login_id", broken.description) for broken in violations(values)])
        return self._writer.write(caller, "user.updated", user, _with_values(user, values))

    def delete(self, caller: Caller, by: UserRef, etag: str) -> None:
        """Deletes the user and the person's data; the events stay, without it.
        Raises USER_NOT_FOUND, ETAG_MISMATCH."""
        user = self._writer.locked(caller, by)
        require_etag(etag, user.etag)
        rows.delete(self._database, caller.project_id, user.user_id)
        event_rows.forget(self._database, caller.project_id, user.user_id)
        request_records.forget(self._database, caller.project_id, user.user_id)
        events.record(self._database, caller, "user.deleted", user.user_id, {})

    def delete_test_users(self, caller: Caller) -> int:
        """Deletes all test users as `delete` does, and returns how many they were."""
        values = {
            "project_id": caller.project_id,
            "key_id": caller.grant.key_id,
            "call_id": caller.call_id,
        }
        return rows.delete_test_users(self._database, values)


def checked(values: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Values to set of a user, normalized. Raises FIELDS_INVALID."""
    values = normalized(values)
    refuse_invalid([*violations(values), *wishes.violations()])
    return values


def _with_values(user: User, values: Mapping[str, Any]) -> User:
    """The user with the values set. A new email or phone number is unverified unless said otherwise."""
    values = dict(values)
    for name, mark in MARKS.items():
        if name in values and fold(values[name]) != fold(getattr(user, name)):
            values.setdefault(mark, False)
    changed = user._replace(**values)
    changed = changed._replace(**void_marks(changed._asdict()))
    if not (changed.email or changed.phone_number or changed.login_ids):
        raise Error(Reason.LAST_IDENTIFIER)
    return changed


def _snapshot(user: User) -> dict[str, Any]:
    """What the event of a creation shows."""
    facts = facts_of(user)
    shown = {name: value for name, value in facts.items() if value and value != SETTABLE.get(name)}
    return {"user_id": user.user_id, "status": user.status, **shown, "roles": facts["roles"]}


BLANK: Final = User(
    user_id="",
    **SETTABLE,
    status="",
    create_time=datetime.min.replace(tzinfo=UTC),
    update_time=datetime.min.replace(tzinfo=UTC),
    revision=1,
    last_login_time=None,
    mfa_enabled=False,
    mfa_reset_required=False,
    has_passkeys=False,
    password_change_required=None,
    roles=(),
    tenants=(),
    applications=(),
    custom_attributes={},
)
