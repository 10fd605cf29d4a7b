"""Runs the jobs that wait in the queue, and the chores that are due.

Any number of these workers share one queue, on any number of machines. Jobs whose worker died are found by
its missing heartbeat and run again, so all of them are written to be run twice.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.worker import Worker

from server.config import Config
from server.domain.sealing import Sealer
from server.jobs.chores import CHORES, Chore
from server.jobs.delivering import Deliverer
from server.jobs.emailing import Mailer
from server.jobs.purging import purge_project
from server.store.database import Database
from server.store.queue import CONCURRENCY, DELIVER, EMAILS, PURGE, SEND_EMAIL, UPKEEP, WEBHOOKS

HEARTBEAT: Final = 3.0
"""Seconds between two signs of life of a worker."""
STALLED: Final = 12.0
"""Seconds without one after which its jobs are taken from it."""
_RETRY_STALLED: Final = "* * * * * */5"
_REMOVE_OLD: Final = "7 * * * *"
_OLD_HOURS: Final = 7 * 24
"""Hours that the record of a failed job is kept."""
_LOOK: Final = 1.0
"""Seconds between two looks for jobs that nothing has announced."""
_AWAY: Final = 3.0
"""Seconds to wait for a connection: whoever waits longer for a database that is gone ends late."""
_TELL_AGAIN: Final = 0.1
"""Seconds that a task has to end in once it is cancelled."""
_PAUSE: Final = 1.0
"""Seconds before the queue is opened again after it was lost."""

log = structlog.get_logger("roster.jobs")


class JobWorker:
    """A worker that can be started once, and stopped. It has a thread of its own, with an event loop."""

    def __init__(self, url: str, config: Config, sealer: Sealer) -> None:
        self._url = url
        self._config = config
        self._database = Database(url, config)
        self._deliverer = Deliverer(self._database, config, sealer)
        self._mailer = Mailer(self._database, config, sealer)
        self._loop = asyncio.new_event_loop()
        self._stopping = threading.Event()
        self._workers: list[Worker] = []
        self._work_task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def stop(self) -> None:
        """Takes no new jobs, gives those at work their grace period, and is done."""
        self._stopping.set()
        with suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._stop_workers)
        self._thread.join()
        self._database.close()

    def _stop_workers(self) -> None:
        self._deliverer.stop()
        for worker in self._workers:
            worker.stop()
        if not self._workers and self._work_task is not None:
            # It waits for the database, which may have gone for good.
            self._work_task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.run_until_complete(_end_what_is_left())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _serve(self) -> None:
        while not self._stopping.is_set():
            self._work_task = asyncio.create_task(self._work())
            try:
                await self._work_task
            except asyncio.CancelledError:
                break
            except Exception as error:
                log.warning("the job queue is out of reach", error=type(error).__name__, exc_info=error)
            if not self._stopping.is_set():
                await asyncio.sleep(_PAUSE)
        await self._deliverer.close()
        self._mailer.close()

    async def _work(self) -> None:
        """Works until it is stopped, or loses the database."""
        connector = PsycopgConnector(conninfo=self._url, min_size=1, max_size=4, timeout=_AWAY)
        apps = {
            UPKEEP: self._upkeep(App(connector=connector)),
            WEBHOOKS: self._webhooks(App(connector=connector)),
            EMAILS: self._emails(App(connector=connector)),
        }
        async with apps[UPKEEP].open_async():
            if self._stopping.is_set():
                return
            self._workers = [self._worker(app, queue) for queue, app in apps.items()]
            try:
                async with asyncio.TaskGroup() as running:
                    for worker in self._workers:
                        running.create_task(worker.run())
                    await asyncio.sleep(0)
                    if self._stopping.is_set():  # which they forget as they begin
                        self._stop_workers()
            finally:
                self._workers = []

    def _worker(self, app: App, queue: str) -> Worker:
        return _PromptWorker(
            app=app,
            queues=[queue],
            name=queue,
            concurrency=CONCURRENCY[queue],
            fetch_job_polling_interval=_LOOK,
            delete_jobs="successful",
            install_signal_handlers=False,
            shutdown_graceful_timeout=self._config.shutdown_grace,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=STALLED,
        )

    # -- what there is to do: each queue has an app of its own ---------------------------------

    def _webhooks(self, app: App) -> App:
        app.task(name=DELIVER.name, queue=DELIVER.queue)(self._deliverer.deliver)
        return app

    def _emails(self, app: App) -> App:
        task = app.task(
            name=SEND_EMAIL.name, queue=SEND_EMAIL.queue, pass_context=True, retry=self._mailer.retry
        )
        task(self._mailer.send)
        return app

    def _upkeep(self, app: App) -> App:
        async def purge(project_id: str) -> None:
            await asyncio.to_thread(purge_project, self._database, project_id)

        async def retry_stalled(timestamp: int) -> None:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
                log.warning("job of a dead worker runs again", task=job.task_name, job_id=job.id)
                await app.job_manager.retry_job(job)

        async def remove_old(timestamp: int) -> None:
            await app.job_manager.delete_old_jobs(_OLD_HOURS, include_failed=True, include_aborted=True)

        # For as long as it takes: an interrupted one begins where it ended.
        app.task(name=PURGE.name, queue=PURGE.queue, retry=RetryStrategy(wait=5))(purge)
        _periodic(app, "retry_stalled", _RETRY_STALLED, retry_stalled)
        _periodic(app, "remove_old", _REMOVE_OLD, remove_old)
        for chore in CHORES:
            _periodic(app, chore.name, chore.cron, self._chore(chore))
        return app

    def _chore(self, chore: Chore) -> Callable[[int], Awaitable[None]]:
        async def run(timestamp: int) -> None:
            await asyncio.to_thread(chore.run, self._database, self._config)

        return run


async def _end_what_is_left() -> None:
    """Ends the tasks that a library leaves behind when it is stopped while it waits for the database: the
    loop would complain of them when it is closed. One that is about to connect can take a cancellation for
    a failure of that, and go on: it is told again."""
    while left := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=_TELL_AGAIN)


class _PromptWorker(Worker):
    """Looks for work whenever a job has ended: one that waited for its lock may run now, which the library
    itself would notice at its next look only."""

    async def _process_job(self, context: JobContext) -> None:
        try:
            await super()._process_job(context)
        finally:
            self._new_job_event.set()


def _periodic(app: App, name: str, cron: str, run: Callable[[int], Awaitable[None]]) -> None:
    # Of a late one not even two wait, and it goes before what takes long.
    task = app.task(name=name, queue=UPKEEP, queueing_lock=name, priority=1)(run)
    app.periodic(cron=cron)(task)
