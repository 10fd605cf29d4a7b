"""What the database itself holds, for tests that must know more than the answers tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.conftest import sql

_TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'schema_migrations'
    AND NOT starts_with(table_name, 'procrastinate_')
"""


def tables(url: str) -> list[str]:
    """The names of Roster's own tables."""
    return sorted(name for (name,) in sql(url, _TABLES))


def contents(url: str, project_id: str = "") -> dict[str, list[str]]:
    """Every row of every table, as text, of one project or of all. When a key was last used is left out:
    refused calls of an admitted caller are uses."""
    condition = "WHERE project_id = %s" if project_id else ""
    return {
        table: [
            row
            for (row,) in sql(
                url,
                f"SELECT (to_jsonb(t) - 'last_use_time')::text FROM {table} t {condition} ORDER BY 1",
                *([project_id] if project_id else []),
            )
        ]
        for table in tables(url)
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
