"""The ends of applied actions whose time has come."""

from __future__ import annotations

from server.domain import action_events
from server.domain.applied_action import applied_of
from server.domain.caller import system
from server.store import applied_actions as rows
from server.store import events as event_rows
from server.store.database import Database


def end_due(database: Database, limit: int) -> int:
    """Records up to so many actions of all projects as ended whose time has come, announces those ends that
    are to be, and returns how many they were. Many may do so at once: each takes others."""
    with database.transaction():
        ended = [(project_id, applied_of(tuple(row))) for project_id, *row in rows.end_due(database, limit)]
        event_rows.record_all(
            database,
            [
                action_events.event(
                    system(project_id),
                    "END",
                    applied,
                    applied.update_time,
                    "",
                    notify_user=applied.notify_user_on_end,
                )
                for project_id, applied in ended
                if applied.send_end_event
            ],
        )
    return len(ended)
