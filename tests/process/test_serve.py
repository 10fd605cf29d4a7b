"""`roster serve`, started as it is on a machine, and killed as it is on a bad day."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import grpc
import psycopg
import pytest
from roster.v1 import role_pb2, role_service_pb2

from server.embedded import running_url
from tests.calling import Client, Refused
from tests.process.conftest import alive, descendants, eventually, postmaster_pid

WORKERS = 2


@dataclass
class Service:
    """A running `roster serve`."""

    process: subprocess.Popen[str]
    data_dir: Path
    log_file: Path
    banner: str

    def credentials(self) -> dict[str, str]:
        held: dict[str, str] = json.loads((self.data_dir / "credentials.json").read_text(encoding="utf-8"))
        return held

    def client(self) -> Client:
        held = self.credentials()
        return Client(grpc.insecure_channel(held["address"]), held["project_id"], held["management_key"])

    def log(self, event: str) -> list[dict[str, Any]]:
        """The supervisor's lines about an event."""
        lines = map(json.loads, self.log_file.read_text(encoding="utf-8").splitlines())
        return [line for line in lines if (line["logger"], line["event"]) == ("roster.supervisor", event)]

    def pid(self, name: str) -> int:
        """The process that has the name now."""
        restarted = [line["pid"] for line in self.log("process restarted") if line["process"] == name]
        pid: int = [self.log("serving")[0]["processes"][name], *restarted][-1]
        return pid

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)


StartService = Callable[..., Service]


@pytest.fixture
def start(data_dir: Path) -> Iterator[StartService]:
    """Starts services on this test's data directory and returns each once it serves."""
    services: list[Service] = []

    def start(**settings: str) -> Service:
        data_dir.mkdir(exist_ok=True)
        log_file = data_dir / f"log.{len(services)}"
        with log_file.open("w", encoding="utf-8") as log:
            process = _roster("serve", data_dir, log, **settings)
        service = Service(process, data_dir, log_file, "")
        services.append(service)
        assert process.stdout is not None
        while (line := process.stdout.readline()) and "ListUsers" not in line:
            service.banner += line
        service.banner += line
        assert "Roster serves on" in service.banner, log_file.read_text(encoding="utf-8")
        eventually(lambda: service.log("serving"))
        return service

    yield start
    for service in services:
        if service.process.poll() is None:
            left = descendants(service.process.pid)
            service.stop()
            eventually(lambda left=left: not any(map(alive, left)))
        assert service.process.stdout is not None
        service.process.stdout.close()


def _roster(command: str, data_dir: Path, log: IO[str] | int, **settings: str) -> subprocess.Popen[str]:
    usual = {
        "ROSTER_DATA_DIR": str(data_dir),
        "ROSTER_LISTEN": "127.0.0.1:0",
        "ROSTER_WORKERS": str(WORKERS),
        "ROSTER_SHUTDOWN_GRACE": "20",
    }
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("roster")), command],
        env=os.environ | usual | settings,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )


def _run(command: str, data_dir: Path, **settings: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command that comes to its end."""
    process = _roster(command, data_dir, subprocess.PIPE, **settings)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def make_role(client: Client, name: str) -> str:
    request = role_service_pb2.CreateRoleRequest(role=role_pb2.Role(name=name))
    role_id: str = client.roles.CreateRole(request).role.role_id
    return role_id


def has_role(client: Client, name: str) -> bool:
    """Whether the role is there; false, too, while the service is out."""
    request = role_service_pb2.GetRoleRequest(by=role_pb2.RoleRef(name=name))
    try:
        return bool(client.roles.GetRole(request, timeout=5).role.role_id)
    except Refused as error:
        if error.code in ("UNAVAILABLE", "NOT_FOUND"):
            return False
        raise


def test_first_start_gives_what_a_script_needs_to_call_it(start: StartService) -> None:
    service = start()
    assert service.credentials().keys() == {"address", "project_id", "management_key"}
    assert stat.S_IMODE((service.data_dir / "credentials.json").stat().st_mode) == 0o600
    make_role(service.client(), "reader")


def test_printed_call_works_when_pasted(start: StartService) -> None:
    service = start()
    line = service.banner.splitlines()[-1].strip()
    if "/grpcurl" not in line:
        pytest.skip("grpcurl is not made for this system")
    shown = subprocess.run(["/bin/sh", "-c", line], check=True, capture_output=True, text=True)
    assert json.loads(shown.stdout) == {}


def test_key_reaches_no_log(start: StartService) -> None:
    service = start()
    make_role(service.client(), "reader")
    key = service.credentials()["management_key"]
    assert service.stop() == 0
    logs = [*service.data_dir.glob("log.*"), service.data_dir / "postgres.log"]
    assert [path for path in logs if key in path.read_text(encoding="utf-8")] == []


def test_second_start_keeps_everything_and_tells_the_new_address(start: StartService) -> None:
    first = start()
    make_role(first.client(), "reader")
    before = first.credentials()
    assert first.stop() == 0
    second = start()
    after = second.credentials()
    assert has_role(second.client(), "reader")
    assert (after["project_id"], after["management_key"]) == (before["project_id"], before["management_key"])
    assert after["address"] in second.banner


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_call_in_flight_ends_well_before_the_service_does(start: StartService, number: int) -> None:
    """Even when the signal reaches every process of the group, as Ctrl-C does."""
    service = start()
    client, processes = service.client(), descendants(service.process.pid)
    address = service.credentials()["address"].rpartition(":")
    url = running_url(service.data_dir)
    assert url is not None
    with psycopg.connect(url) as blocker, psycopg.connect(url, autocommit=True) as watcher:
        blocker.execute("LOCK TABLE roles IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(1) as caller:
            call = caller.submit(make_role, client, "late")
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            eventually(lambda: watcher.execute(waiting).fetchone() != (0,))
            for pid in (
                service.process.pid,
                *(service.pid(f"worker-{n}") for n in range(WORKERS)),
                service.pid("keeper"),
            ):
                os.kill(pid, number)
            eventually(lambda: _refuses_connections(address[0], int(address[2])))
            blocker.rollback()
            assert call.result(30)
    assert service.process.wait(60) == 0
    eventually(lambda: not any(map(alive, processes)))
    assert service.log("process killed") == []


def _refuses_connections(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) != 0


def test_second_signal_ends_calls_in_flight(start: StartService) -> None:
    service = start(ROSTER_SHUTDOWN_GRACE="600")
    client = service.client()
    url = running_url(service.data_dir)
    assert url is not None
    # Closed only: the service ends the session.
    with closing(psycopg.connect(url)) as blocker, ThreadPoolExecutor(1) as caller:
        blocker.execute("LOCK TABLE roles IN ACCESS EXCLUSIVE MODE")
        call = caller.submit(has_role, client, "any")
        with psycopg.connect(url, autocommit=True) as watcher:
            eventually(lambda: watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone())
        service.process.send_signal(signal.SIGINT)
        address = service.credentials()["address"].rpartition(":")
        eventually(lambda: _refuses_connections(address[0], int(address[2])))
        assert service.stop(signal.SIGINT) == 0
        assert call.result(30) is False


def test_killed_worker_is_replaced(start: StartService) -> None:
    service = start()
    make_role(service.client(), "reader")
    for name in ("worker-0", "worker-1"):
        os.kill(service.pid(name), signal.SIGKILL)
    eventually(lambda: len(service.log("process restarted")) == WORKERS)
    client = service.client()
    eventually(lambda: has_role(client, "reader"))


def test_killed_postgresql_comes_back_and_calls_succeed_by_themselves(start: StartService) -> None:
    service = start()
    client = service.client()
    make_role(client, "reader")
    workers = [service.pid(f"worker-{n}") for n in range(WORKERS)]
    os.kill(postmaster_pid(service.data_dir), signal.SIGKILL)
    eventually(lambda: service.log("process restarted"))
    eventually(lambda: has_role(client, "reader"))
    assert workers == [service.pid(f"worker-{n}") for n in range(WORKERS)]


def test_killed_keeper_comes_back_with_the_database(start: StartService) -> None:
    service = start()
    client = service.client()
    make_role(client, "reader")
    os.kill(service.pid("keeper"), signal.SIGKILL)
    eventually(lambda: service.log("process restarted"))
    eventually(lambda: has_role(client, "reader"))


def test_killed_supervisor_leaves_nothing_running_and_nothing_damaged(start: StartService) -> None:
    service = start()
    make_role(service.client(), "reader")
    left = descendants(service.process.pid)
    service.process.kill()
    service.process.wait()
    eventually(lambda: not any(map(alive, left)))
    assert has_role(start().client(), "reader")


def test_start_right_after_a_kill_takes_over(start: StartService) -> None:
    """While the processes of the killed service are still on their way out."""
    service = start()
    make_role(service.client(), "reader")
    service.process.kill()
    service.process.wait()
    assert has_role(start().client(), "reader")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends the database")
def test_nothing_is_left_when_supervisor_and_keeper_are_killed_at_once(start: StartService) -> None:
    service = start()
    left = descendants(service.process.pid)
    os.kill(service.pid("keeper"), signal.SIGKILL)
    service.process.kill()
    service.process.wait()
    eventually(lambda: not any(map(alive, left)))


def test_second_service_on_the_data_directory_is_refused(start: StartService) -> None:
    service = start()
    code, _, errors = _run("serve", service.data_dir)
    assert code == 1
    assert re.fullmatch(
        r"roster: another Roster process \(pid \d+\) is using the data directory .*\n", errors
    )
    make_role(service.client(), "undisturbed")


def test_second_service_on_the_port_is_refused(start: StartService, tmp_path: Path) -> None:
    """SO_REUSEPORT alone would let it take half of the calls, silently."""
    address = start().credentials()["address"]
    code, _, errors = _run("serve", tmp_path / "other", ROSTER_LISTEN=address)
    assert (code, errors) == (
        1,
        f"roster: cannot listen on {address}: another process, perhaps another Roster, has that port\n",
    )


def test_unreachable_database_is_told_in_one_line(data_dir: Path) -> None:
    url = "postgresql://someone:secret@127.0.0.1:1/nowhere"
    code, output, errors = _run("serve", data_dir, ROSTER_DATABASE_URL=url)
    last = errors.splitlines()[-1]
    assert (code, output) == (1, "")
    assert last.startswith("roster: the database cannot be reached: ")
    assert "secret" not in errors


def test_outside_database_is_served_without_a_keeper(start: StartService, postgres: str) -> None:
    service = start(ROSTER_DATABASE_URL=postgres)
    assert service.log("serving")[0]["processes"].keys() == {"worker-0", "worker-1"}
    make_role(service.client(), "outside")
    assert not (service.data_dir / "postgres").exists()


def test_wrong_setting_is_named(data_dir: Path) -> None:
    code, _, errors = _run("serve", data_dir, ROSTER_THREADS="none")
    assert (code, len(errors.splitlines())) == (2, 1)
    assert errors.startswith("roster: ROSTER_THREADS: ")


def test_migrate_works_with_and_without_a_running_service(start: StartService, data_dir: Path) -> None:
    code, output, _ = _run("migrate", data_dir)
    assert (code, output.startswith("applied ")) == (0, True)
    start()
    assert _run("migrate", data_dir)[:2] == (0, "the schema is up to date\n")


def test_metrics_of_all_workers_are_on_one_page(start: StartService) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    service = start(ROSTER_METRICS_LISTEN=address)
    make_role(service.client(), "counted")
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as page:
        assert b"CreateRole" in page.read()
