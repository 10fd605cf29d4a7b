"""The record of every change, written in the change's own transaction."""

from __future__ import annotations

from typing import Any, Final

from server.store.database import Database

_RECORD: Final = """
INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
VALUES (%(project_id)s, %(event_id)s, %(type)s, %(subject_id)s, %(key_id)s, %(call_id)s, %(data)s)
"""
_FORGET: Final = """
UPDATE events SET data = NULL WHERE project_id = %(project_id)s AND subject_id = %(subject_id)s
"""


def record(database: Database, values: dict[str, Any]) -> None:
    """Writes one event."""
    database.execute(_RECORD, values)


def forget(database: Database, project_id: str, subject_id: str) -> None:
    """Strips the events of a subject down to what happened and when."""
    database.execute(_FORGET, {"project_id": project_id, "subject_id": subject_id})
