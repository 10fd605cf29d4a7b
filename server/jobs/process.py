"""One process that works on the jobs: of `roster serve`, or by itself."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from server import logs
from server.children import told
from server.config import Config
from server.imports import uncollected
from server.signals import STOP, SignalInbox


def work_on_jobs(config: Config, pipe: Connection) -> None:
    """Work until a signal asks for the end or the other end of the pipe is closed, which the death of its
    holder does too; then let the jobs at work finish. Receives the database's URL over the pipe."""
    inbox = SignalInbox(STOP)
    logs.configure(config)
    url = told(pipe, inbox)
    if url is None:
        return
    run_jobs(url, config, [inbox.arrival, pipe])


def run_jobs(url: str, config: Config, until: Sequence[Any]) -> None:
    """Work until one of `until` is ready to be read."""
    with uncollected():
        from server.domain.sealing import sealer_of  # noqa: PLC0415 - slow: not before the signals are settled
        from server.jobs.worker import JobWorker  # noqa: PLC0415 - likewise

    worker = JobWorker(url, config, sealer_of(config))
    worker.start()
    try:
        wait(until)
    finally:
        worker.stop()
