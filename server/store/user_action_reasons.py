"""Reasons of user actions. A row of one is the tuple of `REASON_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from server.store.database import Database, Row
from server.store.models import UserActionReason
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled, deletion

R: Final = UserActionReason.alias("r")

REASON_COLUMNS: Final[dict[str, Any]] = {
    "reason_id": R.reason_id,
    "code": R.code,
    "text": R.text,
    "localized_texts": R.localized_texts,
    "create_time": R.create_time,
    "update_time": R.update_time,
    "revision": R.revision,
}

_FOUND = R.select(*REASON_COLUMNS.values()).where(R.project_id == P.project_id, R.reason_id == P.reason_id)
_GET: Final = compiled(_FOUND)
_LOCK: Final = compiled(_FOUND.for_update())


def get(database: Database, project_id: str, reason_id: str) -> Row | None:
    """The reason with this id."""
    return database.one(_GET, {"project_id": project_id, "reason_id": reason_id})


def lock(database: Database, project_id: str, reason_id: str) -> Row | None:
    """The same, locked until the transaction ends."""
    return database.one(_LOCK, {"project_id": project_id, "reason_id": reason_id})


_CREATE: Final = """
INSERT INTO user_action_reasons (project_id, reason_id, code, code_key, text, localized_texts)
VALUES (%(project_id)s, %(reason_id)s, %(code)s, %(code_key)s, %(text)s, %(localized_texts)s)
RETURNING create_time
"""
_UPDATE: Final = """
UPDATE user_action_reasons SET code = %(code)s, code_key = %(code_key)s, text = %(text)s,
    localized_texts = %(localized_texts)s, update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND reason_id = %(reason_id)s
RETURNING update_time, revision
"""
_DELETE: Final = deletion(
    UserActionReason, UserActionReason.project_id == P.project_id, UserActionReason.reason_id == P.reason_id
)


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a reason; returns (create_time,)."""
    return database.row(_CREATE, values)


def update(database: Database, values: Mapping[str, Any]) -> Row:
    """Writes every column of a locked reason; returns (update_time, revision)."""
    return database.row(_UPDATE, values)


def delete(database: Database, project_id: str, reason_id: str) -> None:
    """Deletes a locked reason."""
    database.execute(_DELETE, {"project_id": project_id, "reason_id": reason_id})


_LISTS: Final = {
    (after, count): page_statement(
        R,
        list(REASON_COLUMNS.values()),
        [R.project_id == P.project_id],
        Order(R.code_key, "text", R.reason_id),
        after=after,
        count=count,
    )
    for after in (False, True)
    for count in (False, True)
}


def list_reasons(
    database: Database, parameters: Mapping[str, Any], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of the reasons, in the alphabetical order of their codes, and the total if asked for; see
    `store.pages`."""
    return fetch_page(database, _LISTS["after_id" in parameters, count], parameters, count=count)
