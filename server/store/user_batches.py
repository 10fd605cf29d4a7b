"""Many users at once: every step is one statement, whatever their number.

Rows come as JSON, which costs the database nothing more than arrays would, and the caller a third.
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

# What new users hold: the table, and the columns of a row beside the project, with their types.
_HELD: Final = {
    "login_ids": ("login_ids", {"user_id": "uuid", "login_id_key": "text"}),
    "roles": ("user_roles", {"user_id": "uuid", "role_id": "uuid", "expire_time": "timestamptz"}),
    "tenants": ("user_tenants", {"user_id": "uuid", "tenant_id": "uuid"}),
    "tenant_roles": (
        "user_tenant_roles",
        {"user_id": "uuid", "tenant_id": "uuid", "role_id": "uuid", "expire_time": "timestamptz"},
    ),
    "applications": ("user_applications", {"user_id": "uuid", "application_id": "uuid"}),
    "attributes": (
        "user_attributes",
        {
            "user_id": "uuid",
            "custom_attribute_id": "uuid",
            "position": "smallint",
            "text_value": "text",
            "number_value": "double precision",
        },
    ),
    "passwords": ("passwords", {"user_id": "uuid", "hash": "text", "temporary": "boolean"}),
}


def _recordset(parameter: str, columns: Mapping[str, str]) -> str:
    typed = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
    return f"json_to_recordset(%({parameter})s::json) AS asked ({typed})"


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
_CREATE: Final = f"""
INSERT INTO users (project_id, {_NAMES})
SELECT %(project_id)s, {_SELECTED} FROM {_recordset("users", USER_COLUMNS)}
ON CONFLICT DO NOTHING
RETURNING user_id
"""


def create(database: Database, project_id: str, users: str) -> list[str]:
    """Inserts those users whose identifiers, but for login ids, are free, and returns their ids. `users`: the
    rows of `USER_COLUMNS` as JSON."""
    return [row[0] for row in database.all(_CREATE, {"project_id": project_id, "users": users})]


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


_RECORDED: Final = """recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    SELECT %(project_id)s, asked.event_id, 'user.created', user_id, %(key_id)s::uuid, %(call_id)s, data
    FROM json_to_recordset(%(events)s::json) AS asked (event_id uuid, user_id uuid, data jsonb)
)"""


def _insertion(kind: str) -> str:
    table, columns = _HELD[kind]
    names = ", ".join(columns)
    taken = " ON CONFLICT DO NOTHING RETURNING true" if kind == "login_ids" else ""
    return f"""put_{kind} AS (
    INSERT INTO {table} (project_id, {names})
    SELECT %(project_id)s, {names} FROM {_recordset(kind, columns)}{taken})"""


@cache
def _endowment(kinds: frozenset[str]) -> str:
    parts = [_RECORDED, *(_insertion(kind) for kind in _HELD if kind in kinds)]
    counted = "count(*) FROM put_login_ids" if "login_ids" in kinds else "0"
    return f"WITH {', '.join(parts)} SELECT {counted}"


KINDS: Final = ("events", *_HELD)
"""What rows new users can have beside their own."""


def endow(database: Database, values: Mapping[str, Any], texts: Mapping[str, str]) -> int:
    """Inserts what new users hold, and the events of their creation; returns the number of login ids that
    were free.

    `values`: project_id, key_id, call_id; `texts`: the rows as JSON, by those of `KINDS` that there are.
    """
    return int(database.row(_endowment(frozenset(texts)), {**values, **texts})[0])


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


_DEFAULT_ROLES: Final = """
SELECT role_id, name, permissions FROM roles WHERE project_id = %(project_id)s AND "default" FOR KEY SHARE
"""


def default_roles(database: Database, project_id: str) -> list[Row]:
    """(role_id, name, permissions) of the roles that every new user has; they stay until the transaction
    ends."""
    return database.all(_DEFAULT_ROLES, {"project_id": project_id})


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
