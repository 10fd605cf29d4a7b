"""Fills a project with users who look like people, by set-based SQL: a million in well under two minutes.

The folded columns are made here in SQL; a sample of the users is compared with what the domain makes of them.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg

from scripts.benchmark.names import DOMAINS, FAMILY, GIVEN
from server.domain.identity import new_id
from server.domain.user import folded_columns
from server.store.user_search import EDGE

_BATCH: Final = 100_000
ROLES: Final = (
    ("Admin", ["invoices:read", "invoices:write", "settings:write", "users:read", "users:write"]),
    ("Editor", ["invoices:read", "invoices:write", "reports:read"]),
    ("Viewer", ["invoices:read", "reports:read"]),
    ("Support", ["tickets:read", "tickets:write", "users:read"]),
)

_ROLE: Final = """
INSERT INTO roles (project_id, role_id, name, name_key, description, permissions, "default")
VALUES (%(project_id)s, %(role_id)s, %(name)s::text, lower(%(name)s::text), '', %(permissions)s, false)
"""

# The n-th user: everything about it follows from n, so that runs can be compared. Steps that have no common
# divisor with the length of a list deal its entries evenly, and not in step with those of the other list.
_USERS: Final = """
WITH person AS (
    SELECT n,
        (now() - interval '2 years' + n * interval '20 seconds') AS create_time,
        %(given)s::text[] AS given, %(family)s::text[] AS family, %(domains)s::text[] AS domains
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
), named AS (
    SELECT n, create_time,
        given[1 + (n * 7919 + n / 211) %% cardinality(given)] AS given_name,
        family[1 + (n * 104729 + n / 307) %% cardinality(family)] AS family_name,
        domains[1 + n * 13 %% cardinality(domains)] AS domain
    FROM person
), addressed AS (
    SELECT *,
        lower(translate(given_name || '.' || family_name, 'éíöüë', 'eioue')) || n || '@' || domain AS email,
        CASE WHEN n %% 5 < 3 THEN '+4930' || (20000000 + n)::text ELSE '' END AS phone_number,
        CASE n %% 4 WHEN 0 THEN ARRAY[lower(left(given_name, 1) || family_name) || n] ELSE ARRAY[]::text[] END
            AS login_ids,
        (lpad(to_hex((extract(epoch FROM create_time) * 1000)::bigint), 12, '0')
            || '7' || left(md5('a' || n), 3) || '8' || left(md5('b' || n), 15))::uuid AS user_id
    FROM named
), created AS (
    INSERT INTO users (
        project_id, user_id, login_ids, email, email_key, email_verified, phone_number,
        phone_number_verified, given_name, family_name, family_name_key, middle_name, display_name, picture,
        locale, zoneinfo, status, metadata, test, create_time, update_time, search_text)
    SELECT %(project_id)s, user_id, login_ids, email, lower(email), n %% 10 < 7, phone_number, n %% 5 < 2,
        given_name, family_name, lower(family_name), '', given_name || ' ' || family_name,
        'https://img.example.com/u/' || n || '.png', 'en', 'Europe/Berlin',
        CASE n %% 20 WHEN 0 THEN 'INACTIVE' WHEN 1 THEN 'INVITED' ELSE 'ACTIVE' END,
        jsonb_build_object('plan', 'pro', 'seats', n %% 50), false, create_time, create_time,
        E'\\n' || (
            SELECT string_agg(
                CASE field WHEN '' THEN '' ELSE %(edge)s || lower(field) || %(edge)s END || E'\\n', ''
                ORDER BY place)
            FROM unnest(
                ARRAY[email, given_name, family_name, '', given_name || ' ' || family_name, phone_number]
                || login_ids) WITH ORDINALITY AS line (field, place))
    FROM addressed
), called AS (
    INSERT INTO login_ids (project_id, login_id_key, user_id)
    SELECT %(project_id)s, lower(login_id), user_id FROM addressed, unnest(login_ids) AS login_id
)
INSERT INTO user_roles (project_id, user_id, role_id)
SELECT %(project_id)s, user_id, (%(role_ids)s::uuid[])[1 + (n + k) %% %(roles)s]
FROM addressed, generate_series(1, 2) AS k
"""


def seed(connection: psycopg.Connection[Any], project_id: str, users: int) -> None:
    """Make roles and users, each with two of the roles, in a project that has none."""
    role_ids = _make_roles(connection, project_id)
    for first in range(1, users + 1, _BATCH):
        connection.execute(
            _USERS,
            {
                "project_id": project_id,
                "first": first,
                "last": min(first + _BATCH - 1, users),
                "given": list(GIVEN),
                "family": list(FAMILY),
                "domains": list(DOMAINS),
                "role_ids": role_ids,
                "edge": EDGE,
                "roles": len(role_ids),
            },
        )
    # What autovacuum would do in its own time; it also merges what the search index has put off.
    connection.execute("VACUUM (ANALYZE) users, user_roles, login_ids, roles")
    connection.execute("CHECKPOINT")
    _check_folding(connection, project_id)


def sample(connection: psycopg.Connection[Any], count: int) -> list[str]:
    """Ids of no more than `count` users from all over the table, the same ones each time."""
    return _some(connection, "user_id::text", count)


def emails(connection: psycopg.Connection[Any], count: int) -> list[str]:
    """As `sample`, but email addresses."""
    return _some(connection, "email", count)


def _some(connection: psycopg.Connection[Any], column: str, count: int) -> list[str]:
    statement = f"SELECT {column} FROM users ORDER BY md5(user_id::text) LIMIT %s"
    return [value for (value,) in connection.execute(statement.encode(), (count,))]


def _make_roles(connection: psycopg.Connection[Any], project_id: str) -> list[str]:
    role_ids = []
    for name, permissions in ROLES:
        role_ids.append(new_id())
        values = {
            "project_id": project_id,
            "role_id": role_ids[-1],
            "name": name,
            "permissions": permissions,
        }
        connection.execute(_ROLE, values)
    return role_ids


_FOLDED: Final = ("email_key", "family_name_key", "search_text")
_FIELDS: Final = (
    "email",
    "given_name",
    "family_name",
    "middle_name",
    "display_name",
    "phone_number",
    "login_ids",
)
_CHECKED: Final = 500


def _check_folding(connection: psycopg.Connection[Any], project_id: str) -> None:
    """See that the SQL above folds as the service does; otherwise the figures are about other data."""
    columns = ", ".join((*_FIELDS, *_FOLDED))
    some = f"SELECT {columns} FROM users WHERE project_id = %s LIMIT {_CHECKED}"
    for row in connection.execute(some.encode(), (project_id,)):
        fields, folded = row[: len(_FIELDS)], row[len(_FIELDS) :]
        by_domain = folded_columns(dict(zip(_FIELDS, fields, strict=True)))
        expected = tuple(by_domain[name] for name in _FOLDED)
        if folded != expected:
            raise AssertionError(f"seeding folds {fields} as {folded}, the domain as {expected}")
