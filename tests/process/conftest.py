"""What the tests of processes share: a data directory, and patience with a limit."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

Answer = TypeVar("Answer")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory yet to be made, where PostgreSQL's account can reach it when the tests run as root."""
    parent = Path(tempfile.mkdtemp(prefix="roster-test-"))
    parent.chmod(0o711)
    yield parent / "data"
    shutil.rmtree(parent)


def eventually(look: Callable[[], Answer], seconds: float = 30.0) -> Answer:
    """The first true answer of `look`, asked again and again; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)
    return answer


def alive(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self").exists():
        return True
    try:
        return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def postmaster_pid(directory: Path) -> int:
    return int((directory / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
