"""The record of attempts to sign in. A row of one is the tuple of `LOGIN_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from peewee import SQL

from server.store.database import Database, Row
from server.store.models import Login
from server.store.pages import Order, page_statement
from server.store.statements import P, compiled
from server.store.users import REFERENCES, U

_L: Final = Login.alias("l")

LOGIN_COLUMNS: Final[dict[str, Any]] = {
    name: getattr(_L, name)
    for name in (
        "login_record_id",
        "create_time",
        "ip_address",
        "user_agent",
        "method",
        "outcome",
        "session_id",
    )
}

_INSERT: Final = """
INSERT INTO logins (project_id, login_record_id, user_id, create_time, ip_address, user_agent, method, outcome,
    session_id)
SELECT %(project_id)s, %(login_record_id)s::uuid, user_id, clock_timestamp(), %(ip_address)s, %(user_agent)s,
    %(method)s, %(outcome)s, %(session_id)s::uuid
FROM users WHERE project_id = %(project_id)s AND user_id = %(user_id)s
"""
# Of one who has signed in before, but never from there.
_FROM_ELSEWHERE: Final = """
SELECT count(*) > 0 AND NOT coalesce(bool_or(ip_address = %(ip_address)s AND user_agent = %(user_agent)s), false)
FROM logins WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND outcome = 'SUCCEEDED'
"""


def record(database: Database, values: Mapping[str, Any]) -> None:
    """Records an attempt. One of nobody (`user_id` None) costs nearly the same, and leaves nothing."""
    database.execute(_INSERT, values)


def from_elsewhere(database: Database, project_id: str, user_id: str, ip_address: str, user_agent: str) -> bool:
    """Whether all sign-ins of the user that are on record, and there are some, came from elsewhere: from
    another address or user agent."""
    values = {
        "project_id": project_id,
        "user_id": user_id,
        "ip_address": ip_address,
        "user_agent": user_agent,
    }
    return bool(database.row(_FROM_ELSEWHERE, values)[0])


@cache
def _list_statement(reference: str, after: bool) -> str:
    page = page_statement(
        _L,
        list(LOGIN_COLUMNS.values()),
        [_L.project_id == P.project_id, SQL('"l"."user_id" = (SELECT user_id FROM found)')],
        Order(_L.create_time, "timestamptz", _L.login_record_id, descending=True),
        after=after,
        count=False,
    )
    user = compiled(U.select(U.user_id).where(U.project_id == P.project_id, REFERENCES[reference]))
    # No row at all tells that there is no such user; one of nulls, that there is nothing on the page.
    return f"WITH found AS ({user}) SELECT page.* FROM found LEFT JOIN ({page}) AS page ON true"


def list_logins(database: Database, reference: str, parameters: Mapping[str, Any]) -> list[Row] | None:
    """A page of the attempts of the user whom `reference` with the folded `key` names, the newest first; see
    `store.pages`. None if there is no such user."""
    found = database.all(_list_statement(reference, "after_id" in parameters), parameters)
    return [row for row in found if row[0] is not None] if found else None
