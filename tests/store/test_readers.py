"""A few threads that read for many."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from server.config import Config
from server.errors import Error, Reason
from server.store.database import Database
from server.store.errors import Unavailable
from server.store.readers import THREADS, Readers
from tests.conftest import sql
from tests.process.conftest import eventually

PID = "SELECT pg_backend_pid()"


@pytest.fixture
def readers(database: Database, config: Config) -> Iterator[Readers]:
    """Those who read for everybody."""
    readers = Readers(database, config)
    yield readers
    readers.close()


def test_many_share_a_few_connections(database: Database, readers: Readers) -> None:
    """And the threads that ask hold none."""
    with ThreadPoolExecutor(20) as pool:
        pids = set(pool.map(lambda _: readers.run(lambda: database.row(PID, {})), range(200)))

    assert 1 <= len(pids) <= THREADS


def test_what_is_raised_is_raised(readers: Readers) -> None:
    """Where it was asked for."""

    def refuse() -> None:
        raise Error(Reason.EVENTS_COLLECTED)

    with pytest.raises(Error) as error:
        readers.run(refuse)

    assert error.value.reason is Reason.EVENTS_COLLECTED


def test_connection_that_was_lost_is_replaced(
    database: Database, readers: Readers, database_url: str
) -> None:
    """Nobody notices."""
    for _ in range(3 * THREADS):
        (pid,) = readers.run(lambda: database.row(PID, {}))
        sql(database_url, "SELECT pg_terminate_backend(%s, 10000)", pid)


def test_who_waits_too_long_for_a_turn_is_told(database: Database, config: Config) -> None:
    """Within the time that a call may take; what was waited for is not read later."""
    readers = Readers(database, replace(config, call_timeout=0.5))
    busy, over = threading.Barrier(THREADS + 1), threading.Event()
    ran: list[bool] = []

    def hold() -> None:
        busy.wait()
        over.wait()

    with ThreadPoolExecutor(THREADS) as pool:
        held = [pool.submit(readers.run, hold) for _ in range(THREADS)]
        busy.wait()
        try:
            with pytest.raises(Unavailable):
                readers.run(lambda: ran.append(True))
            for each in held:
                assert isinstance(each.exception(), Unavailable)
        finally:
            over.set()
    assert eventually(lambda: readers.run(lambda: True))
    readers.close()
    assert ran == []
