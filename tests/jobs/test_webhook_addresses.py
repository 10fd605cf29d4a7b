"""Webhooks go only where they may: to public addresses, to whom the certificate names, by no detour."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.domain.webhook_dispatch import PARALLEL
from tests.calling import Client
from tests.certificates import Authority
from tests.conftest import Running, sql
from tests.jobs.conftest import StartWork
from tests.process.conftest import eventually
from tests.receiver import Received, Receiver, Reply
from tests.webhook_requests import (
    PENDING,
    SUCCEEDED,
    allow_private_addresses,
    create,
    deliveries,
    make_role,
    states,
)

StartReceiver = Callable[..., Receiver]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Vouches for receivers."""
    return Authority(tmp_path)


@pytest.fixture
def start_receiver() -> Iterator[StartReceiver]:
    """Starts receivers that speak TLS."""
    started = []

    def start(tls: ssl.SSLContext) -> Receiver:
        receiver = Receiver(tls=tls)
        started.append(receiver)
        return receiver

    yield start
    for receiver in started:
        receiver.stop()


def hooked(client: Client, url: str) -> str:
    """The id of a webhook for which something waits."""
    webhook_id: str = create(client, url, event_types=["role.*"]).webhook.webhook_id
    make_role(client, "Reader")
    return webhook_id


def error_of(client: Client) -> str:
    """Why the only attempt failed; it got no answer."""
    (delivery,) = deliveries(client)
    (attempt,) = delivery.attempts
    assert (delivery.state, attempt.status_code) == (PENDING, 0)
    return str(attempt.error)


# -- certificates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_certificate_of_an_authority_of_the_installation_is_accepted(
    project: Client, authority: Authority, start_receiver: StartReceiver, start_work: StartWork, host: str
) -> None:
    """For the host that the URL names, be it an address."""
    receiver = start_receiver(authority.server(host))
    webhook_id = hooked(project, receiver.url(host))

    start_work(webhook_ca_file=authority.file).deliver(webhook_id)

    assert states(project) == [SUCCEEDED]
    (request,) = receiver.received
    assert request.headers["host"] == f"{host}:{receiver.port}"


def test_certificate_of_an_unknown_authority_is_refused(
    project: Client, authority: Authority, start_receiver: StartReceiver, start_work: StartWork
) -> None:
    """Nothing was sent."""
    receiver = start_receiver(authority.server("localhost"))
    webhook_id = hooked(project, receiver.url("localhost"))

    start_work().deliver(webhook_id)

    assert error_of(project).startswith("the certificate is not accepted: unable to get local issuer")
    assert receiver.received == []


@pytest.mark.parametrize(
    ("names", "host", "problem"),
    [
        (["receiver.example"], "localhost", "certificate is not valid for 'localhost'"),
        (["localhost"], "127.0.0.1", "certificate is not valid for '127.0.0.1'"),
    ],
)
def test_certificate_of_another_host_is_refused(
    project: Client,
    authority: Authority,
    start_receiver: StartReceiver,
    start_work: StartWork,
    names: list[str],
    host: str,
    problem: str,
) -> None:
    """Though its authority is known."""
    receiver = start_receiver(authority.server(*names))
    webhook_id = hooked(project, receiver.url(host))

    start_work(webhook_ca_file=authority.file).deliver(webhook_id)

    assert error_of(project).startswith("the certificate is not accepted: ")
    assert problem in error_of(project)
    assert receiver.received == []


def test_certificate_that_has_expired_is_refused(
    project: Client, authority: Authority, start_receiver: StartReceiver, start_work: StartWork
) -> None:
    """It vouches for nobody any more."""
    receiver = start_receiver(authority.server("localhost", expired=True))
    webhook_id = hooked(project, receiver.url("localhost"))

    start_work(webhook_ca_file=authority.file).deliver(webhook_id)

    assert error_of(project) == "the certificate is not accepted: certificate has expired"
    assert receiver.received == []


def test_connection_to_one_host_serves_no_other_behind_the_same_address(
    server: Running,
    project: Client,
    authority: Authority,
    start_receiver: StartReceiver,
    start_work: StartWork,
) -> None:
    """The certificate that was looked at is not the other one's."""
    receiver = start_receiver(authority.server("localhost"))
    webhook_id = hooked(project, receiver.url("localhost"))
    for number in range(3 * PARALLEL):
        make_role(project, f"Role {number}")

    def move(_: Received) -> Reply:
        sql(server.url, "UPDATE webhooks SET url = %s", receiver.url("127.0.0.1"))
        return Reply()

    receiver.answer = move
    start_work(webhook_ca_file=authority.file).deliver(webhook_id)

    assert {request.headers["host"] for request in receiver.received} == {f"localhost:{receiver.port}"}
    refused = [delivery.attempts[0].error for delivery in deliveries(project) if delivery.state == PENDING]
    assert refused
    assert all("certificate is not valid for '127.0.0.1'" in error for error in refused)


# -- addresses -------------------------------------------------------------------------------------


def test_name_that_leads_to_a_private_address_is_refused(
    client: Client, authority: Authority, start_receiver: StartReceiver, start_work: StartWork
) -> None:
    """When something is to be sent: until then nobody knows where it leads. No connection is made."""
    receiver = start_receiver(authority.server("localhost"))
    webhook_id = hooked(client, receiver.url("localhost"))

    start_work(webhook_ca_file=authority.file).deliver(webhook_id)

    refusal = "localhost has no public address, and the project's settings allow no other"
    assert error_of(client) == refusal
    assert receiver.connections == 0


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_permission_that_is_taken_back_holds_for_what_waits(
    project: Client, receiver: Receiver, start_work: StartWork, host: str
) -> None:
    """Whatever the URL was when it was set."""
    webhook_id = hooked(project, receiver.url(host))
    allow_private_addresses(project, allowed=False)

    start_work().deliver(webhook_id)

    assert error_of(project) == "plain http is not allowed by the project's settings"
    assert receiver.connections == 0


def test_unknown_host_is_told(project: Client, start_work: StartWork) -> None:
    """By name."""
    webhook_id = hooked(project, "https://nobody.invalid/")

    start_work().deliver(webhook_id)

    assert error_of(project) == "the host name nobody.invalid cannot be resolved"


def test_proxy_of_the_environment_is_not_used(
    project: Client, receiver: Receiver, start_work: StartWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It might lead anywhere."""
    proxy = Receiver()
    try:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        webhook_id = hooked(project, receiver.url())

        start_work().deliver(webhook_id)

        assert len(receiver.received) == 1
        assert proxy.connections == 0
    finally:
        proxy.stop()


# -- receivers that are no receivers ---------------------------------------------------------------


class Peer:
    """Accepts connections, reads what comes first, and says something of its own."""

    def __init__(self, words: bytes) -> None:
        self._words = words
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(self._words)

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length",
        b"HTTP/1.1 2\r\n\r\n",
        b"\0" * 70_000,
    ],
)
def test_answer_that_is_none_is_a_failure(project: Client, start_work: StartWork, words: bytes) -> None:
    """None of its words are kept."""
    peer = Peer(words)
    try:
        webhook_id = hooked(project, peer.url)
        start_work().deliver(webhook_id)
    finally:
        peer.stop()

    told = error_of(project)
    assert told in (
        "the answer is not HTTP, or the connection was closed before it",
        "the connection broke",
    )


def test_answer_counts_though_its_rest_never_comes(project: Client, start_work: StartWork) -> None:
    """The status says all."""
    peer = Peer(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly so much")
    try:
        webhook_id = hooked(project, peer.url)
        work = start_work()
        eventually(lambda: (work.deliver(webhook_id), states(project) == [SUCCEEDED])[1])
    finally:
        peer.stop()

    (delivery,) = deliveries(project)
    assert delivery.attempt_count == 1


def test_https_url_of_a_plain_receiver_fails(
    project: Client, receiver: Receiver, start_work: StartWork
) -> None:
    """There is no going back to http."""
    webhook_id = hooked(project, receiver.url().replace("http:", "https:"))

    start_work(webhook_timeout=5).deliver(webhook_id)

    assert error_of(project) in ("TLS failed", "no connection")
    assert receiver.received == []
