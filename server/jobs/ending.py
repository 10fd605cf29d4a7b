"""Records the ends of applied actions, and announces them."""

from __future__ import annotations

from typing import Final

from server.config import Config
from server.domain.action_ends import end_due
from server.domain.emails.action_emails import ActionEmails
from server.store.database import Database

BATCH: Final = 500
"""Actions that one transaction ends."""


def end_due_actions(database: Database, config: Config) -> None:
    """Ends all whose time has come."""
    emails = ActionEmails(database, config)
    while end_due(database, emails, BATCH) == BATCH:
        pass
