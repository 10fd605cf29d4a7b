"""Bad days of the database: it stops, it hangs, it comes back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import psycopg
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from server.app import create_server
from server.bootstrap import first_project
from server.config import Config
from server.embedded import EmbeddedPostgres
from server.store.database import Database
from server.store.migrations import migrate
from tests.calling import Client, Refused, refused
from tests.conftest import FAST
from tests.process.conftest import eventually

UP = health_pb2.HealthCheckResponse.SERVING
DOWN = health_pb2.HealthCheckResponse.NOT_SERVING


class Installation:
    """A database that can be stopped, and a server on it."""

    def __init__(self, directory: Path, config: Config) -> None:
        self.postgres = EmbeddedPostgres(directory, FAST)
        self.url = self.postgres.start()
        migrate(self.url, config)
        credentials = first_project(self.url, config)
        assert credentials is not None
        self.server = create_server(config, Database(self.url, config))
        self.address = f"127.0.0.1:{self.server.start('127.0.0.1:0')}"
        self.channel = grpc.insecure_channel(self.address)
        self.client = Client(self.channel, credentials.project_id, credentials.management_key)
        self._health = health_pb2_grpc.HealthStub(self.channel)

    def health(self, service: str = "") -> Any:
        """What the health service says."""
        return self._health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5).status

    def create(self, email: str, timeout: float = 5.0) -> user_pb2.User:
        """Creates a user."""
        request = rpc.CreateUserRequest(user=user_pb2.User(email=email))
        return self.client.users.CreateUser(request, timeout=timeout).user

    def get(self, email: str, timeout: float = 5.0) -> user_pb2.User:
        """Reads a user."""
        request = rpc.GetUserRequest(by=user_pb2.UserRef(email=email))
        return self.client.users.GetUser(request, timeout=timeout).user

    def answers(self, email: str) -> bool:
        """Whether a read goes well."""
        try:
            self.get(email)
        except Refused as error:
            assert error.reason == "DATABASE_UNAVAILABLE"
            return False
        return True

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """The database's processes stand still: connections stay, answers do not come."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            ).fetchall()
        pids = [pid for (pid,) in rows]
        parent = subprocess.run(
            ["ps", "-o", "ppid=", "-p", str(pids[0])], capture_output=True, text=True, check=True
        )
        pids.append(int(parent.stdout))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        """Ends all of it."""
        self.channel.close()
        self.server.stop(0)
        self.postgres.stop()


@pytest.fixture
def installation(config: Config) -> Iterator[Installation]:
    """A server on a database of its own."""
    directory = Path(tempfile.mkdtemp(prefix="roster-tests-"))
    installation = Installation(directory, config)
    yield installation
    installation.stop()
    shutil.rmtree(directory)


def test_stopped_database_is_told_and_its_return_heals_all(installation: Installation) -> None:
    """UNAVAILABLE with a delay and NOT_SERVING while it is away; afterwards everything by itself."""
    installation.create("anna@example.com")
    assert UP == installation.health() == installation.health("roster.v1.UserService")

    installation.postgres.stop()

    with refused("UNAVAILABLE", "DATABASE_UNAVAILABLE") as error:
        installation.get("anna@example.com")
    assert 1 == error.value.details["RetryInfo"].retry_delay.seconds
    with refused("UNAVAILABLE", "DATABASE_UNAVAILABLE"):
        installation.create("berta@example.com")
    eventually(lambda: installation.health() == installation.health("roster.v1.UserService") == DOWN)

    installation.postgres.start()

    eventually(lambda: installation.answers("anna@example.com"))
    eventually(lambda: installation.health() == UP)
    installation.create("berta@example.com")


def test_hanging_database_is_unavailable_within_the_callers_deadline(installation: Installation) -> None:
    """Who waits two seconds hears UNAVAILABLE, not DEADLINE_EXCEEDED, from a database that stands still."""
    installation.create("anna@example.com")

    with installation.hanging():
        with refused("UNAVAILABLE", "DATABASE_UNAVAILABLE"):
            installation.get("anna@example.com", timeout=2.0)
        eventually(lambda: installation.health() == DOWN)

    eventually(lambda: installation.answers("anna@example.com"))
    eventually(lambda: installation.health() == UP)


def test_no_acknowledged_change_is_lost_when_the_database_stops_under_load(
    installation: Installation,
) -> None:
    """Whatever was answered OK is there after the restart; the rest was refused as UNAVAILABLE."""
    over = Event()

    def load(caller: int) -> list[str]:
        acknowledged = []
        number = 0
        while not over.is_set():
            email = f"user-{caller}-{number}@example.com"
            number += 1
            try:
                installation.create(email)
                acknowledged.append(email)
            except Refused as error:
                assert ("UNAVAILABLE", "DATABASE_UNAVAILABLE") == (error.code, error.reason)
        return acknowledged

    with ThreadPoolExecutor(8) as pool:
        loads = [pool.submit(load, caller) for caller in range(8)]
        try:
            for _ in range(2):
                eventually(lambda: installation.health() == UP)
                installation.postgres.stop()
                eventually(lambda: installation.health() == DOWN)
                installation.postgres.start()
            eventually(lambda: installation.health() == UP)
        finally:
            over.set()
        acknowledged = [email for load in loads for email in load.result()]

    assert acknowledged
    for email in acknowledged:
        assert email == installation.get(email).email


def test_more_callers_than_allowed_are_refused_at_once(installation: Installation, config: Config) -> None:
    """A call is not queued beyond `maximum_concurrent_rpcs` and the streams that there could be:
    RESOURCE_EXHAUSTED, while the others wait."""
    streams = {"watchers": 1, "exports": 1, "batches": 1}
    few = {"threads": 2, "maximum_concurrent_rpcs": 1, "call_timeout": 2, **streams}
    chosen = replace(config, **few)
    server = create_server(chosen, Database(installation.url, chosen))
    port = server.start("127.0.0.1:0")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        client = installation.client
        busy = Client(channel, client.project_id, client.key)
        request = rpc.GetUserRequest(by=user_pb2.UserRef(email="nobody@example.com"))
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            busy.users.GetUser(request)

        def call(_: int) -> str:
            try:
                busy.users.GetUser(request, timeout=10)
            except Refused as error:
                return error.code
            return "OK"

        with psycopg.connect(installation.url) as blocker:
            blocker.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
            with ThreadPoolExecutor(12) as pool:
                codes = list(pool.map(call, range(12), timeout=30))
    server.stop(0)

    assert {"RESOURCE_EXHAUSTED"} <= set(codes)
    assert 8 <= codes.count("RESOURCE_EXHAUSTED")
