"""Imports on bad days: at any point anything is killed, and in the end all is as it was meant to be."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from roster.v1 import custom_attribute_pb2, role_pb2
from roster.v1 import custom_attribute_service_pb2 as attribute_rpc
from roster.v1 import event_service_pb2 as event_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.process.conftest import eventually, postmaster_pid
from tests.process.service import WORKERS, Service, StartService, only
from tests.process.test_users_import import messages_done
from tests.process.transfer import items, started, written

ROLES = ["Editor", "Viewer"]
BCRYPT = {"hashed": {"bcrypt": {"encoded": "$2b$04$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"}}}
KILLS = 3
EXPORT_SECONDS = 600.0
"""For all users, on a machine that has other things to do."""

SIZES = [
    pytest.param(3_000, 20, id="3,000"),
    pytest.param(200_000, 500, id="200,000", marks=[pytest.mark.large, pytest.mark.timeout(1_800)]),
]


def kill_worker(service: Service) -> None:
    """One gRPC worker process that is there; another takes its place."""
    eventually(lambda: killed(service.pid(random.choice(["worker-0", "worker-1"]))))


def killed(pid: int) -> bool:
    """Whether there was a process to kill: one that was killed before may not have been replaced yet."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def kill_postgresql(service: Service) -> None:
    """The main process of PostgreSQL, which takes all others along; it comes back by itself."""
    before = postmaster_pid(service.data_dir)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: there(service) not in (None, before), 60.0)


def there(service: Service) -> int | None:
    """The main process of PostgreSQL, if there is one."""
    try:
        return postmaster_pid(service.data_dir)
    except (FileNotFoundError, IndexError, ValueError):
        return None


class Directory:
    """A file of users, and what they hold; an import of it, over whatever happens."""

    def __init__(self, start: StartService, file: Path, count: int, size: int) -> None:
        self.start = start
        self.service = start(**only(workers=WORKERS))
        self.count = count
        self._size = size
        declare(self.service.client())
        users = items(count, roles=[{"name": name} for name in ROLES])
        for number, item in enumerate(users):
            item["user"]["custom_attributes"] = {"level": number % 10}
            item["password"] = BCRYPT
        self._file = written(file, users)
        self._state = file.with_name(f"{file.name}.import-state")
        self.process = self._started()

    def _started(self, *more: str) -> subprocess.Popen[str]:
        manner = ("--batch-size", str(self._size), "--streams", "2", "--patience", "60")
        return started(self.service, "import", self._file, *manner, *more)

    def await_some_point(self, part: float) -> None:
        """Somewhere in the first `part` of what there is to do, once it is under way."""
        last = self.count // self._size
        now = max(1, messages_done(self._state))
        point = random.randint(now, max(now, int(last * part)))
        eventually(lambda: messages_done(self._state) >= point or self.process.poll() is not None, 900.0)

    def resume(self) -> None:
        """Goes on with an import that has ended."""
        self.process.communicate(timeout=60)
        if self._state.exists():
            self.process = self._started("--resume")

    def finish(self) -> None:
        """To its end, where it says that all are created, unless it was killed when nothing was left to do
        but to say so."""
        _, errors = self.process.communicate(timeout=900)
        if self.process.returncode == -signal.SIGKILL:
            assert not self._state.exists()
        else:
            assert self.process.returncode == 0, errors
            assert f"{self.count:,} created" in errors


def declare(client: Client) -> None:
    """Makes the roles and the attribute that the users have."""
    for name in ROLES:
        client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role_pb2.Role(name=name)))
    level = custom_attribute_pb2.CustomAttribute(
        name="level", type=custom_attribute_pb2.ATTRIBUTE_TYPE_NUMBER
    )
    client.attributes.CreateCustomAttribute(
        attribute_rpc.CreateCustomAttributeRequest(custom_attribute=level)
    )


def users_of(client: Client) -> Counter[tuple[Any, ...]]:
    """What there is of all users: email, roles, attribute, and whether there is a password."""
    return Counter(
        (
            item.user.email,
            *(role.name for role in item.user.roles),
            item.user.custom_attributes["level"].number_value,
            item.password.hashed.bcrypt.encoded,
        )
        for page in client.users.ExportUsers(
            rpc.ExportUsersRequest(include_password_hashes=True), timeout=EXPORT_SECONDS
        )
        for item in page.items
    )


def events_of(client: Client) -> Counter[tuple[str, str]]:
    """How often what was told of each user, all pages of it."""
    request = event_rpc.ListEventsRequest(types=["user.created", "user.updated"], page_size=1_000)
    found: Counter[tuple[str, str]] = Counter()
    while True:
        page = client.events.ListEvents(request)
        found.update((event.type, event.data.fields["after"].struct_value["email"]) for event in page.events)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def assert_as_intended(directory: Directory) -> None:
    """Every user is there once, with all that was meant for it, and was told once."""
    client = directory.service.client()
    users = users_of(client)
    emails = [f"user-{number:06}@example.com" for number in range(directory.count)]
    hashed = BCRYPT["hashed"]["bcrypt"]["encoded"]
    assert users == Counter((email, *ROLES, float(n % 10), hashed) for n, email in enumerate(emails))
    assert events_of(client) == Counter(("user.created", email) for email in emails)


@pytest.mark.parametrize("kill", [kill_worker, kill_postgresql])
@pytest.mark.parametrize(("count", "size"), SIZES)
def test_import_goes_on_over_what_comes_back(
    start: StartService, tmp_path: Path, count: int, size: int, kill: Callable[[Service], None]
) -> None:
    """By itself: the same process ends well."""
    directory = Directory(start, tmp_path / "users.jsonl", count, size)
    for number in range(KILLS):
        directory.await_some_point((number + 1) / (KILLS + 1))
        kill(directory.service)

    directory.finish()
    assert_as_intended(directory)


@pytest.mark.parametrize(("count", "size"), SIZES)
def test_import_that_was_killed_is_resumed(
    start: StartService, tmp_path: Path, count: int, size: int
) -> None:
    """However often, and wherever it was."""
    directory = Directory(start, tmp_path / "users.jsonl", count, size)
    for number in range(KILLS):
        directory.await_some_point((number + 1) / (KILLS + 1))
        directory.process.kill()
        directory.resume()

    directory.finish()
    assert_as_intended(directory)


@pytest.mark.parametrize(("count", "size"), SIZES)
def test_import_outlives_the_whole_service(
    start: StartService, tmp_path: Path, count: int, size: int
) -> None:
    """Supervisor, workers and database, all at once; what comes up in their place goes on."""
    directory = Directory(start, tmp_path / "users.jsonl", count, size)
    for number in range(KILLS):
        directory.await_some_point((number + 1) / (KILLS + 1))
        directory.service.stop(signal.SIGKILL)
        directory.service = start(**only(workers=WORKERS))
        # The address is another one now.
        directory.process.kill()
        directory.resume()

    directory.finish()
    assert_as_intended(directory)
