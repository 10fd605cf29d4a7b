"""Many users at once: every step is one statement, whatever their number.

Rows come as JSON, which costs the database nothing more than arrays would, and the caller a third. Those with
JSON among their values are read as `jsonb`, which takes such a value over as it is; the others hold arrays of
ids, which are read sooner from `json`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from server.store.database import Database, Row

USER_COLUMNS: Final = {
    "user_id": "uuid",
    "login_ids": "text[]",
    "email": "text",
    "email_key": "text",
    "email_verified": "boolean",
    "phone_number": "text",
    "phone_number_verified": "boolean",
    "given_name": "text",
    "family_name": "text",
    "family_name_key": "text",
    "middle_name": "text",
    "display_name": "text",
    "picture": "text",
    "locale": "text",
    "zoneinfo": "text",
    "status": "text",
    "blocked": "boolean",
    "metadata": "jsonb",
    "test": "boolean",
    "expire_time": "timestamptz",
    "create_time": "timestamptz",
    "last_login_time": "timestamptz",
    "search_text": "text",
}
"""The columns that a new user is given, with their types."""

BESIDE: Final = {"hash": "text", "temporary": "boolean", "event_id": "uuid", "data": "jsonb"}
"""What a row of a new user tells beside its columns: its password, if it has one, and the event of its
creation."""

# What new users hold: the table, and the columns of a row beside project and user, with their types. A row
# names all users who have the same.
_HELD: Final = {
    "login_ids": ("login_ids", {"login_id_key": "text"}),
    "roles": ("user_roles", {"role_id": "uuid", "expire_time": "timestamptz"}),
    "tenants": ("user_tenants", {"tenant_id": "uuid"}),
    "tenant_roles": (
        "user_tenant_roles",
        {"tenant_id": "uuid", "role_id": "uuid", "expire_time": "timestamptz"},
    ),
    "applications": ("user_applications", {"application_id": "uuid"}),
    "attributes": (
        "user_attributes",
        {
            "custom_attribute_id": "uuid",
            "position": "smallint",
            "text_value": "text",
            "number_value": "double precision",
        },
    ),
}


def _recordset(parameter: str, columns: Mapping[str, str], form: str = "json") -> str:
    typed = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
    return f"{form}_to_recordset(%({parameter})s::{form}) AS asked ({typed})"


_NAMES: Final = ", ".join(USER_COLUMNS)
# A row need not tell what is absent.
_ABSENT: Final = {"text": "''", "boolean": "false", "text[]": "'{}'"}
_SELECTED: Final = ", ".join(
    "coalesce(create_time, now())"
    if name == "create_time"
    else f"coalesce({name}, {_ABSENT[sql_type]})"
    if sql_type in _ABSENT
    else name
    for name, sql_type in USER_COLUMNS.items()
)
_CREATED: Final = f"""asked AS (
    SELECT * FROM {_recordset("users", USER_COLUMNS | BESIDE, "jsonb")}
), created AS (
    INSERT INTO users (project_id, {_NAMES})
    SELECT %(project_id)s, {_SELECTED} FROM asked
    ON CONFLICT DO NOTHING
    RETURNING user_id
), recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    SELECT %(project_id)s, event_id, 'user.created', user_id, %(key_id)s::uuid, %(call_id)s, data
    FROM asked JOIN created USING (user_id)
), put_passwords AS (
    INSERT INTO passwords (project_id, user_id, hash, temporary)
    SELECT %(project_id)s, user_id, hash, coalesce(temporary, false)
    FROM asked JOIN created USING (user_id) WHERE hash IS NOT NULL
)"""


def _insertion(kind: str) -> str:
    table, columns = _HELD[kind]
    names = ", ".join(columns)
    # What a user holds lies together. All batches take login ids in the same order, so that no two wait for
    # each other.
    ending = "user_id"
    if kind == "login_ids":
        ending = 'login_id_key COLLATE "C" ON CONFLICT DO NOTHING RETURNING true'
    return f"""put_{kind} AS (
    INSERT INTO {table} (project_id, user_id, {names})
    SELECT %(project_id)s, user_id, {names}
    FROM {_recordset(kind, columns | {"user_ids": "uuid[]"})}, unnest(user_ids) AS of_user (user_id)
    JOIN created USING (user_id) ORDER BY {ending})"""


@cache
def _creation(kinds: frozenset[str]) -> str:
    parts = [_CREATED, *(_insertion(kind) for kind in _HELD if kind in kinds)]
    free = "count(*) FROM put_login_ids" if "login_ids" in kinds else "0"
    return f"WITH {', '.join(parts)} SELECT (SELECT array_agg(user_id) FROM created), (SELECT {free})"


HELD: Final = {kind: tuple(columns) for kind, (_, columns) in _HELD.items()}
"""What rows there can be of what new users hold, and their columns."""


def create(
    database: Database, values: Mapping[str, Any], users: str, held: Mapping[str, str]
) -> tuple[Sequence[str], int]:
    """Inserts those users whose identifiers, but for login ids, are free, with what they hold, their
    passwords and an event each; returns their ids, and how many of their login ids were free.

    `values`: project_id, key_id, call_id; `users`: the rows as JSON, of `USER_COLUMNS` and `BESIDE`; `held`:
    likewise what they hold, by those kinds of `HELD` that there are, each row with the `user_ids` that it is
    of.
    """
    created, free = database.row(_creation(frozenset(held)), {**values, "users": users, **held})
    return created or (), free


# One of many is enough, and those who wait for each other for it could wait for other things as well.
_UNKNOWN: Final = """
SELECT CASE WHEN reltuples < 100 THEN pg_try_advisory_xact_lock(hashtext('roster.learn_size')) ELSE false END
FROM pg_class WHERE oid = 'users'::regclass
"""


def learn_size(database: Database) -> None:
    """Sees to it that PostgreSQL knows that the table of users is not empty, which otherwise it finds out
    within a minute or so: until then it looks for the owner of what is inserted in any index, and passes by
    all users."""
    if database.row(_UNKNOWN, {})[0]:
        database.execute("ANALYZE users", {})


_TAKEN: Final = """
SELECT 'user_id', user_id::text, user_id FROM users
WHERE project_id = %(project_id)s AND user_id = ANY(%(user_id)s::uuid[])
UNION ALL
SELECT 'email', email_key, user_id FROM users
WHERE project_id = %(project_id)s AND email_key = ANY(%(email)s::text[]) AND email_key <> ''
UNION ALL
SELECT 'phone_number', phone_number, user_id FROM users
WHERE project_id = %(project_id)s AND phone_number = ANY(%(phone_number)s::text[]) AND phone_number <> ''
UNION ALL
SELECT 'login_id', login_id_key, user_id FROM login_ids
WHERE project_id = %(project_id)s AND login_id_key = ANY(%(login_id)s::text[])
UNION ALL
SELECT 'session', session_id::text, user_id FROM sessions
WHERE project_id = %(project_id)s AND session_id = ANY(%(session)s::uuid[]) AND expire_time > now()
"""


def taken(database: Database, project_id: str, keys: Mapping[str, Sequence[str]]) -> list[Row]:
    """(kind, key, user_id) of those of these folded identifiers that users have, by kind: user_id, email,
    phone_number, login_id, session."""
    return database.all(_TAKEN, {"project_id": project_id, **keys}, prepare=False)


_LOCK: Final = """
SELECT user_id, email_key, phone_number, login_ids, locale FROM users
WHERE project_id = %(project_id)s AND user_id = ANY(%(user_ids)s::uuid[])
ORDER BY user_id FOR {strength}
"""
_LOCKS: Final = {True: _LOCK.format(strength="UPDATE"), False: _LOCK.format(strength="KEY SHARE")}


def lock(database: Database, project_id: str, user_ids: Sequence[str], *, alone: bool) -> list[Row]:
    """(user_id, email_key, phone_number, login_ids, locale) of those of these users who are there, locked in
    the order of their ids until the transaction ends; without `alone`, they can only not be deleted."""
    values = {"project_id": project_id, "user_ids": list(user_ids)}
    return database.all(_LOCKS[alone], values, prepare=False)


_DELETE: Final = """
WITH gone AS (
    DELETE FROM users WHERE project_id = %(project_id)s AND user_id = ANY(%(user_ids)s::uuid[])
    RETURNING user_id
), forgotten AS (
    UPDATE events SET data = NULL
    WHERE project_id = %(project_id)s AND subject_id = ANY(%(user_ids)s::uuid[]) AND data IS NOT NULL
), unanswered AS (
    UPDATE request_records SET response = ''
    WHERE project_id = %(project_id)s AND subject_id = ANY(%(user_ids)s::uuid[])
), recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    SELECT %(project_id)s, e.event_id, 'user.deleted', user_id, %(key_id)s::uuid, %(call_id)s, '{}'
    FROM gone
    JOIN unnest(%(user_ids)s::uuid[], %(event_ids)s::uuid[]) AS e (user_id, event_id) USING (user_id)
)
SELECT count(*) FROM gone
"""


def delete(database: Database, values: Mapping[str, Any]) -> None:
    """Deletes locked users, each with an event and without the personal data of former ones. `values`:
    project_id, key_id, call_id, user_ids, event_ids."""
    database.row(_DELETE, values)
