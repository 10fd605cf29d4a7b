"""The job queue: jobs are made on the connection of the change that wants them, in its transaction.

What the jobs do stands in `server.jobs`, which is not imported here: a job is known by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from server.store.database import Database

if TYPE_CHECKING:
    from procrastinate import App


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of job: its name, and the queue that it waits in."""

    name: str
    queue: str


UPKEEP: Final = "upkeep"
WEBHOOKS: Final = "webhooks"
EMAILS: Final = "emails"

DELIVER: Final = Task("deliver", WEBHOOKS)
"""Sends what waits for one webhook: `project_id`, `webhook_id`. The trigger of events makes such jobs."""
PURGE: Final = Task("purge", UPKEEP)
"""Empties a project that has ended: `project_id`."""
SEND_EMAIL: Final = Task("send_email", EMAILS)
"""Sends an email: `project_id`, `email_id`, `kind`, and the ids that the kind takes."""

CONCURRENCY: Final = {UPKEEP: 4, WEBHOOKS: 64, EMAILS: 8}
"""The queues, each with the jobs that one process runs at a time: none delays another."""


def defer(database: Database, task: Task, lock: str, **arguments: str) -> None:
    """Makes a job in the present transaction. Of jobs with the same `lock` one runs at a time, in their
    order."""
    with database.connection() as connection:
        job = _queue().configure_task(task.name, queue=task.queue, lock=lock, connection=connection)
        job.defer(**arguments)


def defer_all(database: Database, task: Task, arguments: Sequence[Mapping[str, str]]) -> None:
    """Makes a job for each of these arguments in the present transaction, by one statement. They run in no
    order."""
    if not arguments:
        return
    with database.connection() as connection:
        jobs = _queue().configure_task(task.name, queue=task.queue, connection=connection)
        jobs.batch_defer(*(dict[str, Any](each) for each in arguments))


@cache
def _queue() -> App:
    # Most processes never make a job here, and the library takes room. Its connector is never opened.
    from procrastinate import App, SyncPsycopgConnector  # noqa: PLC0415

    return App(connector=SyncPsycopgConnector())
