"""The worker's end, whenever it is asked for."""

from __future__ import annotations

import socket
import time
from threading import Thread

import pytest

from server.config import Config
from server.domain.sealing import sealer_of
from server.jobs.worker import JobWorker


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 4, 8, 16, 32, 64])
def test_worker_that_is_stopped_as_it_starts_ends(
    database_url: str, config: Config, milliseconds: int
) -> None:
    """At any point of it: before it connects, while it does, before it looks for work. A hang fails."""
    worker = JobWorker(database_url, config, sealer_of(config))

    worker.start()
    time.sleep(milliseconds / 1000)
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
