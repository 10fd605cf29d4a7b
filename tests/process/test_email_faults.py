"""Bad days of emails: whoever dies, they are sent, and told apart from what was sent before."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from itertools import count

import pytest
from roster.v1 import event_service_pb2 as rpc

from tests.calling import Client
from tests.mailbox import PATIENCE, Mailbox, token_in
from tests.process.conftest import eventually
from tests.process.service import StartService, only
from tests.rpc.link_requests import reset, welcomed
from tests.rpc.sign_in_requests import sign_in


@pytest.fixture
def hold() -> threading.Event:
    """What the server waits for before it answers for the first time."""
    return threading.Event()


@pytest.fixture
def mailbox(hold: threading.Event) -> Iterator[Mailbox]:
    """A server that takes its time with the first email."""
    emails = count()

    def answer(command: str) -> None:
        if command == "DATA" and next(emails) == 0:
            hold.wait(PATIENCE)

    mailbox = Mailbox(answer)
    yield mailbox
    hold.set()
    mailbox.stop()


def test_killed_jobs_process_loses_no_email(
    start: StartService, mailbox: Mailbox, hold: threading.Event
) -> None:
    """What it had handed over without hearing the answer its successor sends again, with the same id; the
    link works, and one event tells of it."""
    service = start(
        **only(jobs=1, web=True),  # whose address the links begin with
        ROSTER_SMTP_HOST="127.0.0.1",
        ROSTER_SMTP_PORT=str(mailbox.port),
        ROSTER_SMTP_SECURITY="none",
        ROSTER_KEY_CACHE_SECONDS="0",
    )
    client = service.client()
    user = welcomed(client, invite=True, email="ada@example.com")
    mailbox.wait_until(lambda: "DATA" in mailbox.commands)

    os.kill(service.pid("jobs-0"), signal.SIGKILL)
    hold.set()

    first, second = mailbox.wait_for(2)
    assert first["Message-ID"] == second["Message-ID"]
    reset(client, token_in(second), "another horse 3")
    assert sign_in(client, "ada@example.com", "another horse 3").user.user_id == user.user_id
    eventually(lambda: kinds_sent(client) == ["INVITATION", "PASSWORD_CHANGED"])
    assert len(mailbox.received) == 3


def kinds_sent(client: Client) -> list[str]:
    """The emails that are recorded as sent."""
    request = rpc.ListEventsRequest(types=["user.email.sent"])
    return sorted(event.data["kind"] for event in client.events.ListEvents(request).events)
