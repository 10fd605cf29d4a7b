"""Work in the background as whole processes do it: started, killed, left to others, late."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_pb2, user_pb2
from roster.v1 import user_action_service_pb2 as rpc
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client
from tests.process.conftest import eventually
from tests.process.service import StartService, only, run

SOON = Duration(seconds=1)


def suspended(client: Client, duration: Duration) -> str:
    """The id of an action that was applied to a new user for so long."""
    user = client.users.CreateUser(
        user_rpc.CreateUserRequest(user=user_pb2.User(email="ada@example.com"))
    ).user
    definition = user_action_pb2.UserAction(name="Suspend", temporal=True, prevent_login=True)
    action = client.actions.CreateUserAction(rpc.CreateUserActionRequest(user_action=definition)).user_action
    applied = client.actions.ApplyUserAction(
        rpc.ApplyUserActionRequest(
            by=user_pb2.UserRef(user_id=user.user_id),
            user_action_id=action.user_action_id,
            duration=duration,
        )
    ).applied_action
    return str(applied.applied_action_id)


def announced(client: Client, applied_action_id: str) -> bool:
    """Whether the end of an action has been recorded and told."""
    request = rpc.GetAppliedActionRequest(applied_action_id=applied_action_id)
    applied = client.actions.GetAppliedAction(request).applied_action
    return bool(applied.end_event_state == user_action_pb2.END_EVENT_STATE_SENT)


def test_action_ends_by_itself(start: StartService) -> None:
    """One command starts all that it takes."""
    client = start().client()
    applied_action_id = suspended(client, SOON)

    assert eventually(lambda: announced(client, applied_action_id))


def test_action_that_was_due_while_everything_was_down_ends_after_the_start(start: StartService) -> None:
    """Nothing remembers it but the database."""
    first = start(**only())
    applied_action_id = suspended(first.client(), Duration(nanos=1_000_000))
    assert not announced(first.client(), applied_action_id)
    assert first.stop() == 0

    client = start(**only(jobs=1)).client()

    assert eventually(lambda: announced(client, applied_action_id))


def test_killed_worker_is_replaced(start: StartService) -> None:
    """And goes on where the one before was."""
    service = start(**only(jobs=1))
    client = service.client()
    before = service.pid("jobs-0")

    os.kill(before, signal.SIGKILL)
    applied_action_id = suspended(client, SOON)

    eventually(lambda: service.pid("jobs-0") != before)
    assert eventually(lambda: announced(client, applied_action_id))


@pytest.fixture
def worker(data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`roster worker` on this test's data directory."""
    command = [str(Path(sys.executable).with_name("roster")), "worker"]
    process = subprocess.Popen(command, env=os.environ | {"ROSTER_DATA_DIR": str(data_dir)})
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_worker_by_itself_works_beside_a_service_that_has_none(
    start: StartService, request: pytest.FixtureRequest
) -> None:
    """It finds the database of the data directory, and ends on SIGTERM."""
    service = start(**only())
    client = service.client()
    applied_action_id = suspended(client, Duration(nanos=1_000_000))

    process: subprocess.Popen[bytes] = request.getfixturevalue("worker")

    assert eventually(lambda: announced(client, applied_action_id))
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_secret_key_is_made_once_and_is_nobody_elses(start: StartService, data_dir: Path) -> None:
    """The second start finds the one of the first."""
    assert start(from_nothing=True, **only()).stop() == 0
    key = (data_dir / "secret-key").read_bytes()
    start(**only())

    assert (data_dir / "secret-key").read_bytes() == key
    assert (data_dir / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (b64encode(bytes(32)).decode(), "is not the key that this database's secrets are sealed with"),
        ("secret", "must be 32 bytes in Base64"),
    ],
    ids=["another", "no key"],
)
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_another_secret_key_than_the_first_is_refused(
    start: StartService, data_dir: Path, command: str, key: str, told: str
) -> None:
    """By all that would seal or open with it; with the first one all goes on."""
    service = start(**only())
    assert service.stop() == 0

    code, _, errors = run(command, data_dir, ROSTER_SECRET_KEY=key, **only())

    assert (code, errors.splitlines()[-1]) == (1, f"roster: ROSTER_SECRET_KEY {told}")
    assert key not in errors
    start(**only())
