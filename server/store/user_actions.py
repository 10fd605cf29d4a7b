"""Definitions of user actions. A row of one is the tuple of `ACTION_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from server.store.database import Database, Row
from server.store.models import UserAction
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled, deletion

A: Final = UserAction.alias("a")

ACTION_COLUMNS: Final[dict[str, Any]] = {
    name: getattr(A, name)
    for name in (
        "user_action_id",
        "name",
        "localized_names",
        "temporal",
        "prevent_login",
        "send_end_event",
        "options",
        "start_email_template_id",
        "modify_email_template_id",
        "cancel_email_template_id",
        "end_email_template_id",
        "include_email_in_event",
        "user_emailing_enabled",
        "user_notifications_enabled",
        "active",
        "create_time",
        "update_time",
        "revision",
    )
}

_FOUND = A.select(*ACTION_COLUMNS.values()).where(
    A.project_id == P.project_id, A.user_action_id == P.user_action_id
)
_GET: Final = compiled(_FOUND)
# Nothing can be applied of a locked one, for that refers to it.
_LOCK: Final = compiled(_FOUND.for_update())


def get(database: Database, project_id: str, user_action_id: str) -> Row | None:
    """The definition with this id."""
    return database.one(_GET, {"project_id": project_id, "user_action_id": user_action_id})


def lock(database: Database, project_id: str, user_action_id: str) -> Row | None:
    """The same, locked until the transaction ends."""
    return database.one(_LOCK, {"project_id": project_id, "user_action_id": user_action_id})


_KEPT: Final = ("user_action_id", "active", "create_time", "update_time", "revision")
_SET: Final = (*(name for name in ACTION_COLUMNS if name not in _KEPT), "name_key")
_CREATE: Final = f"""
INSERT INTO user_actions (project_id, user_action_id, {", ".join(_SET)})
VALUES (%(project_id)s, %(user_action_id)s, {", ".join(f"%({name})s" for name in _SET)})
RETURNING create_time
"""
_UPDATE: Final = f"""
UPDATE user_actions SET {", ".join(f"{name} = %({name})s" for name in _SET)}, active = %(active)s,
    update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND user_action_id = %(user_action_id)s
RETURNING update_time, revision
"""
_ERASE: Final = deletion(
    UserAction, UserAction.project_id == P.project_id, UserAction.user_action_id == P.user_action_id
)


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a definition; returns (create_time,)."""
    return database.row(_CREATE, values)


def update(database: Database, values: Mapping[str, Any]) -> Row:
    """Writes every column of a locked definition; returns (update_time, revision)."""
    return database.row(_UPDATE, values)


def erase(database: Database, project_id: str, user_action_id: str) -> None:
    """Deletes a locked definition with all that was applied of it."""
    database.execute(_ERASE, {"project_id": project_id, "user_action_id": user_action_id})


# Definitions are few: batches of them come one after another in a project, so that no two wait for each
# other.
_TAKE_TURN: Final = "SELECT FROM projects WHERE project_id = %(project_id)s FOR NO KEY UPDATE"
_HOLDERS: Final = """
SELECT user_action_id FROM user_actions
WHERE project_id = %(project_id)s
    AND (user_action_id = %(user_action_id)s::uuid OR (active AND name_key = %(name_key)s))
ORDER BY user_action_id = %(user_action_id)s::uuid DESC NULLS LAST
"""


def take_turn(database: Database, project_id: str) -> None:
    """Returns when no other transaction has had its turn in the project and still goes on."""
    database.execute(_TAKE_TURN, {"project_id": project_id})


def holders(database: Database, project_id: str, user_action_id: str | None, name_key: str) -> list[str]:
    """The ids of the definitions that have this id, or are active and have this folded name; the former
    first."""
    values = {"project_id": project_id, "user_action_id": user_action_id, "name_key": name_key}
    return [row[0] for row in database.all(_HOLDERS, values)]


_STATES: Final[dict[str, list[Any]]] = {"ACTIVE": [A.active], "INACTIVE": [~A.active], "ALL": []}


@cache
def _list_statement(states: str, after: bool, count: bool) -> str:
    return page_statement(
        A,
        list(ACTION_COLUMNS.values()),
        [A.project_id == P.project_id, *_STATES[states]],
        Order(A.name_key, "text", A.user_action_id),
        after=after,
        count=count,
    )


def list_actions(
    database: Database, states: str, parameters: Mapping[str, Any], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of the definitions that are ACTIVE, INACTIVE, or of ALL, in alphabetical order, and the total if
    asked for; see `store.pages`."""
    return fetch_page(
        database, _list_statement(states, "after_id" in parameters, count), parameters, count=count
    )
