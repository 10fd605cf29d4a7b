"""What processes cost: CPU seconds and resident memory, from /proc or, where there is none, from `ps`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_HAS_PROC: Final = (_PROC / "self" / "stat").exists()
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, all its threads and the children it has buried included."""
    if not _HAS_PROC:
        return _clock(_ps("time", [pid])[0])
    return sum(int(ticks) for ticks in _stat(pid)[11:15]) / _TICKS


def family_cpu_seconds(pid: int) -> float:
    """CPU time of a process and all its children, dead or alive: of PostgreSQL with all its backends."""
    if not _HAS_PROC:
        return sum(_clock(time) for time in _ps("time", [pid, *_children(pid)]))
    total = cpu_seconds(pid)
    for child in _children(pid):
        try:
            total += cpu_seconds(child)
        except FileNotFoundError:
            continue
    return total


def resident_megabytes(pid: int) -> float:
    """Memory that a process has in RAM, in units of 1,000,000 bytes."""
    if not _HAS_PROC:
        return int(_ps("rss", [pid])[0]) * 1024 / 1e6
    return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE_BYTES / 1e6


def _stat(pid: int) -> list[str]:
    """The fields of `stat` behind the name of the program, which may hold anything."""
    return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()


def _children(pid: int) -> list[int]:
    if _HAS_PROC:
        tasks = (_PROC / str(pid) / "task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]
    listing = _run(["ps", "-A", "-o", "ppid=,pid="])
    return [int(child) for parent, child in (line.split() for line in listing) if int(parent) == pid]


def _ps(column: str, pids: Iterable[int]) -> list[str]:
    return _run(["ps", "-o", f"{column}=", "-p", ",".join(map(str, pids))])


def _run(command: list[str]) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def _clock(text: str) -> float:
    """Seconds in `[[days-]hours:]minutes:seconds`."""
    days, _, rest = text.strip().rpartition("-")
    seconds = float(days or 0) * 86_400
    for unit, part in zip((1, 60, 3_600), reversed(rest.split(":")), strict=False):
        seconds += unit * float(part)
    return seconds
