"""Emails that are not taken at once: what is tried again, what is given up, and what never is sent twice."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from server.jobs import emailing
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.jobs.conftest import StartJobs, StartMailbox
from tests.mailbox import Mailbox, html_of, text_of, token_in
from tests.process.conftest import eventually
from tests.rows import events
from tests.rpc.email_requests import email_policy, template
from tests.rpc.link_requests import send_reset_to, send_verification, sign_up, verify
from tests.rpc.sign_in_requests import set_settings, sign_in, user_with
from tests.rpc.user_requests import created

ADA = {"email": "ada@example.com", "display_name": "Ada Lovelace"}


def outcomes(server: Running, client: Client) -> list[tuple[str, Any]]:
    """What is recorded of emails: what came of them, and all that is told."""
    return [(event.type, event.data) for event in events(server.url, client.project_id, "user.email.")]


def waiting(server: Running) -> int:
    """Emails that are not sent yet."""
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'send_email' AND status <> 'failed'"
    return int(sql(server.url, query)[0][0])


def first_times(times: int, command: str, refusal: str) -> Any:
    """Refuses a command so often, and then takes it."""
    counter = count()

    def answer(said: str) -> str | None:
        return refusal if said == command and next(counter) < times else None

    return answer


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        ("RCPT", "451 4.7.1 Greylisted ada@example.com"),
        ("DATA", "452 4.3.1 No room"),
        ("RCPT", "421 4.3.2 Closing"),
    ],
)
def test_what_does_not_work_for_now_is_tried_again(
    server: Running,
    client: Client,
    start_mailbox: StartMailbox,
    start_jobs: StartJobs,
    capfd: pytest.CaptureFixture[str],
    command: str,
    refusal: str,
) -> None:
    """And sent once, with a link that works; of what was not sent no token is left, and the log tells neither
    address nor text."""
    mailbox = start_mailbox(first_times(3, command, refusal))
    start_jobs(mailbox)
    ada = created(client, **ADA)

    send_verification(client, ada)

    (message,) = mailbox.wait_for(1)
    eventually(lambda: waiting(server) == 0)
    assert outcomes(server, client) == [("user.email.sent", {"kind": "VERIFICATION"})]
    assert len(sql(server.url, "SELECT 1 FROM one_time_tokens")) == 1
    assert verify(client, token_in(message)).email_verified
    logged = "".join(capfd.readouterr())
    assert logged.count("an email is tried again later") == 3
    assert "ada@example.com" not in logged
    assert token_in(message) not in logged


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_what_is_refused_for_good_is_given_up(
    server: Running,
    client: Client,
    start_mailbox: StartMailbox,
    start_jobs: StartJobs,
    capfd: pytest.CaptureFixture[str],
    command: str,
) -> None:
    """With an event that tells the kind alone."""
    mailbox = start_mailbox(lambda said: "550 5.1.1 Unknown: ada@example.com" if said == command else None)
    start_jobs(mailbox)

    send_verification(client, created(client, **ADA))

    eventually(lambda: outcomes(server, client))
    assert outcomes(server, client) == [("user.email.failed", {"kind": "VERIFICATION"})]
    eventually(lambda: waiting(server) == 0)
    assert mailbox.commands.count(command) == 1
    assert "ada@example.com" not in "".join(capfd.readouterr())


def test_what_never_works_is_given_up_in_the_end(
    server: Running,
    client: Client,
    start_mailbox: StartMailbox,
    start_jobs: StartJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the last attempt, with an event."""
    monkeypatch.setattr(emailing, "ATTEMPTS", 3)
    mailbox = start_mailbox(lambda said: "451 4.3.0 Later" if said == "DATA" else None)
    start_jobs(mailbox)

    send_verification(client, created(client, **ADA))

    eventually(lambda: outcomes(server, client))
    assert outcomes(server, client) == [("user.email.failed", {"kind": "VERIFICATION"})]
    assert mailbox.commands.count("DATA") == 3
    assert sql(server.url, "SELECT 1 FROM one_time_tokens") == []


def test_attempts_take_about_a_day() -> None:
    """With pauses that double; the first comes soon."""
    pauses = [20 * 2**attempt for attempt in range(emailing.ATTEMPTS - 1)]

    assert pauses[0] <= 60
    assert 0.75 * 86_400 < sum(pauses) < 1.5 * 86_400


def test_server_that_is_away_is_waited_for(
    server: Running, client: Client, start_mailbox: StartMailbox, start_jobs: StartJobs
) -> None:
    """However it comes back."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    worker = start_jobs(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
    send_verification(client, created(client, **ADA))
    eventually(lambda: attempts(server) >= 1)
    worker.stop()

    mailbox = start_mailbox()
    start_jobs(mailbox)

    assert len(mailbox.wait_for(1)) == 1


def attempts(server: Running) -> int:
    """How often the email was tried that waits."""
    query = "SELECT coalesce(max(attempts), 0) FROM procrastinate_jobs WHERE task_name = 'send_email'"
    return int(sql(server.url, query)[0][0])


class Silent:
    """A server that takes connections, and says nothing, or a letter now and then."""

    def __init__(self, *, drips: bool) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections: list[socket.socket] = []
        self._drips = drips
        self._stopped = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            if self._drips:
                threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        while not self._stopped.wait(0.05):
            try:
                connection.sendall(b"2")
            except OSError:
                return

    def stop(self) -> None:
        self._stopped.set()
        self._listener.close()
        for connection in self.connections:
            connection.close()


@pytest.fixture(params=[False, True], ids=["silent", "drips"])
def silent(request: pytest.FixtureRequest) -> Iterator[Silent]:
    server = Silent(drips=request.param)
    yield server
    server.stop()


def test_server_that_does_not_answer_is_left_and_tried_again(
    server: Running, client: Client, start_jobs: StartJobs, silent: Silent
) -> None:
    """Also one that goes on saying a little; a worker that waits for it can be stopped."""
    worker = start_jobs(smtp_host="127.0.0.1", smtp_port=silent.port, smtp_security="none", smtp_timeout=0.5)

    send_verification(client, created(client, **ADA))

    eventually(lambda: len(silent.connections) >= 2)
    worker.stop()
    assert outcomes(server, client) == []


def test_worker_that_waits_for_an_answer_ends_when_it_is_told_to(
    client: Client, start_jobs: StartJobs, silent: Silent
) -> None:
    """After its grace period, whatever the server does."""
    worker = start_jobs(
        smtp_host="127.0.0.1",
        smtp_port=silent.port,
        smtp_security="none",
        smtp_timeout=600,
        shutdown_grace=0.2,
    )
    send_verification(client, created(client, **ADA))
    eventually(lambda: silent.connections)

    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    stopping.join(60)

    assert not stopping.is_alive()


def test_template_that_fails_gives_way_to_the_built_in_wording(
    server: Running, client: Client, mailing: Mailbox, capfd: pytest.CaptureFixture[str]
) -> None:
    """One that speaks of what this kind of email has not: the link arrives all the same."""
    made = template(client, content={"subject": "x", "text": "{{ login.time }}"})
    email_policy(client, verification_template_id=made.email_template_id)
    ada = created(client, **ADA)

    send_verification(client, ada)

    (message,) = mailing.wait_for(1)
    assert message["Subject"].startswith("Verify your email address")
    assert verify(client, token_in(message)).user_id == ada.user_id
    assert "a template cannot be used" in "".join(capfd.readouterr())


def test_attempts_have_one_message_id(
    client: Client, start_mailbox: StartMailbox, start_jobs: StartJobs
) -> None:
    """So that what is sent twice, because an answer was lost, is one email to who reads it."""
    mailbox: Mailbox
    lost = first_times(1, "DATA", "")

    def answer(said: str) -> str | None:
        if lost(said) is not None:
            mailbox.keep_anyway()
            return "421 4.3.2 Closing"
        return None

    mailbox = start_mailbox(answer)
    start_jobs(mailbox)

    send_reset_to(client, created(client, **ADA))

    first, second = mailbox.wait_for(2)
    assert first["Message-ID"] == second["Message-ID"]


def test_what_waits_tells_no_secrets(server: Running, client: Client) -> None:
    """Neither jobs nor what they look up: no address, no token, no password, no text."""
    set_settings(client, sign_up_policy={"allowed": True})
    ada = created(client, **ADA)
    send_verification(client, ada)
    send_reset_to(client, ada)
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID"):
        sign_up(client, "secret@example.com", "short")
    sign_up(client, "secret@example.com", "a quiet horse 7", given_name="Confidential")

    told = str(sql(server.url, "SELECT * FROM procrastinate_jobs")) + str(
        sql(server.url, "SELECT *, encode(payload, 'escape') FROM one_time_tokens")
    )
    for secret in (
        "ada@example.com",
        "secret@example.com",
        "Confidential",
        "quiet horse",
        "argon2",
        "Verify",
    ):
        assert secret not in told
    keys = {key for (args,) in sql(server.url, "SELECT args FROM procrastinate_jobs") for key in args}
    assert keys <= {"project_id", "email_id", "kind", "user_id", "timestamp"}


def test_new_sign_in_is_told_with_where_it_came_from(
    server: Running, client: Client, mailing: Mailbox
) -> None:
    """In the user's language and time."""
    set_settings(client, email_policy={"notify_new_sign_in": True})
    user_with(client, email="ada@example.com", login_ids=["ada"], locale="de", zoneinfo="Europe/Berlin")
    sign_in(client)
    sql(server.url, "UPDATE logins SET ip_address = '192.0.2.1'")
    sign_in(client)

    (message,) = mailing.wait_for(1)

    assert message["Subject"].startswith("Neue Anmeldung bei")
    assert "Adresse: 127.0.0.1" in text_of(message)
    assert re.search(r"Zeit: \d+\. \w+ \d{4}", text_of(message))
    assert "Programm: grpc" in text_of(message)
    assert "127.0.0.1" in html_of(message)
