"""Sessions. A row of a session is the tuple of `SESSION_COLUMNS`, in their order.

A session that is over has no row, or one that is past its time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from peewee import SQL, fn

from server.store.applied_actions import PREVENTIONS
from server.store.database import Database, Row
from server.store.models import Session
from server.store.pages import Order, page_statement
from server.store.statements import P, compiled
from server.store.users import REFERENCES, USER_COLUMNS, U

S: Final = Session.alias("s")

SESSION_COLUMNS: Final[dict[str, Any]] = {
    "session_id": S.session_id,
    "user_id": S.user_id,
    "methods": S.methods,
    "ip_address": S.ip_address,
    "user_agent": S.user_agent,
    "custom_claims": S.custom_claims,
    "create_time": S.create_time,
    "refresh_time": S.refresh_time,
    "expire_time": S.expire_time,
}

_LASTS: Final = S.expire_time > fn.now()

# -- beginning ---------------------------------------------------------------------------------

_STANDING: Final = compiled(
    U.select(*USER_COLUMNS.values(), PREVENTIONS).where(U.project_id == P.project_id, U.user_id == P.user_id)
)


def standing(database: Database, project_id: str, user_id: str) -> Row | None:
    """The user with this id; behind the columns of `store.users` what prevents a sign-in."""
    return database.one(_STANDING, {"project_id": project_id, "user_id": user_id})


_BEGIN: Final = """
WITH recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    VALUES (%(project_id)s, %(event_id)s, 'session.started', %(user_id)s, %(key_id)s, %(call_id)s, %(data)s)
)
INSERT INTO sessions (
    project_id, session_id, user_id, refresh_hash, methods, ip_address, user_agent, end_time, expire_time)
VALUES (
    %(project_id)s, %(session_id)s, %(user_id)s, %(refresh_hash)s, %(methods)s, %(ip_address)s,
    %(user_agent)s, now() + make_interval(secs => %(session_seconds)s),
    now() + make_interval(secs => least(%(session_seconds)s, %(idle_seconds)s)))
RETURNING expire_time
"""


def begin(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a session with its event; returns (expire_time,)."""
    return database.row(_BEGIN, values)


# -- lasting -----------------------------------------------------------------------------------

# Whether the token is the present one, and whether it was replaced a moment ago.
_PRESENT: Final = S.refresh_hash == P.refresh_hash
_LATELY: Final = SQL("""coalesce("s"."previous_refresh_hash" = %(refresh_hash)s, false)
    AND "s"."refresh_time" > now() - make_interval(secs => %(leeway)s)""")
_TO_REFRESH: Final = compiled(
    U.select(
        *USER_COLUMNS.values(), PREVENTIONS, _PRESENT, _LATELY, S.methods, S.custom_claims, S.expire_time
    )
    .join(S, on=(S.project_id == U.project_id) & (S.user_id == U.user_id))
    .where(U.project_id == P.project_id, S.project_id == P.project_id, S.session_id == P.session_id, _LASTS)
)
_REFRESH: Final = """
UPDATE sessions SET refresh_hash = %(next_hash)s, previous_refresh_hash = refresh_hash, refresh_time = now(),
    ip_address = %(ip_address)s, user_agent = %(user_agent)s,
    expire_time = least(end_time, now() + make_interval(secs => %(idle_seconds)s))
WHERE project_id = %(project_id)s AND session_id = %(session_id)s AND refresh_hash = %(refresh_hash)s
    AND expire_time > now()
RETURNING custom_claims, expire_time
"""


def to_refresh(database: Database, values: Mapping[str, Any]) -> Row | None:
    """The user of a session that lasts; behind the columns of `standing`: whether the token with this
    `refresh_hash` is the present one, whether it was replaced within `leeway` seconds, methods,
    custom_claims, expire_time. `values`: project_id, session_id, refresh_hash, leeway."""
    return database.one(_TO_REFRESH, values)


def refresh(database: Database, values: Mapping[str, Any]) -> Row | None:
    """Replaces the present token by that with the hash `next_hash`; returns (custom_claims, expire_time).
    None if it is not the present one (any more)."""
    return database.one(_REFRESH, values)


_USER: Final = compiled(
    S.select(S.user_id).where(S.project_id == P.project_id, S.session_id == P.session_id, _LASTS)
)


def user_of(database: Database, project_id: str, session_id: str) -> str | None:
    """The id of the user of a session that lasts."""
    row = database.one(_USER, {"project_id": project_id, "session_id": session_id})
    return None if row is None else row[0]


_LOCK: Final = compiled(
    S.select(S.methods, S.custom_claims, S.expire_time, S.user_id)
    .where(S.project_id == P.project_id, S.session_id == P.session_id, _LASTS)
    .for_update()
)
_SET_CLAIMS: Final = """
UPDATE sessions SET custom_claims = %(custom_claims)s
WHERE project_id = %(project_id)s AND session_id = %(session_id)s
"""


def lock(database: Database, project_id: str, session_id: str) -> Row | None:
    """(methods, custom_claims, expire_time, user_id) of a session that lasts, locked until the transaction
    ends."""
    return database.one(_LOCK, {"project_id": project_id, "session_id": session_id})


def set_claims(database: Database, project_id: str, session_id: str, claims: str) -> None:
    """Writes the custom claims, JSON, of a locked session."""
    values = {"project_id": project_id, "session_id": session_id, "custom_claims": claims}
    database.execute(_SET_CLAIMS, values)


# -- ending: always with an event for each user whose sessions end -----------------------------

_TOLD: Final = 100
"""Sessions that an event names; of more it tells the number."""

# What was to last, that is: nobody is told that sessions end whose time was over.
_RECORDED: Final = f"""recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    SELECT project_id, gen_random_uuid(), %(type)s, user_id, %(key_id)s, %(call_id)s,
        jsonb_build_object('cause', %(cause)s::text, 'count', count(*),
            'session_ids', to_jsonb((array_agg(session_id ORDER BY create_time DESC, session_id))[:{_TOLD}]))
    FROM gone WHERE expire_time > now() GROUP BY project_id, user_id
)"""
_RETURNED: Final = "RETURNING s.project_id, s.user_id, s.session_id, s.create_time, s.expire_time"
_COUNT: Final = "SELECT count(*) FROM gone WHERE expire_time > now()"

_END_OF_USERS: Final = f"""
WITH gone AS (
    DELETE FROM sessions AS s
    USING unnest(%(project_ids)s::uuid[], %(user_ids)s::uuid[]) AS u (project_id, user_id)
    WHERE s.project_id = u.project_id AND s.user_id = u.user_id
    {_RETURNED}
), {_RECORDED}
{_COUNT}
"""
_SIGN_OUT: Final = {
    False: f"""
WITH gone AS (
    DELETE FROM sessions AS s WHERE project_id = %(project_id)s AND session_id = %(session_id)s
    {_RETURNED}
), {_RECORDED}
{_COUNT}
""",
    True: f"""
WITH gone AS (
    DELETE FROM sessions AS s WHERE project_id = %(project_id)s AND user_id = (
        SELECT user_id FROM sessions WHERE project_id = %(project_id)s AND session_id = %(session_id)s)
    {_RETURNED}
), {_RECORDED}
{_COUNT}
""",
}
# It may have become the present token, or the one before, at this moment.
_END_OF_REUSED: Final = f"""
WITH gone AS (
    DELETE FROM sessions AS s WHERE project_id = %(project_id)s AND session_id = %(session_id)s
        AND refresh_hash <> %(refresh_hash)s AND NOT ({compiled(_LATELY)})
    {_RETURNED}
), {_RECORDED}
{_COUNT}
"""


def end_of_users(database: Database, values: Mapping[str, Any]) -> int:
    """Ends all sessions of these users, of any projects; returns how many lasted. `values`: project_ids,
    user_ids, key_id, call_id, type, cause."""
    return int(database.row(_END_OF_USERS, values)[0])


def sign_out(database: Database, values: Mapping[str, Any], *, everywhere: bool) -> None:
    """Ends a session or, `everywhere`, all of its user's. `values`: project_id, session_id, key_id, call_id,
    type, cause."""
    database.execute(_SIGN_OUT[everywhere], values)


def end_reused(database: Database, values: Mapping[str, Any]) -> bool:
    """Ends a session of which a token was used that was replaced before. `values`: as for `sign_out` and
    `to_refresh`. False if it is not so: the session has ended, or the token was replaced just now."""
    return bool(database.row(_END_OF_REUSED, values)[0])


# -- of a user ---------------------------------------------------------------------------------


def _found(reference: str) -> str:
    return compiled(U.select(U.user_id).where(U.project_id == P.project_id, REFERENCES[reference]))


@cache
def _revoke_statement(reference: str) -> str:
    return f"""
WITH found AS ({_found(reference)}), gone AS (
    DELETE FROM sessions AS s USING found
    WHERE s.project_id = %(project_id)s AND s.user_id = found.user_id
        AND (%(session_ids)s::uuid[] = '{{}}' OR s.session_id = ANY(%(session_ids)s::uuid[]))
    {_RETURNED}
), {_RECORDED}
SELECT ({_COUNT}) FROM found
"""


def revoke(
    database: Database, reference: str, session_ids: Sequence[str], values: Mapping[str, Any]
) -> int | None:
    """Ends these sessions, or without any all, of the user whom `reference` with the folded `key` names;
    returns how many lasted. None if there is no such user. `values`: project_id, key, key_id, call_id, type,
    cause."""
    row = database.one(_revoke_statement(reference), {**values, "session_ids": list(session_ids)})
    return None if row is None else row[0]


@cache
def _list_statement(reference: str, after: bool) -> str:
    page = page_statement(
        S,
        list(SESSION_COLUMNS.values()),
        [S.project_id == P.project_id, SQL('"s"."user_id" = (SELECT user_id FROM found)'), _LASTS],
        Order(S.create_time, "timestamptz", S.session_id, descending=True),
        after=after,
        count=False,
    )
    # No row at all tells that there is no such user; one of nulls, that there is nothing on the page.
    return f"WITH found AS ({_found(reference)}) SELECT page.* FROM found LEFT JOIN ({page}) AS page ON true"


def list_sessions(database: Database, reference: str, parameters: Mapping[str, Any]) -> list[Row] | None:
    """A page of the sessions, newest first, of the user whom `reference` with the folded `key` names; see
    `store.pages`. None if there is no such user."""
    found = database.all(_list_statement(reference, "after_id" in parameters), parameters)
    return None if not found else [row for row in found if row[0] is not None]
