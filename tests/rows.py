"""What the database itself holds, for tests that must know more than the answers tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from tests.conftest import sql

_TABLES = """
SELECT tablename FROM pg_tables
WHERE schemaname = 'public' AND tablename NOT IN ('schema_migrations', 'installation')
    AND NOT starts_with(tablename, 'procrastinate_')
ORDER BY 1
"""


def tables(url: str) -> list[str]:
    """The names of the tables that hold what is of projects."""
    return [name for (name,) in sql(url, _TABLES)]


def contents(url: str, project_id: str = "") -> dict[str, list[str]]:
    """Every row of every table, as text, of one project or of all. When a key was last used is left out:
    refused calls of an admitted caller are uses."""
    condition = "WHERE project_id = %(project_id)s" if project_id else ""
    rows = "SELECT (to_jsonb(t) - 'last_use_time')::text FROM {table} t " + condition + " ORDER BY 1"
    # One connection for all of them: to make one costs more than most of the tables.
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(_TABLES)]
        return {
            name: [row for (row,) in connection.execute(rows.format(table=name), {"project_id": project_id})]
            for name in names
        }


@dataclass(frozen=True)
class Event:
    """One recorded change."""

    type: str
    subject_id: str
    key_id: str | None
    request_id: str
    data: dict[str, Any] | None

    @property
    def changes(self) -> tuple[Any, Any]:
        """What was changed, before and after."""
        assert self.data is not None
        return self.data.get("before"), self.data.get("after")


_EVENTS = """
SELECT type, subject_id::text, key_id::text, request_id, data FROM events
WHERE project_id = %s AND type LIKE %s ORDER BY transaction_id, serial
"""


def events(url: str, project_id: str, kind: str = "") -> list[Event]:
    """The events of a project, oldest first; `kind` is what their type begins with: `role.`."""
    return [Event(*row) for row in sql(url, _EVENTS, project_id, f"{kind}%")]
