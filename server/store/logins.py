"""The record of attempts to sign in. A row of one is the tuple of `LOGIN_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from server.store.database import Database, Row
from server.store.models import Login
from server.store.pages import Order, page_statement
from server.store.statements import P
from server.store.user_pages import FOUND, fetch_user_page, of_user

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
INSERT INTO logins (
    project_id, login_record_id, user_id, create_time, ip_address, user_agent, method, outcome, session_id)
SELECT %(project_id)s, %(login_record_id)s::uuid, user_id, clock_timestamp(), %(ip_address)s, %(user_agent)s,
    %(method)s, %(outcome)s, %(session_id)s::uuid
FROM users WHERE project_id = %(project_id)s AND user_id = %(user_id)s
"""
# Of one who has signed in before, but never from there.
_FROM_ELSEWHERE: Final = """
SELECT coalesce(NOT bool_or(ip_address = %(ip_address)s AND user_agent = %(user_agent)s), false)
FROM logins WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND outcome = 'SUCCEEDED'
"""


def record(database: Database, values: Mapping[str, Any]) -> None:
    """Records an attempt. One of nobody (`user_id` None) costs nearly the same, and leaves nothing."""
    database.execute(_INSERT, values)


def from_elsewhere(
    database: Database, project_id: str, user_id: str, ip_address: str, user_agent: str
) -> bool:
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
        [_L.project_id == P.project_id, _L.user_id == FOUND],
        Order(_L.create_time, "timestamptz", _L.login_record_id, descending=True),
        after=after,
        count=False,
    )
    return of_user(page, reference)


def list_logins(database: Database, reference: str, parameters: Mapping[str, Any]) -> list[Row] | None:
    """A page of the attempts of the user whom `reference` with the folded `key` names, the newest first; see
    `store.pages`. None if there is no such user."""
    statement = _list_statement(reference, "after_id" in parameters)
    return fetch_user_page(database, statement, parameters)
