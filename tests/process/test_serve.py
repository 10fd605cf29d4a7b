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
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from roster.v1 import role_pb2, role_service_pb2

from server.embedded import running_url
from tests.calling import Client, Refused
from tests.process.conftest import alive, descendants, eventually, postmaster_pid
from tests.process.service import WORKERS, StartService, only, run


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
    service = start(from_nothing=True)
    assert service.credentials().keys() == {
        "address",
        "web_address",
        "project_id",
        "management_key",
    }
    assert stat.S_IMODE((service.data_dir / "credentials.json").stat().st_mode) == 0o600
    make_role(service.client(), "reader")


def test_printed_call_works_when_pasted(start: StartService) -> None:
    service = start(**only())
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
    first = start(**only())
    make_role(first.client(), "reader")
    before = first.credentials()
    assert first.stop() == 0
    second = start(**only())
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
    service = start(**only())
    code, _, errors = run("serve", service.data_dir)
    assert code == 1
    assert re.fullmatch(
        r"roster: another Roster process \(pid \d+\) is using the data directory .*\n", errors
    )
    make_role(service.client(), "undisturbed")


def test_second_service_on_the_port_is_refused(start: StartService, tmp_path: Path) -> None:
    """SO_REUSEPORT alone would let it take half of the calls, silently."""
    address = start(**only()).credentials()["address"]
    code, _, errors = run("serve", tmp_path / "other", ROSTER_LISTEN=address)
    problem = "another process, perhaps another Roster, has that port"
    assert (code, errors) == (
        1,
        f"roster: ROSTER_LISTEN: cannot listen on {address}: {problem}\n",
    )


def test_unreachable_database_is_told_in_one_line(data_dir: Path) -> None:
    url = "postgresql://someone:secret@127.0.0.1:1/nowhere"
    code, output, errors = run("serve", data_dir, ROSTER_DATABASE_URL=url)
    last = errors.splitlines()[-1]
    assert (code, output) == (1, "")
    assert last.startswith("roster: the database cannot be reached: ")
    assert "secret" not in errors


def test_outside_database_is_served_without_a_keeper(start: StartService, postgres: str) -> None:
    service = start(from_nothing=True, ROSTER_DATABASE_URL=postgres)
    assert service.log("serving")[0]["processes"].keys() == {"web", "worker-0", "worker-1", "jobs-0"}
    make_role(service.client(), "outside")
    assert not (service.data_dir / "postgres").exists()


def test_wrong_setting_is_named(data_dir: Path) -> None:
    code, _, errors = run("serve", data_dir, ROSTER_THREADS="none")
    assert (code, len(errors.splitlines())) == (2, 1)
    assert errors.startswith("roster: ROSTER_THREADS: ")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"ROSTER_ARGON2_MEMORY_COST": "8"},
            "ROSTER_ARGON2_MEMORY_COST must be at least 8 times ROSTER_ARGON2_PARALLELISM",
        ),
        (
            {"ROSTER_WEBHOOK_CA_FILE": "/nowhere"},
            "ROSTER_WEBHOOK_CA_FILE: /nowhere cannot be read: No such file or directory",
        ),
        ({"ROSTER_SMTP_CA_FILE": __file__}, f"ROSTER_SMTP_CA_FILE: {__file__} holds no certificate in PEM"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_settings_of_no_use_are_told_before_anything_starts(
    data_dir: Path, command: str, settings: dict[str, str], told: str
) -> None:
    """In one line."""
    code, _, errors = run(command, data_dir, **settings)
    assert (code, errors) == (1, f"roster: {told}\n")


def test_migrate_works_with_and_without_a_running_service(start: StartService, data_dir: Path) -> None:
    code, output, _ = run("migrate", data_dir)
    assert (code, output.startswith("applied ")) == (0, True)
    start(**only())
    assert run("migrate", data_dir)[:2] == (0, "the schema is up to date\n")


def test_metrics_of_all_workers_are_on_one_page(start: StartService) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    service = start(**only(workers=WORKERS), ROSTER_METRICS_LISTEN=address)
    make_role(service.client(), "counted")
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as page:
        assert b"CreateRole" in page.read()
