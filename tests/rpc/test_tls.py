"""TLS and mutual TLS, with certificates that change while the server runs."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from roster.v1 import user_service_pb2 as rpc

from server.certificates import Certificates
from server.config import Config
from server.startup import StartError
from tests.calling import Client, Refused
from tests.certificates import Authority
from tests.conftest import Running, StartServer, Template

LOCALHOST = ("127.0.0.1", "localhost")
Call = Callable[..., int]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Vouches for servers and clients."""
    return Authority(tmp_path)


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    """Whom nobody trusts."""
    (tmp_path / "strange").mkdir()
    return Authority(tmp_path / "strange")


@pytest.fixture
def users(template: Template) -> Call:
    """How many users a call over a channel finds."""

    def call(channel: grpc.Channel) -> int:
        held = template.credentials
        client = Client(channel, held.project_id, held.management_key)
        return len(client.users.ListUsers(rpc.ListUsersRequest(), timeout=10).users)

    return call


def secured(server: Running, authority: Authority, *identity: Path) -> grpc.Channel:
    """A channel that trusts an authority, and shows a certificate if it is given one and its key."""
    cert, key = (file.read_bytes() for file in identity) if identity else (None, None)
    credentials = grpc.ssl_channel_credentials(authority.file.read_bytes(), key, cert)
    # Otherwise channels to the same address share a connection.
    return grpc.secure_channel(server.address, credentials, options=[("grpc.use_local_subchannel_pool", 1)])


def settings(cert_file: Path, key_file: Path, client_ca_file: Path | None = None) -> dict[str, Any]:
    """Those of a server."""
    return {"tls_cert_file": cert_file, "tls_key_file": key_file, "tls_client_ca_file": client_ca_file}


def shown(server: Running) -> bytes:
    """The certificate that a new connection is shown."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    host, _, port = server.address.rpartition(":")
    with socket.create_connection((host, int(port)), 10) as plain, context.wrap_socket(plain) as wrapped:
        certificate = wrapped.getpeercert(binary_form=True)
    assert certificate is not None
    return certificate


def held(file: Path) -> bytes:
    """The certificate in a file."""
    return ssl.PEM_cert_to_DER_cert(file.read_text(encoding="ascii"))


def test_calls_go_over_tls(start_server: StartServer, authority: Authority, users: Call) -> None:
    """From who trusts the authority, and from nobody in the clear."""
    server = start_server(**settings(*authority.identity("server", *LOCALHOST)))

    with secured(server, authority) as channel:
        assert users(channel) == 0
    with grpc.insecure_channel(server.address) as channel, pytest.raises(Refused) as caught:
        users(channel)
    assert caught.value.code == "UNAVAILABLE"


def test_client_that_does_not_trust_the_authority_stays_away(
    start_server: StartServer, authority: Authority, stranger: Authority, users: Call
) -> None:
    """As it should."""
    server = start_server(**settings(*authority.identity("server", *LOCALHOST)))

    with secured(server, stranger) as channel, pytest.raises(Refused) as caught:
        users(channel)
    assert caught.value.code == "UNAVAILABLE"


def test_clients_show_a_certificate_if_an_authority_of_theirs_is_set(
    start_server: StartServer, authority: Authority, stranger: Authority, users: Call
) -> None:
    """Without one, or with one of somebody else's, they get nowhere; with the right one they need a key all
    the same."""
    server = start_server(**settings(*authority.identity("server", *LOCALHOST), authority.file))

    with secured(server, authority, *authority.identity("client", "client")) as channel:
        assert users(channel) == 0
        with pytest.raises(Refused) as caught:
            Client(channel, "", "").users.ListUsers(rpc.ListUsersRequest())
        assert caught.value.code == "UNAUTHENTICATED"
    for identity in ((), stranger.identity("client", "client")):
        with secured(server, authority, *identity) as channel, pytest.raises(Refused) as caught:
            users(channel)
        assert caught.value.code == "UNAVAILABLE"


def test_new_certificate_is_shown_to_new_connections(
    start_server: StartServer, authority: Authority, users: Call
) -> None:
    """Those that are there go on; nothing is started anew."""
    files = authority.identity("server", *LOCALHOST)
    server = start_server(**settings(*files))
    with secured(server, authority) as channel:
        users(channel)
        before = shown(server)
        assert before == held(files[0])

        authority.identity("server", *LOCALHOST)

        assert shown(server) == held(files[0]) != before
        assert users(channel) == 0
    with secured(server, authority) as channel:
        assert users(channel) == 0


def test_clients_of_a_new_authority_are_let_in(
    start_server: StartServer, authority: Authority, stranger: Authority, users: Call
) -> None:
    """And those of the former one no more."""
    clients = authority.file.with_name("clients.pem")
    clients.write_bytes(authority.file.read_bytes())
    server = start_server(**settings(*authority.identity("server", *LOCALHOST), clients))

    former, new = (of.identity("client", "client") for of in (authority, stranger))
    with secured(server, authority, *new) as channel, pytest.raises(Refused):
        users(channel)

    clients.write_bytes(stranger.file.read_bytes())

    with secured(server, authority, *new) as channel:
        assert users(channel) == 0
    with secured(server, authority, *former) as channel, pytest.raises(Refused) as caught:
        users(channel)
    assert caught.value.code == "UNAVAILABLE"


@pytest.mark.parametrize("broken", ["empty", "other key", "gone"])
def test_files_of_no_use_leave_the_certificate_that_was(
    start_server: StartServer, authority: Authority, users: Call, broken: str
) -> None:
    """As while they are being replaced; once they are whole they are taken."""
    cert_file, key_file = authority.identity("server", *LOCALHOST)
    server = start_server(**settings(cert_file, key_file))
    before = shown(server)

    if broken == "empty":
        cert_file.write_bytes(b"")
    elif broken == "other key":
        key_file.write_bytes(authority.identity("other", *LOCALHOST)[1].read_bytes())
    else:
        key_file.unlink()

    assert shown(server) == before
    with secured(server, authority) as channel:
        assert users(channel) == 0
    authority.identity("server", *LOCALHOST)
    assert shown(server) == held(cert_file) != before


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"tls_cert_file": "server.pem"}, "takes both"),
        ({"tls_client_ca_file": "authority.pem"}, "takes both"),
        ({"tls_cert_file": "server.pem", "tls_key_file": "other.key"}, "is not the key of"),
        ({"tls_cert_file": "server.key", "tls_key_file": "server.key"}, "holds no certificate"),
        ({"tls_cert_file": "server.pem", "tls_key_file": "server.pem"}, "holds no private key"),
        ({"tls_cert_file": "server.pem", "tls_key_file": "none.key"}, "cannot be read"),
        (
            {"tls_cert_file": "server.pem", "tls_key_file": "server.key", "tls_client_ca_file": "server.key"},
            "holds no certificate",
        ),
    ],
)
def test_wrong_files_are_told_at_the_start(
    config: Config, authority: Authority, tmp_path: Path, files: dict[str, str], told: str
) -> None:
    """In a line that names the file."""
    authority.identity("server", *LOCALHOST)
    authority.identity("other", *LOCALHOST)
    chosen = replace(config, **{name: tmp_path / file for name, file in files.items()})

    with pytest.raises(StartError, match=told):
        Certificates.of(chosen)
