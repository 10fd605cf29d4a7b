"""Where a benchmark takes place: a PostgreSQL of its own, databases in it, and server processes on these."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg

from scripts.benchmark import processes
from scripts.benchmark.processes import Contestant, Server
from server.bootstrap import Credentials, first_project
from server.config import Config
from server.data_directory import DataDirectory
from server.embedded import EmbeddedPostgres, placement
from server.embedded.postmaster import Postmaster
from server.jobs.process import run_jobs
from server.store.migrations import migrate

_CONNECTIONS: Final = 100


@dataclass(frozen=True, slots=True)
class Installation:
    """A database with the schema and one project, and the key to it."""

    url: str
    credentials: Credentials

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of one's own, in autocommit mode."""
        return psycopg.connect(self.url, autocommit=True)


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
        log = self.directory / f"{name}.log"
        pid, port = processes.start(name, server, self.config, installation.url, log, self._held)
        return Contestant(name, pid, port, (authorization(installation),))

    def start_jobs(self, installation: Installation) -> None:
        """Start a process that works on the jobs of an installation."""
        log = self.directory / "jobs.log"
        processes.start("jobs", _jobs, self.config, installation.url, log, self._held)


def _jobs(config: Config, _: str, pipe: Connection) -> None:
    url = pipe.recv()
    pipe.send(0)
    run_jobs(url, config, [pipe])


def authorization(installation: Installation) -> tuple[str, str]:
    """The metadata that lets a call in."""
    key = installation.credentials
    return "authorization", f"Bearer {key.project_id}:{key.management_key}"


@contextmanager
def stage() -> Iterator[Stage]:
    """A PostgreSQL with the settings of the embedded one, in a temporary directory."""
    with ExitStack() as held:
        directory = temporary_directory(held)
        data = DataDirectory(directory / "data")
        config = data.with_secret_key(Config(workers=1, data_dir=data.path))
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
