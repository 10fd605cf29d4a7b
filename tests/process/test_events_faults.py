"""Watching events on bad days: the database goes and comes back, worker processes are killed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from server.config import Config
from server.embedded import running_url
from tests.calling import Client, Refused
from tests.process.conftest import eventually
from tests.process.service import WORKERS, StartService, only
from tests.process.test_database_away import UP, Installation
from tests.rpc.event_requests import OLDEST, WRITE, marks, walked, watching, written


@pytest.fixture
def installation(config: Config) -> Iterator[Installation]:
    """A server on a database of its own."""
    directory = Path(tempfile.mkdtemp(prefix="roster-tests-"))
    installation = Installation(directory, config)
    yield installation
    installation.stop()
    shutil.rmtree(directory)


def all_events(client: Client) -> list[str]:
    """The ids of all events, in their order."""
    pages = walked(client, oldest_first=True, page_size=1_000)
    return [event.event_id for page in pages for event in page]


class Watcher:
    """Watches from the oldest event on, in a thread, and again with the last token whenever that breaks."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._over = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self.heard: list[str] = []
        self.breaks: list[str] = []
        """The codes in which the watch ended."""

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60.0)

    def _watch(self) -> None:
        token = ""
        while not self._over.is_set():
            try:
                watch = watching(self._client, resume_token=token, start=OLDEST, heartbeat=1, timeout=120.0)
                while not self._over.is_set():
                    self.heard += [event.event_id for event in watch.next()]
                    token = watch.token
                watch.leave()
            except Refused as error:
                self.breaks.append(error.code)
                self._over.wait(0.05)


def test_watch_goes_on_when_the_database_comes_back(installation: Installation) -> None:
    """Without a word meanwhile, neither of events nor that there are none; nothing is skipped or repeated."""
    client, url = installation.client, installation.url
    watch = watching(client, heartbeat=1, timeout=120.0)
    behind = watching(client, heartbeat=1, timeout=120.0, start=OLDEST)
    for round_ in range(2):
        written(url, client, f"before {round_}")
        assert marks(watch.hear(1)) == [f"before {round_}"]
        installation.postgres.stop()
        eventually(lambda: installation.health() != UP)
        installation.postgres.start()
        written(url, client, f"after {round_}")
        assert marks(watch.hear(1)) == [f"after {round_}"]

    assert [event.event_id for event in behind.hear(6)] == all_events(client)


def test_watch_goes_on_when_the_database_answers_again(installation: Installation) -> None:
    """It stood still: connections stayed, answers did not come."""
    client, url = installation.client, installation.url
    watch = watching(client, heartbeat=1, timeout=120.0)
    with installation.hanging():
        eventually(lambda: installation.health() != UP)
    eventually(lambda: installation.health() == UP)

    written(url, client, "after")

    assert marks(watch.hear(1)) == ["after"]


def test_watch_cannot_begin_without_the_database(installation: Installation) -> None:
    """UNAVAILABLE, as any call; then it can."""
    installation.postgres.stop()

    with pytest.raises(Refused) as error:
        watching(installation.client)
    assert (error.value.code, error.value.reason) == ("UNAVAILABLE", "DATABASE_UNAVAILABLE")
    installation.postgres.start()

    eventually(lambda: begins(installation.client))


def begins(client: Client) -> bool:
    """Whether a watch does."""
    try:
        watching(client)
    except Refused as error:
        assert error.code == "UNAVAILABLE"
        return False
    return True


def test_every_event_is_heard_once_while_the_database_comes_and_goes(installation: Installation) -> None:
    """Eight write all the while, also what is rolled back when the database goes."""
    over = Event()

    def write(caller: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            try:
                installation.create(f"user-{caller}-{number}@example.com")
            except Refused as error:
                assert error.code == "UNAVAILABLE"

    with Watcher(installation.client) as watcher, ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write, caller) for caller in range(8)]
        try:
            for _ in range(2):
                heard = len(watcher.heard)
                eventually(lambda least=heard: len(watcher.heard) > least + 100)
                installation.postgres.stop()
                eventually(lambda: installation.health() != UP)
                installation.postgres.start()
            eventually(lambda: installation.health() == UP)
        finally:
            over.set()
        for writer in writers:
            writer.result()
        expected = all_events(installation.client)
        eventually(lambda: len(watcher.heard) >= len(expected))

    assert watcher.heard == expected
    assert set(watcher.breaks) <= {"CANCELLED"}


def test_every_event_is_heard_once_while_workers_are_killed(start: StartService) -> None:
    """Those who watched them go on at another; transactions end in another order than they began."""
    service = start(**only(workers=WORKERS))
    client = service.client()
    url = running_url(service.data_dir)
    assert url is not None
    over = Event()

    def write(caller: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            user = user_pb2.User(email=f"user-{caller}-{number}@example.com")
            try:
                client.users.CreateUser(rpc.CreateUserRequest(user=user))
            except Refused as error:
                assert error.code == "UNAVAILABLE"

    def write_slowly() -> None:
        with psycopg.connect(url) as connection:
            while not over.is_set():
                for part in range(3):
                    values = (client.project_id, "role.updated", f"slow {part}", "{}", 2)
                    connection.execute(WRITE, values)
                    over.wait(0.05)
                connection.commit()

    with Watcher(client) as one, Watcher(service.client()) as other, ThreadPoolExecutor(5) as pool:
        writers = [pool.submit(write, caller) for caller in range(4)] + [pool.submit(write_slowly)]
        try:
            for name in ("worker-0", "worker-1", "worker-0"):
                heard = len(one.heard), len(other.heard)
                eventually(
                    lambda least=heard: len(one.heard) > least[0] + 50 and len(other.heard) > least[1] + 50
                )
                killed = service.pid(name)
                os.kill(killed, signal.SIGKILL)
                eventually(lambda name=name, killed=killed: service.pid(name) != killed)
        finally:
            over.set()
        for writer in writers:
            writer.result()
        eventually(lambda: begins(client))
        expected = all_events(client)
        eventually(lambda: min(len(one.heard), len(other.heard)) >= len(expected))

    assert one.heard == other.heard == expected
    assert {"UNAVAILABLE"} <= {*one.breaks, *other.breaks}


def test_watches_end_when_the_service_is_told_to(start: StartService) -> None:
    """SIGTERM does not wait for them, whatever the grace period."""
    service = start(**only(), ROSTER_SHUTDOWN_GRACE="120")
    watch = watching(service.client())

    service.process.send_signal(signal.SIGTERM)

    with pytest.raises(Refused) as error:
        watch.next()
    assert (error.value.code, error.value.reason) == ("UNAVAILABLE", "SERVER_STOPPING")
    assert service.process.wait(60) == 0
