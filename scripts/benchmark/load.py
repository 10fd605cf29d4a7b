"""Drives one server with one method, and tells what came of it.

The load generator is `gload.c`, compiled where there are a compiler and libnghttp2 with its headers (Debian:
libnghttp2-dev), otherwise `driver.py`. That one takes more CPU for itself, so the times are longer; the CPU
time of the servers is the same.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.benchmark.processes import Contestant

_SOURCE: Final = Path(__file__).with_name("gload.c")


@dataclass(frozen=True, slots=True)
class Drive:
    """How hard to drive."""

    connections: int
    """Callers, each with one call at a time."""
    seconds: float
    warm_up: float
    """Seconds before those that count."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one drive came to."""

    seconds: float
    calls: int
    p50: float
    """Milliseconds."""
    p99: float
    """Milliseconds."""


class BadLoad(Exception):
    """Calls were refused or connections lost: figures would mean nothing."""


def nothing() -> None:
    """Who is told of the beginning and the end, if nobody is."""


class Loader:
    """The load generator; compiled once a run.

    Args:
        directory: where the program goes, and the files of messages.
        compiled: whether to look for a compiler.
    """

    def __init__(self, directory: Path, *, compiled: bool = True) -> None:
        self._directory = directory
        program, problem = _compile(directory) if compiled else (None, "")
        self.name = "gload" if program else f"driver.py{problem and f' ({problem})'}"
        python = [sys.executable, "-m", "scripts.benchmark.driver"]
        self._command = python if program is None else [str(program)]

    def drive(
        self,
        server: Contestant,
        method: str,
        messages: Iterable[bytes],
        drive: Drive,
        *,
        begun: Callable[[], None] = nothing,
        ended: Callable[[], None] = nothing,
    ) -> Outcome:
        """Send the serialised messages in turn, and again from the first if there are too few.

        Args:
            begun: called when the warm-up is over.
            ended: called when the time is up.

        Raises:
            BadLoad: a call failed.
        """
        frames = self._directory / "frames"
        with frames.open("wb") as file:
            file.writelines(b"\0" + len(message).to_bytes(4, "big") + message for message in messages)
        headers = [part for name, value in server.headers for part in ("-H", f"{name}: {value}")]
        command = [*self._command, "-p", str(server.port), "-m", method, "-f", str(frames), *headers]
        command += ["-c", str(drive.connections), "-d", str(drive.seconds), "-w", str(drive.warm_up)]
        tell = {"START": begun, "STOP": ended}
        complaints = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stderr is not None
                assert process.stdout is not None
                for line in map(str.strip, process.stderr):
                    tell.get(line, nothing)()
                    if line not in tell:
                        complaints.append(line)
                answer = process.stdout.read()
            except BaseException:
                process.kill()
                raise
        if not answer.startswith("JSON "):
            raise BadLoad(f"{method} of the {server.name}: {' / '.join(complaints) or 'no answer'}")
        told = json.loads(answer.removeprefix("JSON "))
        if _failed(told):
            raise BadLoad(f"{method} of the {server.name}: calls failed: {told}")
        return Outcome(drive.seconds, told["calls"], told["p50"] / 1_000, told["p99"] / 1_000)


def _failed(told: dict[str, Any]) -> bool:
    return bool(not told["calls"] or told["lost"] or told["bad_http"] or set(told["grpc_status"]) != {"0"})


def _compile(directory: Path) -> tuple[Path | None, str]:
    """The program, or None and why there is none."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None, "there is no cc"
    program = directory / "gload"
    command = [compiler, "-O2", "-o", str(program), str(_SOURCE), "-lnghttp2"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return (program, "") if done.returncode == 0 else (None, _first_error(done.stderr))


def _first_error(said: str) -> str:
    """What a compiler complains of, without the place."""
    complaints = (line.partition("error: ")[2] for line in said.splitlines())
    return next(filter(None, complaints), "gload.c cannot be compiled")
