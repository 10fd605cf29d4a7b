"""The worker's end, whenever it is asked for."""

from __future__ import annotations

import time

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
