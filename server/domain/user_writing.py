"""Changing a user: the lock, what is stored of the difference, and the event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from server.domain import events
from server.domain.caller import Caller
from server.domain.holdings import Declarations, Holdings
from server.domain.text import fold
from server.domain.user import SETTABLE, HeldRole, User, UserRef, folded_columns, user_not_found, user_of
from server.store import users as rows
from server.store.database import Database


class UserWriter:
    """What every change of a user goes through."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holdings = Holdings(database)

    def get(self, caller: Caller, by: UserRef) -> User:
        """The user. Raises USER_NOT_FOUND."""
        row = rows.get(self._database, caller.project_id, by.kind, by.key)
        if row is None:
            raise user_not_found(by)
        return user_of(row)

    def locked(self, caller: Caller, by: UserRef) -> User:
        """The user, locked until the transaction ends. Raises USER_NOT_FOUND."""
        user_id = rows.lock(self._database, caller.project_id, by.kind, by.key)
        if user_id is None:
            raise user_not_found(by)
        return self.get(caller, UserRef("user_id", user_id))

    def write(
        self,
        caller: Caller,
        event_type: str,
        user: User,
        changed: User,
        declared: Declarations = MappingProxyType({}),
    ) -> User:
        """Stores what differs between a locked user and what it is to become, and records it."""
        changes = events.changes(facts_of(user), facts_of(changed))
        if not changes:
            return user
        self._write_login_ids(caller, user, changed)
        self._holdings.write(caller, user, changed, declared)
        return self.touch(caller, event_type, changed, changes)

    def touch(self, caller: Caller, event_type: str, changed: User, data: Mapping[str, Any]) -> User:
        """Writes the columns of a locked user, which gives it a new etag, and an event."""
        values = {name: getattr(changed, name) for name in SETTABLE}
        update_time, revision, status = rows.update(
            self._database,
            {**columns_of(values), "project_id": caller.project_id, "user_id": changed.user_id},
        )
        events.record(self._database, caller, event_type, changed.user_id, data)
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


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of settable values, those included that the store derives."""
    metadata = values["metadata"]
    return {
        **values,
        **folded_columns(values),
        "login_ids": list(values["login_ids"]),
        "metadata": None if metadata is None else events.to_json(metadata),
    }


def facts_of(user: User) -> dict[str, Any]:
    """What events compare and show of a user."""
    return {name: getattr(user, name) for name in SETTABLE} | {
        "login_ids": list(user.login_ids),  # a list when read, a tuple when set
        **role_facts(user.roles),
        "tenants": {tenant.tenant_id: role_facts(tenant.roles) for tenant in user.tenants},
        "applications": [held.application_id for held in user.applications],
        "custom_attributes": user.custom_attributes,
    }


def role_facts(roles: Sequence[HeldRole]) -> dict[str, Any]:
    """The names of roles, and of those that expire when."""
    return {
        "roles": [role.name for role in roles],
        "role_expire_times": {role.name: role.expire_time for role in roles if role.expire_time is not None},
    }
