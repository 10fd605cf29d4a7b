"""The job queue: jobs are made on the connection of the change that wants them, in its transaction.

What the jobs do stands in `server.jobs`, which is not imported here: a job is known by its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

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

DELIVER: Final = Task("deliver", WEBHOOKS)
"""Sends what waits for one webhook: `project_id`, `webhook_id`. The trigger of events makes such jobs."""
PURGE: Final = Task("purge", UPKEEP)
"""Empties a project that has ended: `project_id`."""

CONCURRENCY: Final = {UPKEEP: 4, WEBHOOKS: 64}
"""The queues, each with the jobs that one process runs at a time: none delays another."""


def defer(database: Database, task: Task, lock: str, **arguments: str) -> None:
    """Makes a job in the present transaction. Of jobs with the same `lock` one runs at a time, in their
    order."""
    with database.connection() as connection:
        job = _queue().configure_task(task.name, queue=task.queue, lock=lock, connection=connection)
        job.defer(**arguments)


@cache
def _queue() -> App:
    # Most processes never make a job here, and the library takes room. Its connector is never opened.
    from procrastinate import App, SyncPsycopgConnector  # noqa: PLC0415

    return App(connector=SyncPsycopgConnector())
