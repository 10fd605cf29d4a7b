"""Server processes. Little is imported here, for every server process imports it, the floor's too."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final

from server.config import Config

Server = Callable[[Config, str, Connection], None]
"""What runs in a server process: takes settings, the address, and a pipe, over which it receives the URL of
the database and sends its port; ends when the other end of the pipe is closed."""

_SPAWN: Final = multiprocessing.get_context("spawn")
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server process that can be driven."""

    name: str
    pid: int
    port: int
    headers: tuple[tuple[str, str], ...]
    """Metadata of every call."""


def start(name: str, server: Server, config: Config, url: str, log: Path, held: ExitStack) -> tuple[int, int]:
    """Start a server, which ends with `held`, and return its process id and its port."""
    pipe, other_end = _SPAWN.Pipe()
    arguments = (log, server, config, "127.0.0.1:0", other_end)
    process = _SPAWN.Process(target=_logged, args=arguments, name=name, daemon=True)
    process.start()
    held.callback(_end, process, pipe)
    other_end.close()
    try:
        pipe.send(url)
        if not pipe.poll(_START_SECONDS):
            raise RuntimeError(f"{name} is not ready after {_START_SECONDS:.0f} s")
        port = pipe.recv()
    except (EOFError, BrokenPipeError):
        raise RuntimeError(f"{name} does not start: {log.read_text()[-2_000:]}") from None
    assert process.pid is not None, "the process has been started"
    return process.pid, port


def _logged(log: Path, server: Server, config: Config, listen: str, pipe: Connection) -> None:
    """Run the server with its output in a file: it writes a line a call, and that is part of its cost."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    server(config, listen, pipe)


def _end(process: SpawnProcess, pipe: Connection) -> None:
    pipe.close()
    process.join(_STOP_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
