"""Projects. A row of a project is the tuple of `PROJECT_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from peewee import fn

from server.store.database import Database, Row
from server.store.models import TABLES, Project, User
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled, deletion

PR: Final = Project.alias("p")

PROJECT_COLUMNS: Final[dict[str, Any]] = {
    "project_id": PR.project_id,
    "display_name": PR.display_name,
    "settings": PR.settings,
    "create_time": PR.create_time,
    "update_time": PR.update_time,
    "revision": PR.revision,
}

_EXISTS: Final = PR.delete_time.is_null()
_GET_QUERY = PR.select(*PROJECT_COLUMNS.values()).where(PR.project_id == P.project_id, _EXISTS)
_GET: Final = compiled(_GET_QUERY)
_LOCK: Final = compiled(_GET_QUERY.for_update())


def get(database: Database, project_id: str) -> Row | None:
    """The project with this id."""
    return database.one(_GET, {"project_id": project_id})


def lock(database: Database, project_id: str) -> Row | None:
    """The same, locked until the transaction ends."""
    return database.one(_LOCK, {"project_id": project_id})


_ADMITTING: Final = compiled(
    PR.select(PR.page_token_key, PR.settings).where(PR.project_id == P.project_id, _EXISTS)
)


def admitting(database: Database, project_id: str) -> Row | None:
    """(page_token_key, settings) of the project: what a call in it needs to know."""
    return database.one(_ADMITTING, {"project_id": project_id})


_CREATE: Final = """
INSERT INTO projects (project_id, display_name, settings, page_token_key)
VALUES (%(project_id)s, %(display_name)s, %(settings)s, %(page_token_key)s)
RETURNING create_time
"""
_UPDATE: Final = """
UPDATE projects SET display_name = %(display_name)s, settings = %(settings)s,
    update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s
RETURNING update_time, revision
"""


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a project; returns (create_time,)."""
    return database.row(_CREATE, values)


def update(database: Database, values: Mapping[str, Any]) -> Row:
    """Writes every column of a locked project; returns (update_time, revision)."""
    return database.row(_UPDATE, values)


_A_USER: Final = compiled(User.select(User.user_id).where(User.project_id == P.project_id).limit(1))


def has_users(database: Database, project_id: str) -> bool:
    """Whether the project holds any user."""
    return database.one(_A_USER, {"project_id": project_id}) is not None


_TABLE_NAMES: Final = [table._meta.table_name for table in TABLES]  # noqa: SLF001 # Peewee's own word for it

# The database stops looking as soon as there are enough.
_ROWS: Final = " UNION ALL ".join(
    f"SELECT FROM {table} WHERE project_id = %(project_id)s" for table in _TABLE_NAMES
)
_SOME_ROWS: Final = f"SELECT count(*) FROM ({_ROWS} LIMIT %(limit)s) AS found"


def holds_more(database: Database, project_id: str, than: int) -> bool:
    """Whether the project holds more of everything together than so many rows."""
    return bool(database.row(_SOME_ROWS, {"project_id": project_id, "limit": than + 1})[0] > than)


# What refers to others goes before them.
_DELETES: Final = [deletion(table, table.project_id == P.project_id) for table in reversed(TABLES)]
_END: Final = "UPDATE projects SET delete_time = now() WHERE project_id = %(project_id)s"


def delete(database: Database, project_id: str) -> None:
    """Deletes a locked project with everything in it."""
    for statement in _DELETES:
        database.execute(statement, {"project_id": project_id})


def end(database: Database, project_id: str) -> None:
    """Makes a locked project cease to exist for everybody but `purge`."""
    database.execute(_END, {"project_id": project_id})


_ENDED: Final = """
SELECT FROM projects WHERE project_id = %(project_id)s AND delete_time IS NOT NULL FOR UPDATE
"""
_BATCH: Final = """
DELETE FROM {table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM {table} WHERE project_id = %(project_id)s LIMIT %(limit)s))
"""
_BATCHES: Final = [_BATCH.format(table=table) for table in reversed(_TABLE_NAMES)]


def purge(database: Database, project_id: str, limit: int) -> bool:
    """Deletes up to so many rows of a project that has ended, at last the project itself, and returns whether
    there was anything to delete."""
    values = {"project_id": project_id, "limit": limit}
    if database.one(_ENDED, values) is None:
        return False
    # The last table is that of projects: a batch of it is the project itself.
    return any(database.execute(statement, values) for statement in _BATCHES)


@cache
def _list_statement(everything: bool, after: bool, count: bool) -> str:
    return page_statement(
        PR,
        list(PROJECT_COLUMNS.values()),
        [_EXISTS] if everything else [_EXISTS, PR.project_id == fn.ANY(P("project_ids", "uuid[]"))],
        Order(PR.create_time, "timestamptz", PR.project_id),
        after=after,
        count=count,
    )


def list_projects(
    database: Database, project_ids: list[str] | None, parameters: Mapping[str, Any], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of the projects with these ids (None: of all projects), oldest first, and the total if
    asked for; see `store.pages`."""
    statement = _list_statement(project_ids is None, "after_id" in parameters, count)
    return fetch_page(database, statement, {**parameters, "project_ids": project_ids}, count=count)


_MISSING: Final = """
SELECT asked FROM unnest(%(project_ids)s::uuid[]) AS asked
WHERE NOT EXISTS (SELECT FROM projects WHERE project_id = asked AND delete_time IS NULL)
LIMIT 1
"""


def missing(database: Database, project_ids: list[str]) -> str | None:
    """One of these ids that no project has, if there is one."""
    row = database.one(_MISSING, {"project_ids": project_ids})
    return None if row is None else row[0]


_FIRST: Final = compiled(Project.select(Project.project_id).limit(1))


def any_project(database: Database) -> str | None:
    """The id of some project, if there is one."""
    row = database.one(_FIRST, {})
    return None if row is None else row[0]


def lock_all(database: Database) -> None:
    """Keeps others from making, changing or deleting any project until the transaction ends."""
    database.execute("LOCK TABLE projects IN SHARE ROW EXCLUSIVE MODE", {})
