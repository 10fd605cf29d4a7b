"""The fastest way that PostgreSQL has for the rows of many users: COPY into the tables and their indexes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg

from scripts.benchmark.people import HASH, person
from scripts.benchmark.stage import Installation
from server.domain.identity import new_id
from server.domain.user import SETTABLE, folded_columns

Rows = list[tuple[str, int, list[str]]]
"""For each table the COPY statement, how many rows a user has in it, and the rows as COPY takes them."""

_CHUNK: Final = 10_000
"""Users of one transaction."""


def prepared(connection: psycopg.Connection[Any], installation: Installation, count: int) -> Rows:
    """The rows of so many users, with all that they refer to in the database."""
    project_id = installation.credentials.project_id
    role_ids, attribute_id = [new_id(), new_id()], new_id()
    for role_id in role_ids:
        connection.execute(
            """INSERT INTO roles (project_id, role_id, name, name_key, description, permissions, "default")
            VALUES (%s, %s, %s, %s, '', '{}', false)""",
            (project_id, role_id, role_id, role_id),
        )
    connection.execute(
        """INSERT INTO custom_attributes
            (project_id, custom_attribute_id, name, display_name, type, options, required)
        VALUES (%s, %s, 'level', '', 'NUMBER', '{}', false)""",
        (project_id, attribute_id),
    )
    connection.execute("ANALYZE users")
    return _rows(project_id, role_ids, attribute_id, count)


def copy(connection: psycopg.Connection[Any], tables: Rows, count: int) -> None:
    """Copies the rows into the tables."""
    for first in range(0, count, _CHUNK):
        with connection.transaction(), connection.cursor() as cursor:
            for statement, each, rows in tables:
                with cursor.copy(statement) as copy:
                    copy.write("".join(rows[first * each : (first + _CHUNK) * each]))
            if not first:
                connection.execute("ANALYZE users")


_USER_COLUMNS: Final = """users (project_id, user_id, login_ids, email, email_key, email_verified,
    phone_number, phone_number_verified, given_name, family_name, family_name_key, middle_name, display_name,
    picture, locale, zoneinfo, status, test, search_text)"""


def _rows(project_id: str, role_ids: Sequence[str], attribute_id: str, count: int) -> Rows:
    users, roles, attributes, passwords, events = ([] for _ in range(5))
    for number in range(count):
        user_id, (email, given, family) = new_id(), person(number)
        values = {"email": email, "given_name": given, "family_name": family}
        values["display_name"] = f"{given} {family}"
        text = folded_columns(SETTABLE | values)["search_text"].replace("\n", "\\n")
        users.append(
            f"{project_id}\t{user_id}\t{{}}\t{email}\t{email}\tf\t\tf\t{given}\t{family}\t{family.lower()}\t\t"
            f"{given} {family}\t\t\t\tACTIVE\tf\t{text}\n"
        )
        roles += [f"{project_id}\t{user_id}\t{role_id}\n" for role_id in role_ids]
        attributes.append(f"{project_id}\t{user_id}\t{attribute_id}\t0\t{number % 10}\n")
        passwords.append(f"{project_id}\t{user_id}\t{HASH}\tf\n")
        data = (
            f'{{"after": {{"email": "{email}", "given_name": "{given}", "family_name": "{family}",'
            f' "display_name": "{given} {family}", "user_id": "{user_id}", "status": "ACTIVE",'
            f' "roles": ["Editor", "Viewer"], "custom_attributes": {{"level": {number % 10}}}}}}}'
        )
        events.append(f"{project_id}\t{new_id()}\tuser.created\t{user_id}\t\t{data}\n")
    return [
        (f"COPY {table} FROM STDIN", len(rows) // count, rows)
        for table, rows in (
            (_USER_COLUMNS, users),
            ("user_roles (project_id, user_id, role_id)", roles),
            (
                "user_attributes (project_id, user_id, custom_attribute_id, position, number_value)",
                attributes,
            ),
            ("passwords (project_id, user_id, hash, temporary)", passwords),
            ("events (project_id, event_id, type, subject_id, request_id, data)", events),
        )
    ]
