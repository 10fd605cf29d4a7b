"""Ports that are held for processes to come."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from server.address import Address, reserve, reserved
from server.startup import StartError


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_held_port_is_nobody_elses_before_anyone_listens(host: str) -> None:
    """Two services that start at the same time do not share one unknowingly."""
    with reserved(f"{host}:0", "ROSTER_LISTEN") as first, pytest.raises(StartError) as told:
        reserve(first.address, "ROSTER_WEB_LISTEN")

    problem = "another process, perhaps another Roster, has that port"
    assert str(told.value) == f"ROSTER_WEB_LISTEN: cannot listen on {first.address}: {problem}"


def test_processes_of_the_holder_share_the_port_and_take_all_connections() -> None:
    with reserved("127.0.0.1:0", "ROSTER_LISTEN") as held:
        at = (held.listen.host, held.listen.port)
        with (
            socket.create_server(at, reuse_port=True) as one,
            socket.create_server(at, reuse_port=True) as two,
        ):
            for _ in range(20):
                socket.create_connection(at, timeout=5).close()
            one.setblocking(False)
            two.setblocking(False)
            assert sum(_accepted(each) for each in (one, two)) == 20


def _accepted(server: socket.socket) -> int:
    count = 0
    while True:
        try:
            connection, _ = server.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1


def test_port_whose_connections_linger_is_free_again() -> None:
    """As after a restart: they were closed from this side."""
    with reserved("127.0.0.1:0", "ROSTER_LISTEN") as held:
        at = (held.listen.host, held.listen.port)
        with socket.create_server(at, reuse_port=True) as server:
            client = socket.create_connection(at, timeout=5)
            connection, _ = server.accept()
            connection.close()
            client.recv(1)
            client.close()

    with closing(reserve(Address(*at), "ROSTER_LISTEN").socket) as again:
        assert again.getsockname() == at


def test_port_is_free_when_the_holder_lets_go() -> None:
    with reserved("127.0.0.1:0", "ROSTER_LISTEN") as held:
        pass

    with reserved(str(held.address), "ROSTER_LISTEN") as again:
        assert again.address == held.address


@pytest.mark.parametrize("text", ["localhost", "127.0.0.1:", ":x", "127.0.0.1:65536", ""])
def test_what_is_no_address_is_told_with_the_setting(text: str) -> None:
    with pytest.raises(StartError, match=r"^ROSTER_WEB_LISTEN: .* is no address; write it host:port"):
        Address.parse(text, "ROSTER_WEB_LISTEN")
