"""The schema's history. Each file is one step; `migrate` runs those that are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from playhouse.migrations import Runner

from server.config import Config
from server.store.database import Database

# Any number will do, if nothing else takes the same lock in this database.
LOCK: Final = 7_878_001


def migrate(url: str, config: Config) -> list[str]:
    """Brings the schema up to date and returns the names of the steps it took.

    Many may call it at once, on many machines: they take turns under an advisory lock.
    """
    database = Database(url, replace(config, call_timeout=24 * 3600.0))
    try:
        database.one("SELECT pg_advisory_lock(%(lock)s)", {"lock": LOCK})
        runner = Runner(database.peewee, str(Path(__file__).parent), table_name="schema_migrations")
        steps: list[str] = runner.up()
        return steps
    finally:
        # Closing the session gives the lock back.
        database.close()
