"""What the tests of work in the background share: a receiver, and a project that may reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from server.config import Config
from server.store.database import Database
from tests.calling import Client
from tests.receiver import Receiver
from tests.webhook_requests import Work, allow_private_addresses

StartWork = Callable[..., Work]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def project(client: Client) -> Client:
    """The first project, which lets webhooks go to this machine."""
    allow_private_addresses(client)
    return client


@pytest.fixture
def start_work(database: Database, config: Config, client: Client) -> Iterator[StartWork]:
    """Gets ready to work for webhooks; settings other than the usual ones are arguments."""
    started = []

    def start(**settings: Any) -> Work:
        work = Work(database, config.model_copy(update=settings), client.project_id)
        started.append(work)
        return work

    yield start
    for work in started:
        work.close()


@pytest.fixture
def work(start_work: StartWork) -> Work:
    """Works for webhooks when it is told to, and tries again at once."""
    return start_work(webhook_first_retry=1e-6)
