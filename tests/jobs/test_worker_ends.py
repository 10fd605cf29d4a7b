"""The worker's end, whenever it is asked for."""

from __future__ import annotations

import socket
from threading import Thread

import pytest

from server.config import Config
from server.domain.sealing import sealer_of
from server.jobs.worker import JobWorker
from tests.conftest import sql
from tests.process.conftest import eventually

# How far a worker has come, as the database sees it; it sees nothing of one that has just begun.
POINTS = {
    "begun": "",
    "connected": "SELECT count(*) > 1 FROM pg_stat_activity WHERE datname = current_database()",
    "known": "SELECT count(*) > 0 FROM procrastinate_workers",
    "at work": "SELECT count(*) = 3 FROM procrastinate_workers",
}


@pytest.mark.parametrize("point", POINTS)
def test_worker_that_is_stopped_as_it_starts_ends(database_url: str, config: Config, point: str) -> None:
    """Wherever it has come to. A hang fails."""
    worker = JobWorker(database_url, config, sealer_of(config))

    worker.start()
    if look := POINTS[point]:
        eventually(lambda: sql(database_url, look) == [(True,)])
    worker.stop()


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_worker_ends_while_it_waits_for_the_database(config: Config, failures: int) -> None:
    """For one that takes connections without a word, be it the first time or after some that were lost."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        worker = JobWorker(f"postgresql://{host}:{port}/?sslmode=disable", config, sealer_of(config))
        worker.start()
        for _ in range(failures):
            silent.accept()[0].close()
        connection, _ = silent.accept()
        with connection:
            connection.recv(1)  # it has begun to talk
            stopping = Thread(target=worker.stop, daemon=True)
            stopping.start()
            stopping.join(20)

    assert not stopping.is_alive()
