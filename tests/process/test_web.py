"""The web process of `roster serve`: started, killed, drained, in the way of others."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import httpx
import psycopg

from server.embedded import running_url
from tests.process.conftest import alive, descendants, eventually, postmaster_pid
from tests.process.service import Service, StartService, only, run


def get(service: Service, path: str) -> httpx.Response | None:
    """The answer; None while nobody answers."""
    try:
        return httpx.get(f"http://{service.credentials()['web_address']}{path}", timeout=10)
    except httpx.TransportError:
        return None


def status(service: Service, path: str) -> int:
    answer = get(service, path)
    return 0 if answer is None else answer.status_code


def is_ready(service: Service) -> bool:
    return status(service, "/readyz") == 200


def test_start_tells_the_address_of_the_web_process(start: StartService) -> None:
    """In the credentials file and to whoever started it."""
    service = start(**only(web=True))

    eventually(lambda: is_ready(service))
    assert f"Web:         http://{service.credentials()['web_address']}\n" in service.banner


def test_second_start_on_the_same_data_tells_the_new_address(start: StartService) -> None:
    assert start(**only(web=True)).stop() == 0

    second = start(**only(web=True))

    eventually(lambda: is_ready(second))
    assert second.credentials()["web_address"] in second.banner


def test_killed_web_process_is_replaced_at_the_same_address(start: StartService) -> None:
    service = start(**only(web=True))
    eventually(lambda: is_ready(service))
    before = service.pid("web")

    os.kill(before, signal.SIGKILL)

    eventually(lambda: service.pid("web") != before)
    eventually(lambda: is_ready(service))


def test_request_in_flight_ends_well_before_the_service_does(start: StartService) -> None:
    """The rest of it arrives after the signal."""
    service = start(**only(web=True))
    eventually(lambda: is_ready(service))
    left = descendants(service.process.pid)
    host, _, port = service.credentials()["web_address"].rpartition(":")
    address = (host, int(port))
    with socket.create_connection(address, timeout=20) as slow:
        slow.sendall(
            b"POST /verify-email HTTP/1.1\r\nHost: any\r\nContent-Length: 9\r\nExpect: 100-continue\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        assert slow.recv(4096).startswith(b"HTTP/1.1 100 ")
        service.process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses_connections(address))
        slow.sendall(b"project=1")
        assert slow.recv(4096).startswith(b"HTTP/1.1 404 ")
    assert service.process.wait(60) == 0
    eventually(lambda: not any(map(alive, left)))
    assert service.log("process killed") == []


def refuses_connections(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) != 0


def test_database_that_is_away_is_told_to_load_balancers_only(start: StartService) -> None:
    """The process itself is well, and nothing is gained by a restart."""
    service = start(**only(web=True))
    eventually(lambda: is_ready(service))
    url = running_url(service.data_dir)
    assert url is not None
    postmaster = postmaster_pid(service.data_dir)
    with psycopg.connect(url, autocommit=True) as connection:
        os.kill(postmaster, signal.SIGSTOP)
        try:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'roster'"
            )
            eventually(lambda: status(service, "/readyz") == 503)
            assert status(service, "/healthz") == 200
        finally:
            os.kill(postmaster, signal.SIGCONT)
    eventually(lambda: is_ready(service))


def test_port_in_use_is_told_in_one_line(start: StartService, tmp_path: Path) -> None:
    address = start(**only(web=True)).credentials()["web_address"]

    code, output, errors = run("serve", tmp_path / "other", ROSTER_WEB_LISTEN=address)

    problem = "another process, perhaps another Roster, has that port"
    assert (code, output, errors) == (
        1,
        "",
        f"roster: ROSTER_WEB_LISTEN: cannot listen on {address}: {problem}\n",
    )


def test_no_address_is_no_web_process(start: StartService) -> None:
    service = start(**only())

    assert "web" not in service.log("serving")[0]["processes"]
    assert service.credentials()["web_address"] == ""
    assert "Web:" not in service.banner


def test_public_address_that_is_none_is_named(data_dir: Path) -> None:
    code, _, errors = run("serve", data_dir, ROSTER_PUBLIC_URL="id.example.com")

    assert (code, len(errors.splitlines())) == (2, 1)
    assert errors.startswith("roster: ROSTER_PUBLIC_URL: ")
