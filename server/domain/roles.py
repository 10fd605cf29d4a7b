"""The use cases of roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.caller import Caller
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.domain.text import fold
from server.errors import Error, Reason, Violation, not_found, refuse_invalid
from server.store import roles as rows
from server.store.database import Database, Row


class Role(NamedTuple):
    """A role. The fields are the columns of `store.roles`, in their order."""

    role_id: str
    name: str
    description: str
    permissions: tuple[str, ...]
    """In alphabetical order."""
    default: bool
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)


# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {"name": "", "description": "", "permissions": (), "default": False}


class RoleRef(NamedTuple):
    """Names a role: by `kind` (role_id, name) and the value as it was given."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        """The value as the store compares it."""
        return fold(self.value) if self.kind == "name" else self.value


class Roles:
    """The roles of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, caller: Caller, by: RoleRef) -> Role:
        """The role. Raises ROLE_NOT_FOUND."""
        row = rows.get(self._database, caller.project_id, by.kind, by.key)
        if row is None:
            raise _not_found(by)
        return _role_of(row)

    def list(self, caller: Caller, page: PageRequest) -> Page[Role]:
        """A page of the roles, in alphabetical order."""
        parameters = {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = rows.list_roles(self._database, parameters, count=page.count)
        return page_of(page, found, _role_of, total)

    def list_permissions(self, caller: Caller, page: PageRequest) -> Page[tuple[str, int]]:
        """A page of the permissions that roles hold, each with the number of those roles."""
        position = {"after_key": "", **page.parameters("after_key")}
        found = rows.list_permissions(self._database, {**position, "project_id": caller.project_id})
        return page_of(page, found, lambda row: (row[0], row[1]), position_of=lambda row: (row[0],))

    def create(self, caller: Caller, values: Mapping[str, Any], *, role_id: str) -> Role:
        """Creates a role; `role_id` '' lets the server make one. Raises ROLE_NAME_TAKEN, ROLE_ID_TAKEN."""
        values = {**SETTABLE, **_normalized(values)}
        role_id = role_id or new_id()
        (create_time,) = rows.create(self._database, _columns(caller, role_id, values))
        events.record(self._database, caller, "role.created", role_id, {"after": values})
        return Role(role_id=role_id, create_time=create_time, update_time=create_time, revision=1, **values)

    def update(self, caller: Caller, by: RoleRef, values: Mapping[str, Any], etag: str) -> Role:
        """Sets these values. Raises ROLE_NOT_FOUND, ROLE_NAME_TAKEN, ETAG_MISMATCH."""
        values = _normalized(values)
        role = self._locked(caller, by)
        require_etag(etag, role.etag)
        changed = role._replace(**values)
        before = {name: getattr(role, name) for name in SETTABLE}
        after = {name: getattr(changed, name) for name in SETTABLE}
        changes = events.changes(before, after)
        if not changes:
            return role
        update_time, revision = rows.update(self._database, _columns(caller, role.role_id, after))
        events.record(self._database, caller, "role.updated", role.role_id, changes)
        return changed._replace(update_time=update_time, revision=revision)

    def delete(self, caller: Caller, by: RoleRef, *, force: bool, etag: str) -> None:
        """Deletes the role; with `force` it is taken from its holders.
        Raises ROLE_NOT_FOUND, ROLE_IN_USE, ETAG_MISMATCH."""
        role = self._locked(caller, by)
        require_etag(etag, role.etag)
        grants = rows.delete(self._database, caller.project_id, role.role_id, force=force)
        before = {name: getattr(role, name) for name in SETTABLE}
        data = {"before": before, "grants_removed": grants}
        events.record(self._database, caller, "role.deleted", role.role_id, data)

    def _locked(self, caller: Caller, by: RoleRef) -> Role:
        row = rows.lock(self._database, caller.project_id, by.kind, by.key)
        if row is None:
            raise _not_found(by)
        return _role_of(row)


def _role_of(row: Row) -> Role:
    role_id, name, description, permissions, *rest = row[: len(rows.ROLE_COLUMNS)]
    return Role(role_id, name, description, tuple(permissions), *rest)


def _not_found(by: RoleRef) -> Error:
    return not_found(Reason.ROLE_NOT_FOUND, by.kind, by.value)


def _normalized(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(values)
    if "name" in kept:
        kept["name"] = kept["name"].strip()
        refuse_invalid([] if kept["name"] else [Violation("role.name", "is required")])
    if "permissions" in kept:
        kept["permissions"] = tuple(sorted(kept["permissions"]))
    return kept


def _columns(caller: Caller, role_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "project_id": caller.project_id,
        "role_id": role_id,
        "name_key": fold(values["name"]),
        "permissions": list(values["permissions"]),
    }
