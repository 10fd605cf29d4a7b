"""What the tests of work in the background share: a receiver, and a project that may reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from server.config import Config
from server.domain.sealing import sealer_of
from server.jobs.worker import JobWorker
from server.store.database import Database
from tests.calling import Client
from tests.mailbox import Mailbox
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
        work = Work(database, replace(config, **settings), client.project_id)
        started.append(work)
        return work

    yield start
    for work in started:
        work.close()


@pytest.fixture
def work(start_work: StartWork) -> Work:
    """Works for webhooks when it is told to, and tries again at once."""
    return start_work(webhook_first_retry=1e-6)


StartMailbox = Callable[..., Mailbox]
StartJobs = Callable[..., JobWorker]


@pytest.fixture
def start_mailbox() -> Iterator[StartMailbox]:
    """Starts SMTP servers; see `Mailbox` for the arguments."""
    started = []

    def start(*arguments: Any, **options: Any) -> Mailbox:
        mailbox = Mailbox(*arguments, **options)
        started.append(mailbox)
        return mailbox

    yield start
    for mailbox in started:
        mailbox.stop()


@pytest.fixture
def mailbox(start_mailbox: StartMailbox) -> Mailbox:
    """An SMTP server that takes everything."""
    return start_mailbox()


@pytest.fixture
def start_jobs(database_url: str, config: Config) -> Iterator[StartJobs]:
    """Starts workers on this test's jobs; settings other than the usual ones are arguments."""
    started = []

    def start(mailbox: Mailbox | None = None, **settings: Any) -> JobWorker:
        smtp = {} if mailbox is None else smtp_of(mailbox)
        worker = JobWorker(
            database_url,
            replace(config, **{"email_first_retry": 0.05, **smtp, **settings}),
            sealer_of(config),
        )
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.stop()


def smtp_of(mailbox: Mailbox) -> dict[str, Any]:
    """The settings that have emails handed to it, in the clear."""
    return {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_security": "none"}


@pytest.fixture
def mailing(start_jobs: StartJobs, mailbox: Mailbox) -> Mailbox:
    """An SMTP server that takes everything, and a worker that sends emails there."""
    start_jobs(mailbox)
    return mailbox
