"""What the tests of work in the background share: a receiver, and a project that may reach it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.config import Config
from server.store.database import Database
from tests.calling import Client
from tests.receiver import Receiver
from tests.webhook_requests import Work, allow_private_addresses


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
def work(database: Database, config: Config, client: Client) -> Work:
    """Works for webhooks when it is told to, and tries again at once."""
    quick = config.model_copy(update={"webhook_first_retry": 1e-6})
    return Work(database, quick, client.project_id)
