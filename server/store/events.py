"""The record of every change, written in the change's own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.store.database import Database

_RECORD: Final = """
INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
VALUES (%(project_id)s, %(event_id)s, %(type)s, %(subject_id)s, %(key_id)s, %(call_id)s, %(data)s)
"""
_COLUMNS: Final = ("project_id", "event_id", "type", "subject_id", "key_id", "call_id", "data")
_RECORD_ALL: Final = """
INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
SELECT * FROM unnest(%(project_id)s::uuid[], %(event_id)s::uuid[], %(type)s::text[], %(subject_id)s::uuid[],
    %(key_id)s::uuid[], %(call_id)s::text[], %(data)s::jsonb[])
"""
_FORGET: Final = """
UPDATE events SET data = NULL WHERE project_id = %(project_id)s AND subject_id = %(subject_id)s
"""


def record(database: Database, values: dict[str, Any]) -> None:
    """Writes one event."""
    database.execute(_RECORD, values)


def record_all(database: Database, events: Sequence[Mapping[str, Any]]) -> None:
    """Writes events, in their order, by one statement."""
    if events:
        database.execute(_RECORD_ALL, {name: [event[name] for event in events] for name in _COLUMNS})


def forget(database: Database, project_id: str, subject_id: str) -> None:
    """Strips the events of a subject down to what happened and when."""
    database.execute(_FORGET, {"project_id": project_id, "subject_id": subject_id})
