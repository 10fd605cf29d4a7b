"""The declarations of custom attributes. A row is the tuple of `ATTRIBUTE_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from server.store.database import Database, Row
from server.store.models import CustomAttribute
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled, deletion

A: Final = CustomAttribute.alias("a")

ATTRIBUTE_COLUMNS: Final[dict[str, Any]] = {
    "custom_attribute_id": A.custom_attribute_id,
    "name": A.name,
    "display_name": A.display_name,
    "type": A.type,
    "options": A.options,
    "default_value": A.default_value,
    "required": A.required,
    "create_time": A.create_time,
    "update_time": A.update_time,
    "revision": A.revision,
}

_BY_ID = A.select(*ATTRIBUTE_COLUMNS.values()).where(
    A.project_id == P.project_id, A.custom_attribute_id == P.custom_attribute_id
)
_GET: Final = compiled(_BY_ID)
_LOCK: Final = compiled(_BY_ID.for_update())
_ALL: Final = compiled(A.select(*ATTRIBUTE_COLUMNS.values()).where(A.project_id == P.project_id))

# What a change of a user relies on stays as it is until the transaction ends: neither deleted, nor renamed,
# nor robbed of an option. A lock waits for such a change and then sees what came of it; the rest is read
# without one, so that users are not written one after another.
_TOUCHED: Final = "name = ANY(%(names)s::text[]) OR %(defaults)s AND default_value IS NOT NULL"
_HELD: Final = f"""
WITH held AS (
    SELECT {", ".join(ATTRIBUTE_COLUMNS)} FROM custom_attributes
    WHERE project_id = %(project_id)s AND ({_TOUCHED})
    FOR KEY SHARE
)
SELECT * FROM held
UNION ALL
SELECT {", ".join(ATTRIBUTE_COLUMNS)} FROM custom_attributes
WHERE project_id = %(project_id)s AND NOT ({_TOUCHED})
"""


def get(database: Database, project_id: str, attribute_id: str) -> Row | None:
    """The attribute with this id."""
    return database.one(_GET, {"project_id": project_id, "custom_attribute_id": attribute_id})


def lock(database: Database, project_id: str, attribute_id: str) -> Row | None:
    """The same, locked until the transaction ends."""
    return database.one(_LOCK, {"project_id": project_id, "custom_attribute_id": attribute_id})


def all_of(database: Database, project_id: str) -> list[Row]:
    """Every attribute of the project."""
    return database.all(_ALL, {"project_id": project_id})


def hold(database: Database, project_id: str, names: list[str], *, defaults: bool) -> list[Row]:
    """The same; those with these names, and with `defaults` those that have one, are held so until the
    transaction ends."""
    return database.all(_HELD, {"project_id": project_id, "names": names, "defaults": defaults})


# Creations come one after another, so that two cannot both be the last that fits. A statement sees what was
# there when it began, before it waited for a lock: the lock and the count have to be two.
_LOCK_PROJECT: Final = "SELECT FROM projects WHERE project_id = %(project_id)s FOR NO KEY UPDATE"
_CREATE: Final = """
INSERT INTO custom_attributes (project_id, custom_attribute_id, name, display_name, type, options,
    default_value, required)
VALUES (%(project_id)s, %(custom_attribute_id)s, %(name)s, %(display_name)s, %(type)s, %(options)s,
    %(default_value)s, %(required)s)
RETURNING create_time, (SELECT count(*) FROM custom_attributes WHERE project_id = %(project_id)s)
"""
_UPDATE: Final = """
UPDATE custom_attributes SET name = %(name)s, display_name = %(display_name)s, options = %(options)s,
    default_value = %(default_value)s, required = %(required)s,
    update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND custom_attribute_id = %(custom_attribute_id)s
RETURNING update_time, revision
"""
_IN_USE: Final = """
SELECT option FROM unnest(%(options)s::text[]) AS option
WHERE EXISTS (
    SELECT FROM user_attributes
    WHERE project_id = %(project_id)s AND custom_attribute_id = %(custom_attribute_id)s
        AND text_value = option)
LIMIT 1
"""


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts an attribute; returns (create_time, how many others the project has)."""
    database.execute(_LOCK_PROJECT, values)
    return database.row(_CREATE, values)


def update(database: Database, values: Mapping[str, Any]) -> Row:
    """Writes what can change of a locked attribute; returns (update_time, revision)."""
    return database.row(_UPDATE, values)


def option_in_use(database: Database, project_id: str, attribute_id: str, options: list[str]) -> str | None:
    """One of these options that a user has, if there is one."""
    values = {"project_id": project_id, "custom_attribute_id": attribute_id, "options": options}
    row = database.one(_IN_USE, values)
    return None if row is None else row[0]


_DELETE: Final = deletion(
    CustomAttribute,
    CustomAttribute.project_id == P.project_id,
    CustomAttribute.custom_attribute_id == P.custom_attribute_id,
)


def delete(database: Database, project_id: str, attribute_id: str) -> None:
    """Deletes a locked attribute with every user's values."""
    database.execute(_DELETE, {"project_id": project_id, "custom_attribute_id": attribute_id})


@cache
def _list_statement(after: bool, count: bool) -> str:
    return page_statement(
        A,
        list(ATTRIBUTE_COLUMNS.values()),
        [A.project_id == P.project_id],
        Order(A.name, "text", A.custom_attribute_id),
        after=after,
        count=count,
    )


def list_attributes(
    database: Database, parameters: Mapping[str, Any], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of attributes in alphabetical order, and the total if asked for; see `store.pages`."""
    statement = _list_statement("after_id" in parameters, count)
    return fetch_page(database, statement, parameters, count=count)
