"""What has to be done again and again: the table of chores, and how often each is due.

A chore may run in several processes at the same time: what it works on, it locks, and passes over what is
locked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.config import Config
from server.jobs.delivering import hasten_deliveries
from server.jobs.ending import end_due_actions
from server.jobs.expiring import record_expiries
from server.jobs.retention import collect
from server.jobs.rotating import rotate_signing_keys
from server.store.database import Database


@dataclass(frozen=True, slots=True)
class Chore:
    """A function to call at the times that `cron` names; its last field is that of seconds."""

    name: str
    cron: str
    run: Callable[[Database, Config], None]


CHORES = (
    Chore("end_due_actions", "* * * * * */2", end_due_actions),
    Chore("hasten_deliveries", "* * * * * */2", hasten_deliveries),
    Chore("record_expiries", "* * * * * */10", record_expiries),
    Chore("collect", "* * * * * 30", collect),
    Chore("rotate_signing_keys", "*/10 * * * * 40", rotate_signing_keys),
)
