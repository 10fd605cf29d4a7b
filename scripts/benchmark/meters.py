"""What processes cost: CPU seconds and resident memory, from /proc or, where there is none, from `ps`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_HAS_PROC: Final = (_PROC / "self" / "stat").exists()
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, with the children that it has outlived."""
    if not _HAS_PROC:
        return _clock(_ps("time", [pid])[0])
    return sum(int(ticks) for ticks in _stat(pid)[11:15]) / _TICKS


def family_cpu_seconds(pid: int) -> float:
    """CPU time of a process and all its children, dead or alive: of PostgreSQL with all its backends."""
    total = cpu_seconds(pid)
    for child in _children(pid):
        with suppress(FileNotFoundError, ProcessLookupError, IndexError):
            total += cpu_seconds(child)
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
    if not _HAS_PROC:
        listing = (line.split() for line in _run(["ps", "-A", "-o", "ppid=,pid="]))
        return [int(child) for parent, child in listing if int(parent) == pid]
    children = []
    for number in (path.name for path in _PROC.iterdir() if path.name.isdigit()):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(_stat(int(number))[1]) == pid:
                children.append(int(number))
    return children


def _ps(column: str, pids: Iterable[int]) -> list[str]:
    return _run(["ps", "-o", f"{column}=", "-p", ",".join(map(str, pids))])


def _run(command: list[str]) -> list[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.splitlines()


def _clock(text: str) -> float:
    """Seconds in `[[days-]hours:]minutes:seconds`."""
    days, _, rest = text.strip().rpartition("-")
    seconds = float(days or 0) * 86_400
    for unit, part in zip((1, 60, 3_600), reversed(rest.split(":")), strict=False):
        seconds += unit * float(part)
    return seconds
