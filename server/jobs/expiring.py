"""Records that accounts and role grants have expired, so that events tell of it."""

from __future__ import annotations

from typing import Final

from server.config import Config
from server.domain.session_ends import end_expired
from server.store import expiry
from server.store.database import Database

BATCH: Final = 500
"""Rows that one transaction changes."""


def record_expiries(database: Database, config: Config) -> None:
    """Records all that have expired since the last time, and ends the sessions of accounts that have."""
    for record_some in (expiry.remove_grants, _record_accounts):
        more = True
        while more:
            with database.transaction():
                more = record_some(database, BATCH) == BATCH


def _record_accounts(database: Database, limit: int) -> int:
    expired = expiry.record_accounts(database, limit)
    end_expired(database, expired)
    return len(expired)
