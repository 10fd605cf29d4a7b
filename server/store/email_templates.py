"""Email templates. A row of one is the tuple of `TEMPLATE_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from server.store.database import Database, Row
from server.store.models import EmailTemplate
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled, deletion

T: Final = EmailTemplate.alias("t")

TEMPLATE_COLUMNS: Final[dict[str, Any]] = {
    name: getattr(T, name)
    for name in (
        "email_template_id",
        "name",
        "content",
        "localized_contents",
        "create_time",
        "update_time",
        "revision",
    )
}

_FOUND = T.select(*TEMPLATE_COLUMNS.values()).where(
    T.project_id == P.project_id, T.email_template_id == P.email_template_id
)
_GET: Final = compiled(_FOUND)
# Nothing can begin to refer to a locked one: who does so holds it.
_LOCK: Final = compiled(_FOUND.for_update())
_HOLD: Final = """
SELECT email_template_id FROM email_templates
WHERE project_id = %(project_id)s AND email_template_id = ANY(%(email_template_ids)s::uuid[])
ORDER BY email_template_id FOR KEY SHARE
"""


def get(database: Database, project_id: str, email_template_id: str) -> Row | None:
    """The template with this id."""
    return database.one(_GET, {"project_id": project_id, "email_template_id": email_template_id})


def lock(database: Database, project_id: str, email_template_id: str) -> Row | None:
    """The same, locked until the transaction ends."""
    return database.one(_LOCK, {"project_id": project_id, "email_template_id": email_template_id})


def hold(database: Database, project_id: str, email_template_ids: Sequence[str]) -> set[str]:
    """Which of these templates there are; they cannot be deleted until the transaction ends."""
    values = {"project_id": project_id, "email_template_ids": list(email_template_ids)}
    return {row[0] for row in database.all(_HOLD, values)}


_CREATE: Final = """
INSERT INTO email_templates (project_id, email_template_id, name, name_key, content, localized_contents)
VALUES (%(project_id)s, %(email_template_id)s, %(name)s, %(name_key)s, %(content)s, %(localized_contents)s)
RETURNING create_time
"""
_UPDATE: Final = """
UPDATE email_templates SET name = %(name)s, name_key = %(name_key)s, content = %(content)s,
    localized_contents = %(localized_contents)s, update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND email_template_id = %(email_template_id)s
RETURNING update_time, revision
"""
_DELETE: Final = deletion(
    EmailTemplate,
    EmailTemplate.project_id == P.project_id,
    EmailTemplate.email_template_id == P.email_template_id,
)
_POLICY_USES: Final = """EXISTS (
    SELECT FROM jsonb_each_text(coalesce(settings->'email_policy', '{}')) AS set (field, value)
    WHERE field = ANY(%(fields)s) AND lower(value) = %(email_template_id)s)"""
_USED_BY: Final = f"""
SELECT (SELECT {_POLICY_USES} FROM projects WHERE project_id = %(project_id)s), (
    SELECT user_action_id FROM user_actions
    WHERE project_id = %(project_id)s AND %(email_template_id)s::uuid IN (
        start_email_template_id, modify_email_template_id, cancel_email_template_id, end_email_template_id)
    ORDER BY user_action_id LIMIT 1)
"""


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a template; returns (create_time,)."""
    return database.row(_CREATE, values)


def update(database: Database, values: Mapping[str, Any]) -> Row:
    """Writes every column of a locked template; returns (update_time, revision)."""
    return database.row(_UPDATE, values)


def used_by(database: Database, project_id: str, email_template_id: str, fields: Sequence[str]) -> Row:
    """(whether one of these fields of the project's email policy names a locked template, the id of a user
    action that does or None)."""
    values = {"project_id": project_id, "email_template_id": email_template_id, "fields": list(fields)}
    return database.row(_USED_BY, values)


def delete(database: Database, project_id: str, email_template_id: str) -> None:
    """Deletes a locked template."""
    database.execute(_DELETE, {"project_id": project_id, "email_template_id": email_template_id})


@cache
def _list_statement(after: bool, count: bool) -> str:
    return page_statement(
        T,
        list(TEMPLATE_COLUMNS.values()),
        [T.project_id == P.project_id],
        Order(T.name_key, "text", T.email_template_id),
        after=after,
        count=count,
    )


def list_templates(
    database: Database, parameters: Mapping[str, Any], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of templates in alphabetical order, and the total if asked for; see `store.pages`."""
    statement = _list_statement("after_id" in parameters, count)
    return fetch_page(database, statement, parameters, count=count)
