"""What the tests of processes share: a data directory, and patience with a limit."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests import secrecy
from tests.process.service import Service, StartService, run, spawn

Answer = TypeVar("Answer")


@contextmanager
def _passable() -> Iterator[Path]:
    """A directory through which PostgreSQL's account can pass when the tests run as root."""
    directory = Path(tempfile.mkdtemp(prefix="roster-test-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """What is started hears Ctrl-C, though these tests may have been started where it is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory yet to be made."""
    with _passable() as parent:
        yield parent / "data"


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """A data directory with a database as the first start would make it, but without a project."""
    with _passable() as parent:
        code, _, errors = run("migrate", parent / "data")
        assert code == 0, errors
        yield parent / "data"


def eventually(look: Callable[[], Answer], seconds: float = 30.0) -> Answer:
    """The first true answer of `look`, asked again and again; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)
    return answer


def alive(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return shown.stdout.strip()[:1] not in ("", "Z")


def descendants(pid: int) -> list[int]:
    """The children of a process, their children, and so on."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True)
    pairs = [(int(child), int(parent)) for child, parent in map(str.split, shown.stdout.splitlines())]
    found = [pid]
    for parent in found:
        found += [child for child, above in pairs if above == parent]
    return found[1:]


def postmaster_pid(directory: Path) -> int:
    """The main process of the PostgreSQL that runs on a data directory."""
    return int((directory / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])


def _await_end(pids: list[int]) -> None:
    eventually(lambda: not any(map(alive, pids)))


@pytest.fixture
def start(data_dir: Path, prepared: Path) -> Iterator[StartService]:
    """Starts services on this test's data directory and returns each once it serves. `from_nothing`: the
    first of them makes all that it needs, the database included, which takes longer."""
    services: list[Service] = []

    def start(*, from_nothing: bool = False, **settings: str) -> Service:
        if not (from_nothing or data_dir.exists()):
            # With the owners of the files, which are of PostgreSQL's account.
            subprocess.run(["cp", "-a", prepared, data_dir], check=True)
        data_dir.mkdir(exist_ok=True)
        log_file = data_dir / f"log.{len(services)}"
        with log_file.open("w", encoding="utf-8") as log:
            process = spawn("serve", data_dir, log, **settings)
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
            _await_end(left)
            assert "process killed" not in service.log_file.read_text(encoding="utf-8")
        assert service.process.stdout is not None
        service.process.stdout.close()
        assert not secrecy.shown_in(service.log_file.read_text(encoding="utf-8"))
