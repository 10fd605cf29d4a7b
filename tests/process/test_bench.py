"""The benchmark runs to its end on the smallest scale, and cleans up after itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.benchmark.targets import TARGETS
from tests.process.conftest import eventually

TOP = Path(__file__).parents[2]
SMALLEST = {
    "users": "300",
    "few-users": "100",
    "calls": "100",
    "starts": "1",
    "events": "1000",
    "watchers": "3",
    "batch-users": "500",
    "rounds": "1",
    "seconds": "0.3",
    "warm-up": "0.05",
}


@pytest.fixture
def temporary() -> Iterator[Path]:
    """Where the benchmark puts its files; PostgreSQL's account gets through when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="roster-test-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


def start(temporary: Path, *arguments: str, **options: str) -> subprocess.Popen[str]:
    scale = [f"--{name}={value}" for name, value in {**SMALLEST, **options}.items()]
    command = [sys.executable, "-m", "scripts.benchmark", *scale, *arguments]
    # A session of its own, as a terminal would give it: Ctrl-C reaches all its processes.
    return subprocess.Popen(
        command,
        cwd=TOP,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.timeout(400)  # it starts many services, on a machine that may have other things to do
def test_every_figure_is_printed_beside_its_target(temporary: Path) -> None:
    """All sections run, and nothing is left of them."""
    with start(temporary) as bench:
        printed, complaints = bench.communicate(timeout=360)
    assert (bench.returncode, complaints) == (0, "")
    for target in TARGETS.values():
        assert any(
            target.name in line and ("met" in line or "MISSED" in line) for line in printed.splitlines()
        )
    assert list(temporary.iterdir()) == []


def test_it_runs_without_a_compiler(temporary: Path) -> None:
    """The driver in Python takes the place of the one in C."""
    with start(temporary, "memory", "--python-driver") as bench:
        printed, complaints = bench.communicate(timeout=120)
    assert (bench.returncode, complaints) == (0, "")
    assert "driver.py" in printed


def test_interrupt_ends_all_that_it_started(temporary: Path) -> None:
    """Ctrl-C in the middle leaves neither processes nor files."""
    with start(temporary, "calls", seconds="60") as bench:
        assert bench.stdout is not None
        assert bench.stdout.readline().startswith("Calls")
        os.killpg(bench.pid, signal.SIGINT)
        bench.communicate(timeout=60)
    assert bench.returncode == 130
    eventually(lambda: not left_of(bench.pid, temporary))
    assert list(temporary.iterdir()) == []


def left_of(group: int, directory: Path) -> list[str]:
    """The processes of the group, and those that were started on the directory."""
    columns = ["ps", "-A", "-ww", "-o", "pgid=,command="]
    listing = subprocess.run(columns, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line for line in listing if line.split()[0] == str(group) or str(directory) in line]
