"""Deletes what has been kept for its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from server.config import Config
from server.store import retention as rows
from server.store.database import Database

BATCH: Final = 2_000
"""Rows that one transaction deletes: few enough that nobody waits for it."""


def collect(database: Database, config: Config) -> None:
    """Deletes what has been kept for its time, batch by batch, and what is locked another time."""
    kept = {
        rows.collect_events: timedelta(days=config.event_retention_days),
        rows.collect_deliveries: timedelta(days=config.delivery_retention_days),
        rows.collect_request_records: timedelta(hours=config.request_retention_hours),
        rows.collect_logins: timedelta(days=config.login_retention_days),
        rows.collect_one_time_tokens: timedelta(),
        rows.collect_throttles: timedelta(),
        rows.collect_sessions: timedelta(),
        rows.collect_signing_keys: timedelta(),
    }
    for collect_some, age in kept.items():
        more = True
        while more:
            with database.transaction():
                more = collect_some(database, age, BATCH) == BATCH
