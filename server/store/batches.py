"""The order in which messages of batches are done."""

from __future__ import annotations

from typing import Final

from server.store.database import Database

_KEY: Final = "hashtextextended('batches ' || %(project_id)s, 0)"
_TAKE_PART: Final = {
    True: f"SELECT pg_advisory_xact_lock({_KEY})",
    False: f"SELECT pg_advisory_xact_lock_shared({_KEY})",
}


def take_part(database: Database, project_id: str, *, alone: bool) -> None:
    """Waits for the present transaction's turn in the project: beside others that take part or, `alone`,
    without any."""
    database.execute(_TAKE_PART[alone], {"project_id": project_id})
