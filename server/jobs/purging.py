"""Empties projects that were too large to be deleted within the call that asked for it."""

from __future__ import annotations

from typing import Final

from server.store import projects
from server.store.database import Database

BATCH: Final = 2_000
"""Rows that one transaction deletes: few enough that nobody waits for it."""


def purge_project(database: Database, project_id: str) -> None:
    """Deletes all that is left of a project that has ended."""
    while True:
        with database.transaction():
            if not projects.purge(database, project_id, BATCH):
                return
