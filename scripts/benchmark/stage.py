"""Where a benchmark takes place: a PostgreSQL of its own, databases in it, and server processes on these."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg

from server.bootstrap import Credentials, first_project
from server.config import Config
from server.embedded import EmbeddedPostgres, placement
from server.embedded.postmaster import Postmaster
from server.store.migrations import migrate

Server = Callable[[Config, str, Connection], None]
"""What runs in a server process: takes settings, the address, and a pipe, over which it receives the URL of
the database and sends its port; ends when the other end of the pipe is closed."""

_SPAWN: Final = multiprocessing.get_context("spawn")
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
_CONNECTIONS: Final = 100


@dataclass(frozen=True, slots=True)
class Installation:
    """A database with the schema and one project, and the key to it."""

    url: str
    credentials: Credentials

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of one's own, in autocommit mode."""
        return psycopg.connect(self.url, autocommit=True)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server process that can be driven."""

    name: str
    pid: int
    port: int
    headers: tuple[tuple[str, str], ...]
    """Metadata of every call."""


class Stage:
    """A running PostgreSQL; what is started on it ends with it."""

    def __init__(self, directory: Path, url: str, config: Config, held: ExitStack) -> None:
        self.directory = directory
        """For files."""
        self.config = config
        """The settings of all server processes."""
        self._url = url
        self._held = held

    @property
    def postmaster_pid(self) -> int:
        """The parent of all processes of the database."""
        postmaster = Postmaster.read(placement.cluster_path(self.config.data_dir))
        assert postmaster is not None, "PostgreSQL is running"
        return postmaster.pid

    def install(self, name: str) -> Installation:
        """Make a database of this name, and in it the schema, a project and a key."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        url = urlsplit(self._url)._replace(path=f"/{name}").geturl()
        migrate(url, self.config)
        credentials = first_project(url, self.config)
        assert credentials is not None, "the database is new"
        return Installation(url, credentials)

    def start(self, name: str, server: Server, installation: Installation) -> Contestant:
        """Start a server process on an installation."""
        pipe, other_end = _SPAWN.Pipe()
        log = self.directory / f"{name}.log"
        arguments = (log, server, self.config, "127.0.0.1:0", other_end)
        process = _SPAWN.Process(target=_logged, args=arguments, name=name, daemon=True)
        process.start()
        self._held.callback(_end, process, pipe)
        other_end.close()
        pipe.send(installation.url)
        try:
            if not pipe.poll(_START_SECONDS):
                raise RuntimeError(f"{name} is not ready after {_START_SECONDS:.0f} s")
            port = pipe.recv()
        except EOFError:
            raise RuntimeError(f"{name} does not start: {log.read_text()[-2_000:]}") from None
        assert process.pid is not None, "the process has been started"
        return Contestant(name, process.pid, port, (authorization(installation),))


def authorization(installation: Installation) -> tuple[str, str]:
    """The metadata that lets a call in."""
    key = installation.credentials
    return "authorization", f"Bearer {key.project_id}:{key.management_key}"


@contextmanager
def stage() -> Iterator[Stage]:
    """A PostgreSQL with the settings of the embedded one, in a temporary directory."""
    with ExitStack() as held:
        directory = temporary_directory(held)
        config = Config(workers=1, data_dir=directory / "data")
        postgres = EmbeddedPostgres(config.data_dir, {"max_connections": str(_CONNECTIONS)})
        held.callback(postgres.stop)
        yield Stage(directory, postgres.start(), config, held)


def temporary_directory(held: ExitStack) -> Path:
    """A directory that is gone when `held` is closed."""
    directory = Path(tempfile.mkdtemp(prefix="roster-bench-"))
    held.callback(shutil.rmtree, directory, ignore_errors=True)
    # PostgreSQL's own account has to get through, when this is root.
    directory.chmod(0o711)
    return directory


def _logged(log: Path, server: Server, config: Config, listen: str, pipe: Connection) -> None:
    """Run the server with its output in a file: it writes a line a call, and that is part of its cost."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    server(config, listen, pipe)


def _end(process: Any, pipe: Connection) -> None:
    pipe.close()
    process.join(_STOP_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
