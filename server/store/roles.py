"""Roles. A row of a role is the tuple of `ROLE_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from peewee import fn

from server.store.database import Database, Row
from server.store.models import Role, UserRole, UserTenantRole
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled, deletion

R: Final = Role.alias("r")

ROLE_COLUMNS: Final[dict[str, Any]] = {
    "role_id": R.role_id,
    "name": R.name,
    "description": R.description,
    "permissions": R.permissions,
    "default": R.default,
    "create_time": R.create_time,
    "update_time": R.update_time,
    "revision": R.revision,
}

_REFERENCES: Final[dict[str, Any]] = {"role_id": R.role_id == P.key, "name": R.name_key == P.key}


def _referenced(reference: str) -> Any:
    return R.select(*ROLE_COLUMNS.values()).where(R.project_id == P.project_id, _REFERENCES[reference])


_GET: Final = {reference: compiled(_referenced(reference)) for reference in _REFERENCES}
_LOCK: Final = {reference: compiled(_referenced(reference).for_update()) for reference in _REFERENCES}


def get(database: Database, project_id: str, reference: str, key: str) -> Row | None:
    """The role that `reference` (role_id, name) with the folded `key` names."""
    return database.one(_GET[reference], {"project_id": project_id, "key": key})


def lock(database: Database, project_id: str, reference: str, key: str) -> Row | None:
    """The same, locked until the transaction ends."""
    return database.one(_LOCK[reference], {"project_id": project_id, "key": key})


_IDS: Final = compiled(
    R.select(R.role_id, R.name_key).where(
        R.project_id == P.project_id,
        (R.role_id == fn.ANY(P("role_ids", "uuid[]"))) | (R.name_key == fn.ANY(P("names", "text[]"))),
    )
)


def ids(database: Database, project_id: str, role_ids: list[str], names: list[str]) -> list[Row]:
    """(role_id, name_key) of the roles with these ids or folded names."""
    return database.all(_IDS, {"project_id": project_id, "role_ids": role_ids, "names": names})


_CREATE: Final = """
INSERT INTO roles (project_id, role_id, name, name_key, description, permissions, "default")
VALUES (%(project_id)s, %(role_id)s, %(name)s, %(name_key)s, %(description)s, %(permissions)s, %(default)s)
RETURNING create_time
"""
_UPDATE: Final = """
UPDATE roles SET name = %(name)s, name_key = %(name_key)s, description = %(description)s,
    permissions = %(permissions)s, "default" = %(default)s, update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND role_id = %(role_id)s
RETURNING update_time, revision
"""


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a role; returns (create_time,)."""
    return database.row(_CREATE, values)


def update(database: Database, values: Mapping[str, Any]) -> Row:
    """Writes every column of a locked role; returns (update_time, revision)."""
    return database.row(_UPDATE, values)


_TAKE_BACK: Final = deletion(
    UserRole,
    UserRole.project_id == P.project_id,
    UserRole.role_id == P.role_id,
    P.force | (UserRole.expire_time <= fn.now()),
)
_TAKE_BACK_IN_TENANTS: Final = deletion(
    UserTenantRole,
    UserTenantRole.project_id == P.project_id,
    UserTenantRole.role_id == P.role_id,
    P.force | (UserTenantRole.expire_time <= fn.now()),
)
_DELETE: Final = deletion(Role, Role.project_id == P.project_id, Role.role_id == P.role_id)


def delete(database: Database, project_id: str, role_id: str, *, force: bool) -> int:
    """Deletes a locked role and returns how many grants went with it.

    Grants that have expired always go; with `force` the others go too, without it they are ROLE_IN_USE.
    """
    values = {"project_id": project_id, "role_id": role_id, "force": force}
    grants = database.execute(_TAKE_BACK, values) + database.execute(_TAKE_BACK_IN_TENANTS, values)
    database.execute(_DELETE, values)
    return grants


@cache
def _list_statement(after: bool, count: bool) -> str:
    return page_statement(
        R,
        list(ROLE_COLUMNS.values()),
        [R.project_id == P.project_id],
        Order(R.name_key, "text", R.role_id),
        after=after,
        count=count,
    )


def list_roles(
    database: Database, parameters: Mapping[str, Any], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of roles in alphabetical order, and the total if asked for; see `store.pages`."""
    statement = _list_statement("after_id" in parameters, count)
    return fetch_page(database, statement, parameters, count=count)


_PERMISSIONS: Final = """
SELECT permission, count(*)
FROM roles, unnest(permissions) AS permission
WHERE project_id = %(project_id)s AND permission COLLATE "C" > %(after_key)s
GROUP BY permission
ORDER BY permission COLLATE "C"
LIMIT %(limit)s
"""


def list_permissions(database: Database, parameters: Mapping[str, Any]) -> list[Row]:
    """A page of (permission, number of roles) behind `after_key` ('' for the first page)."""
    return database.all(_PERMISSIONS, parameters)
