"""Bad days of webhooks: whoever dies, nothing that was to be told is lost, and nothing is counted twice."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import Config
from server.domain.sealing import sealer_of
from server.jobs.worker import JobWorker
from tests.calling import Client, Refused
from tests.process.conftest import eventually
from tests.process.service import StartService, only
from tests.process.test_database_away import Installation
from tests.receiver import Received, Receiver, Reply
from tests.webhook_requests import (
    SUCCEEDED,
    allow_private_addresses,
    change_role,
    create,
    deliveries,
    make_role,
    states,
)

# What a dead process had under way is sent again after the two of them together.
TIMES = {"ROSTER_WEBHOOK_TIMEOUT": "3", "ROSTER_CALL_TIMEOUT": "3"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    receiver = Receiver()
    yield receiver
    receiver.stop()


def ids(received: list[Received]) -> list[str]:
    """The events in the order of their first arrival."""
    return list(dict.fromkeys(request.event_id for request in received))


def test_killed_jobs_process_loses_nothing(start: StartService, receiver: Receiver) -> None:
    """What it had sent without hearing the answer is sent again by its successor, with the same id; what
    waited behind that waits on."""
    service = start(**only(jobs=1), **TIMES)
    client = service.client()
    allow_private_addresses(client)
    hold = threading.Event()
    receiver.answer = lambda _: Reply(hold=hold)
    create(client, receiver.url(), event_types=["role.*"])
    roles = [make_role(client, f"role {number}") for number in range(5)]
    for role in roles:
        change_role(client, role, "changed")
    receiver.wait_for(5)

    os.kill(service.pid("jobs-0"), signal.SIGKILL)
    hold.set()

    eventually(lambda: states(client) == [SUCCEEDED] * 10, seconds=60)
    made = deliveries(client)
    assert {delivery.event_id for delivery in made} == set(ids(receiver.received))
    assert {(delivery.attempt_count, len(delivery.attempts)) for delivery in made} == {(1, 1)}
    assert len(receiver.received) == 15
    for role in roles:
        told = [
            request.event["type"]
            for request in receiver.received
            if request.event["subjectId"] == role.role_id
        ]
        assert told == ["role.created", "role.created", "role.updated"]


def test_service_that_is_stopped_finishes_what_is_under_way(start: StartService, receiver: Receiver) -> None:
    """And goes on with the rest after the next start: nothing is sent twice."""
    first = start(**only(jobs=1), **TIMES)
    client = first.client()
    allow_private_addresses(client)
    hold = threading.Event()
    receiver.answer = lambda _: Reply(hold=hold)
    create(client, receiver.url(), event_types=["role.*"])
    role = make_role(client, "Reader")
    change_role(client, role, "changed")
    receiver.wait_for(1)
    releasing = threading.Timer(0.5, hold.set)
    releasing.start()

    assert first.stop() == 0
    client = start(**only(jobs=1), **TIMES).client()

    eventually(lambda: states(client) == [SUCCEEDED] * 2)
    assert receiver.events() == ["role.created", "role.updated"]
    assert len(set(ids(receiver.received))) == 2


@pytest.fixture
def installation(config: Config) -> Iterator[Installation]:
    """A server on a database of its own."""
    directory = Path(tempfile.mkdtemp(prefix="roster-tests-"))
    installation = Installation(directory, config)
    yield installation
    installation.stop()
    shutil.rmtree(directory)


@pytest.fixture
def quick(config: Config) -> Config:
    """Waits no longer for a dead sender than it must."""
    return replace(config, webhook_timeout=2.0, call_timeout=3.0)


def test_database_that_is_restarted_under_load_loses_nothing(
    installation: Installation, quick: Config, receiver: Receiver
) -> None:
    """Every change that was acknowledged is told, those about one role in their order."""
    client = installation.client
    allow_private_addresses(client)
    create(client, receiver.url(), event_types=["role.*"])
    worker = JobWorker(installation.url, quick, sealer_of(quick))
    worker.start()
    over = threading.Event()
    acknowledged: list[str] = []
    loading = threading.Thread(target=load, args=(client, over, acknowledged))
    loading.start()
    try:
        receiver.wait_for(20)
        installation.postgres.stop()
        installation.postgres.start()
        eventually(lambda: reads(client))
        count = len(acknowledged)
        eventually(lambda: len(acknowledged) > count + 20, seconds=60)
        over.set()
        loading.join()

        eventually(lambda: set(states(client)) == {SUCCEEDED}, seconds=90)
    finally:
        over.set()
        loading.join()
        worker.stop()
    named = [request.event["data"]["after"]["name"] for request in receiver.received]
    assert set(acknowledged) <= set(named)
    assert {delivery.event_id for delivery in deliveries(client)} == set(ids(receiver.received))


def reads(client: Client) -> bool:
    """Whether the server has its database again."""
    try:
        deliveries(client)
    except Refused:
        return False
    return True


def load(client: Client, over: threading.Event, acknowledged: list[str]) -> None:
    """Makes roles, until it is over, and notes those that it was told are made."""
    number = 0
    while not over.is_set():
        name = f"role {number}"
        number += 1
        try:
            make_role(client, name)
        except Refused as error:
            assert error.reason in ("DATABASE_UNAVAILABLE", "CALL_TIMED_OUT")
        else:
            acknowledged.append(name)
