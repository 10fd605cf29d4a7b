"""Management keys. A row of a key is the tuple of `KEY_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from peewee import JOIN

from server.store.database import Database, Row
from server.store.models import ManagementKey, Project
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled

K: Final = ManagementKey.alias("k")
_HOME: Final = Project.alias("h")
_ACTED_IN: Final = Project.alias("p")

KEY_COLUMNS: Final[dict[str, Any]] = {
    "key_id": K.key_id,
    "display_name": K.display_name,
    "scopes": K.scopes,
    "project_ids": K.project_ids,
    "all_projects": K.all_projects,
    "allowed_cidrs": K.allowed_cidrs,
    "expire_time": K.expire_time,
    "create_time": K.create_time,
    "update_time": K.update_time,
    "last_use_time": K.last_use_time,
    "revoke_time": K.revoke_time,
    "previous_secret_expire_time": K.previous_secret_expire_time,
    "revision": K.revision,
}

_BY_ID = K.select(*KEY_COLUMNS.values()).where(K.project_id == P.project_id, K.key_id == P.key_id)
_GET: Final = compiled(_BY_ID)
_LOCK: Final = compiled(_BY_ID.for_update())


def get(database: Database, project_id: str, key_id: str) -> Row | None:
    """The key of this project with this id."""
    return database.one(_GET, {"project_id": project_id, "key_id": key_id})


def lock(database: Database, project_id: str, key_id: str) -> Row | None:
    """The same, locked until the transaction ends."""
    return database.one(_LOCK, {"project_id": project_id, "key_id": key_id})


# Not by project: the caller names the project to act in, which need not be the key's own.
_PRESENTED: Final = compiled(
    K.select(
        *KEY_COLUMNS.values(),
        K.project_id,
        K.secret_hash,
        K.previous_secret_hash,
        _ACTED_IN.page_token_key,
        _ACTED_IN.settings,
    )
    .join(_HOME, on=(_HOME.project_id == K.project_id) & _HOME.delete_time.is_null())
    .switch(K)
    .join(
        _ACTED_IN,
        JOIN.LEFT_OUTER,
        on=(_ACTED_IN.project_id == P.project_id) & _ACTED_IN.delete_time.is_null(),
    )
    .where(K.key_id == P.key_id)
)


def presented(database: Database, project_id: str, key_id: str) -> Row | None:
    """The key that a caller presents for `project_id`; behind its columns its own project, its hash,
    the hash before the last rotation, and of `project_id` the page token key and
    the settings (None: no such project)."""
    return database.one(_PRESENTED, {"project_id": project_id, "key_id": key_id})


_USED: Final = """
UPDATE management_keys SET last_use_time = now()
WHERE project_id = %(project_id)s AND key_id = %(key_id)s
    AND (last_use_time IS NULL OR last_use_time < now() - interval '1 minute')
"""


def used(database: Database, project_id: str, key_id: str) -> None:
    """Notes that the key is in use, at most once a minute."""
    database.execute(_USED, {"project_id": project_id, "key_id": key_id})


_CREATE: Final = """
INSERT INTO management_keys (project_id, key_id, display_name, secret_hash, scopes, project_ids,
    all_projects, allowed_cidrs, expire_time)
VALUES (%(project_id)s, %(key_id)s, %(display_name)s, %(secret_hash)s, %(scopes)s,
    %(project_ids)s::uuid[], %(all_projects)s, %(allowed_cidrs)s, %(expire_time)s)
RETURNING create_time
"""
_UPDATE: Final = """
UPDATE management_keys SET display_name = %(display_name)s, scopes = %(scopes)s,
    project_ids = %(project_ids)s::uuid[], all_projects = %(all_projects)s,
    allowed_cidrs = %(allowed_cidrs)s, expire_time = %(expire_time)s,
    update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND key_id = %(key_id)s
RETURNING update_time, revision
"""
_ROTATE: Final = """
UPDATE management_keys SET secret_hash = %(secret_hash)s,
    previous_secret_hash = CASE WHEN %(overlap)s::interval IS NOT NULL THEN secret_hash END,
    previous_secret_expire_time = now() + %(overlap)s::interval, update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND key_id = %(key_id)s
RETURNING update_time, revision, previous_secret_expire_time
"""
_REVOKE: Final = """
UPDATE management_keys SET revoke_time = now(), update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND key_id = %(key_id)s
RETURNING update_time, revision
"""


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a key; returns (create_time,)."""
    return database.row(_CREATE, values)


def update(database: Database, values: Mapping[str, Any]) -> Row:
    """Writes what can change of a locked key; returns (update_time, revision)."""
    return database.row(_UPDATE, values)


def rotate(database: Database, values: Mapping[str, Any]) -> Row:
    """Puts a new hash in the place of a locked key's present one, which stays valid for `overlap`
    (None: not at all); returns (update_time, revision, previous_secret_expire_time)."""
    return database.row(_ROTATE, values)


def revoke(database: Database, project_id: str, key_id: str) -> Row:
    """Ends a locked key; returns (update_time, revision)."""
    return database.row(_REVOKE, {"project_id": project_id, "key_id": key_id})


@cache
def _list_statement(after: bool, count: bool) -> str:
    return page_statement(
        K,
        list(KEY_COLUMNS.values()),
        [K.project_id == P.project_id],
        Order(K.create_time, "timestamptz", K.key_id),
        after=after,
        count=count,
    )


def list_keys(
    database: Database, parameters: Mapping[str, Any], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of the project's keys, oldest first, and the total if asked for; see `store.pages`."""
    statement = _list_statement("after_id" in parameters, count)
    return fetch_page(database, statement, parameters, count=count)
