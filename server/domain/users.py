"""The use cases of users: create, read, change, delete, and the roles they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from server.config import MAX_ROLES_PER_USER
from server.domain import events
from server.domain.caller import Caller
from server.domain.identity import new_id, require_etag
from server.domain.roles import RoleRef, find_roles
from server.domain.text import fold
from server.domain.user import (
    MARKS,
    SETTABLE,
    HeldRole,
    User,
    UserRef,
    folded_columns,
    held_roles,
    normalized,
    snapshot,
    user_of,
    violations,
    void_marks,
)
from server.errors import Error, Reason, Violation, refuse_invalid
from server.store import events as event_rows
from server.store import users as rows
from server.store.database import Database


class Mode(Enum):
    """What to do with the things that a change names."""

    ADD = auto()
    SET = auto()
    REMOVE = auto()


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """A role to give, and until when (None: for good)."""

    role: RoleRef
    expire_time: datetime | None


class Users:
    """The users of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- reading -------------------------------------------------------------------------------

    def get(self, caller: Caller, by: UserRef) -> User:
        """The user. Raises USER_NOT_FOUND."""
        row = rows.get(self._database, caller.project_id, by.kind, by.key)
        if row is None:
            raise _not_found(by)
        return user_of(row)

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
        return [found.get((by.kind, by.key)) if by.key else None for by in refs]

    # -- changing ------------------------------------------------------------------------------

    def create(
        self,
        caller: Caller,
        values: Mapping[str, Any],
        *,
        user_id: str,
        status: str,
        roles: Sequence[RoleRequest],
    ) -> User:
        """Creates a user with these settable values, these roles and the project's default roles.

        `user_id` '' lets the server make one. Raises FIELDS_INVALID, ROLE_NOT_FOUND, TOO_MANY_ROLES, and
        EMAIL_TAKEN and its like.
        """
        values = {**SETTABLE, **normalized(values)}
        values |= void_marks(values)
        refuse_invalid([*violations(values), *_expiry_violations(roles, "user.roles")])
        user_id = user_id or new_id()
        wanted = self._wanted(caller, roles)
        create_time, granted = rows.create(
            self._database,
            {
                **events.envelope(caller),
                **_columns(values),
                "user_id": user_id,
                "status": status,
                "role_ids": list(wanted),
                "role_expire_times": [role.expire_time for role in wanted.values()],
                "snapshot": events.to_json({"user_id": user_id, "status": status, **snapshot(values)}),
            },
        )
        held = held_roles(granted)
        _require_room(len(held))
        expired = values["expire_time"] is not None and values["expire_time"] <= create_time
        return User(
            user_id=user_id,
            status="EXPIRED" if expired else status,
            create_time=create_time,
            update_time=create_time,
            revision=1,
            roles=held,
            **values,
        )

    def update(
        self,
        caller: Caller,
        by: UserRef,
        values: Mapping[str, Any],
        *,
        roles: Sequence[RoleRequest] | None,
        etag: str,
    ) -> User:
        """Sets these settable values and, unless None, exactly these roles.

        Raises USER_NOT_FOUND, ETAG_MISMATCH, FIELDS_INVALID, LAST_IDENTIFIER, ROLE_NOT_FOUND, and
        EMAIL_TAKEN and its like.
        """
        values = normalized(values)
        refuse_invalid([*violations(values), *_expiry_violations(roles or (), "user.roles")])
        user = self._locked(caller, by)
        require_etag(etag, user.etag)
        changed = _with_values(user, values)
        if roles is not None:
            changed = changed._replace(roles=_in_order(self._wanted(caller, roles)))
        return self._write(caller, "user.updated", user, changed)

    def set_status(self, caller: Caller, by: UserRef, status: str) -> User:
        """Makes the user ACTIVE or INACTIVE. Raises USER_NOT_FOUND, USER_EXPIRED."""
        user = self._locked(caller, by)
        if user.status == "EXPIRED":
            raise Error(Reason.USER_EXPIRED)
        if user.status == status:
            return user
        update_time, revision = rows.set_status(
            self._database, caller.project_id, user.user_id, status
        )
        changes = {"before": {"status": user.status}, "after": {"status": status}}
        events.record(self._database, caller, "user.status.modified", user.user_id, changes)
        return user._replace(status=status, update_time=update_time, revision=revision)

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
        user = self._locked(caller, by)
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
        return self._write(caller, "user.updated", user, _with_values(user, values))

    def modify_roles(
        self, caller: Caller, by: UserRef, mode: Mode, roles: Sequence[RoleRequest]
    ) -> User:
        """Adds, sets or removes roles. Raises USER_NOT_FOUND, ROLE_NOT_FOUND, TOO_MANY_ROLES."""
        if mode is not Mode.REMOVE:
            refuse_invalid(_expiry_violations(roles, "roles"))
        user = self._locked(caller, by)
        wanted = self._wanted(caller, roles)
        held = {role.role_id: role for role in user.roles}
        if mode is Mode.ADD:
            held |= wanted
        elif mode is Mode.SET:
            held = wanted
        else:
            held = {role_id: role for role_id, role in held.items() if role_id not in wanted}
        changed = user._replace(roles=_in_order(held))
        return self._write(caller, "user.roles.modified", user, changed)

    def delete(self, caller: Caller, by: UserRef, etag: str) -> None:
        """Deletes the user and the person's data; the events stay, without it.
        Raises USER_NOT_FOUND, ETAG_MISMATCH."""
        user = self._locked(caller, by)
        require_etag(etag, user.etag)
        rows.delete(self._database, caller.project_id, user.user_id)
        event_rows.forget(self._database, caller.project_id, user.user_id)
        events.record(self._database, caller, "user.deleted", user.user_id, {})

    # -- parts ---------------------------------------------------------------------------------

    def _locked(self, caller: Caller, by: UserRef) -> User:
        user_id = rows.lock(self._database, caller.project_id, by.kind, by.key)
        if user_id is None:
            raise _not_found(by)
        return self.get(caller, UserRef("user_id", user_id))

    def _wanted(self, caller: Caller, roles: Sequence[RoleRequest]) -> dict[str, HeldRole]:
        """The roles asked for, by id. Raises ROLE_NOT_FOUND."""
        if not roles:
            return {}
        found = find_roles(self._database, caller, [asked.role for asked in roles])
        return {
            role.role_id: HeldRole(role.role_id, role.name, role.permissions, asked.expire_time)
            for role, asked in zip(found, roles, strict=True)
        }

    def _write(self, caller: Caller, event_type: str, user: User, changed: User) -> User:
        """Stores what differs between a locked user and what it is to become, and records it."""
        changes = events.changes(_facts(user), _facts(changed))
        if not changes:
            return user
        self._write_login_ids(caller, user, changed)
        self._write_roles(caller, user, changed)
        values = {name: getattr(changed, name) for name in SETTABLE}
        update_time, revision, status = rows.update(
            self._database,
            {**_columns(values), "project_id": caller.project_id, "user_id": user.user_id},
        )
        events.record(self._database, caller, event_type, user.user_id, changes)
        return changed._replace(update_time=update_time, revision=revision, status=status)

    def _write_login_ids(self, caller: Caller, before: User, after: User) -> None:
        old = {fold(login_id) for login_id in before.login_ids}
        new = {fold(login_id) for login_id in after.login_ids}
        rows.change_login_ids(
            self._database,
            caller.project_id,
            after.user_id,
            added=sorted(new - old),
            removed=sorted(old - new),
        )

    def _write_roles(self, caller: Caller, before: User, after: User) -> None:
        old = {role.role_id: role for role in before.roles}
        new = {role.role_id: role for role in after.roles}
        _require_room(len(new))
        if gone := sorted(old.keys() - new.keys()):
            rows.revoke_roles(self._database, caller.project_id, after.user_id, gone)
        given = [role for role_id, role in sorted(new.items()) if old.get(role_id) != role]
        if given:
            rows.grant_roles(
                self._database,
                caller.project_id,
                after.user_id,
                [role.role_id for role in given],
                [role.expire_time for role in given],
            )


def _not_found(by: UserRef) -> Error:
    return Error(Reason.USER_NOT_FOUND, **{by.kind: by.value})


def _require_room(roles: int) -> None:
    if roles > MAX_ROLES_PER_USER:
        raise Error(Reason.TOO_MANY_ROLES, limit=str(MAX_ROLES_PER_USER))


def _expiry_violations(roles: Sequence[RoleRequest], path: str) -> list[Violation]:
    now = datetime.now(UTC)
    return [
        Violation(f"{path}[{position}].expire_time", "must lie in the future")
        for position, asked in enumerate(roles)
        if asked.expire_time is not None and asked.expire_time <= now
    ]


def _in_order(held: Mapping[str, HeldRole]) -> tuple[HeldRole, ...]:
    return tuple(sorted(held.values(), key=lambda role: fold(role.name)))


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of settable values, those included that the store derives."""
    metadata = values["metadata"]
    return {
        **values,
        **folded_columns(values),
        "login_ids": list(values["login_ids"]),
        "metadata": None if metadata is None else events.to_json(metadata),
    }


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


def _facts(user: User) -> dict[str, Any]:
    """What events compare and show of a user."""
    return {name: getattr(user, name) for name in SETTABLE} | {
        "login_ids": list(user.login_ids),
        "roles": [role.name for role in user.roles],
        "role_expire_times": {
            role.name: role.expire_time for role in user.roles if role.expire_time is not None
        },
    }
