"""Empties projects that were too large to be deleted within the call that asked for it."""

from __future__ import annotations

import threading
from typing import Final

import structlog

from server.store import projects
from server.store.database import Database
from server.store.errors import Conflict, Unavailable

log = structlog.get_logger("roster.purging")

INTERVAL: Final = 5.0
"""Seconds between two looks for a project that has ended."""
BATCH: Final = 2_000
"""Rows that one transaction deletes: few enough that nobody waits for it."""


class Purger:
    """A thread that looks for such projects. Every worker process has one; they take turns by locks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="purger", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the batch at hand. What is left is for the next start."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            try:
                if projects.purge(self._database, BATCH):
                    continue
            except (Unavailable, Conflict):
                pass
            except Exception:
                log.exception("a project could not be emptied")
            self._stopped.wait(INTERVAL)
