"""The ends of sessions: what ends them records it, in the change's own transaction.

Whatever changes whether a user may sign in, or by which password, calls `end_sessions` behind its own
statement: a session that began meanwhile is seen then, for its beginning locks the user.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any, Final

from server.domain import events
from server.domain.caller import Caller
from server.store import sessions as rows
from server.store.database import Database

_ENDED: Final = "session.ended"


class Cause(StrEnum):
    """Why sessions end; what the event tells."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    REUSED = "reused"
    PASSWORD_CHANGED = "password_changed"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"
    PREVENTED = "prevented"
    """An action was applied that prevents signing in."""


def end_sessions(database: Database, caller: Caller, user_ids: Collection[str], cause: Cause) -> int:
    """Ends all sessions of these users, with an event for each who had any; returns how many they were."""
    if not user_ids:
        return 0
    whose = {"project_ids": [caller.project_id] * len(user_ids), "user_ids": sorted(user_ids)}
    return rows.end_of_users(database, {**record_of(caller, cause), **whose})


def end_expired(database: Database, users: Collection[tuple[str, str]]) -> None:
    """Ends all sessions of these users, (project id, user id), whose accounts have expired."""
    if users:
        project_ids, user_ids = zip(*users, strict=True)
        values = {"key_id": None, "call_id": "", "type": _ENDED, "cause": Cause.EXPIRED.value}
        rows.end_of_users(database, {**values, "project_ids": list(project_ids), "user_ids": list(user_ids)})


def record_of(caller: Caller, cause: Cause) -> dict[str, Any]:
    """The columns of the event of an end."""
    event_type = "session.reuse_detected" if cause is Cause.REUSED else _ENDED
    return {**events.envelope(caller), "type": event_type, "cause": cause.value}
