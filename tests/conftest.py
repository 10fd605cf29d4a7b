"""The ground every test stands on: a real PostgreSQL, a database of its own, a real server on a socket.

A template database is migrated once a run; every test gets a clone of it. Each of the processes that share
the tests has a PostgreSQL of its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import grpc
import psycopg
import pytest
from selenium.webdriver import Chrome

from server.app import create_server
from server.bootstrap import Credentials, first_project
from server.config import Config
from server.domain.access_tokens import AccessTokens
from server.domain.caller import ANYBODY, COMMAND_LINE, Caller
from server.domain.management_keys import ManagementKeys
from server.domain.projects import Projects
from server.domain.refresh_tokens import RefreshTokens
from server.domain.sealing import sealer_of
from server.domain.session import LoginMethod, Tokens
from server.domain.sessions import Sessions
from server.domain.settings import settings_of
from server.domain.signing_keys import SigningKeys
from server.domain.users import BLANK
from server.embedded import EmbeddedPostgres
from server.jobs.worker import JobWorker
from server.store.database import Database
from server.store.migrations import migrate
from tests import browser as browsers
from tests import secrecy
from tests.calling import Client

_ROOM = 2 * 1024**3


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """How many processes share the tests: single files and tests are over before others have started, and
    run here; else one for each core, and one more, for many wait most of their time."""
    some = config.option.keyword or not all(Path(name).is_dir() for name in config.args)
    return 0 if some else (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with the file that takes longest, so that nobody waits for it alone in the end."""
    items.sort(key=lambda item: item.path.name != "test_bench.py")


FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a test after which a secret of its callers stands in what was written, servers' logs included."""
    report = yield
    if report.when == "setup":
        secrecy.forget()
    elif report.when == "teardown":
        written = "".join(text for _, text in report.sections)
        if report.passed and (shown := secrecy.shown_in(written)):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} wrote what is secret: {shown}"
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of this run's own."""
    directory = Path(tempfile.mkdtemp(prefix="roster-tests-", dir=_fastest_directory()))
    server = EmbeddedPostgres(directory, {**FAST, "max_connections": "300"})
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _fastest_directory() -> str | None:
    """Where the databases of a run are made and dropped soonest: in memory, if there is room for them."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM
    return str(memory) if roomy else None


@dataclass(frozen=True)
class Template:
    """A migrated database with one project and its key."""

    name: str
    credentials: Credentials


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The settings of the servers under test."""
    return Config(
        data_dir=tmp_path_factory.mktemp("data"),
        workers=1,
        threads=8,
        key_cache_seconds=0,
        call_timeout=10,
        argon2_time_cost=1,
        argon2_memory_cost=64,
        argon2_parallelism=1,
        secret_key=b64encode(bytes(32)).decode(),
        webhook_first_retry=0.05,
    )


@pytest.fixture(scope="session")
def template(postgres: str, config: Config) -> Template:
    """What every test's database is a clone of."""
    name = "template_of_tests"
    _administer(postgres, f"CREATE DATABASE {name}")
    url = _url(postgres, name)
    migrate(url, config)
    credentials = first_project(url, config)
    assert credentials is not None
    return Template(name, credentials)


@pytest.fixture
def database_url(postgres: str, template: Template) -> Iterator[str]:
    """The URL of this test's own database."""
    name = f"test_{uuid4().hex}"
    _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template.name} STRATEGY file_copy")
    yield _url(postgres, name)
    _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str, config: Config) -> Iterator[Database]:
    """The store, for tests that stand beneath the server."""
    database = Database(database_url, config)
    yield database
    database.close()


@dataclass(frozen=True)
class Running:
    """A server under test."""

    address: str
    database: Database
    url: str


StartServer = Callable[..., Running]


@pytest.fixture
def start_server(database_url: str, config: Config) -> Iterator[StartServer]:
    """Starts servers on this test's database; settings other than the usual ones are arguments."""
    servers = []

    def start(**settings: Any) -> Running:
        chosen = replace(config, **settings)
        database = Database(database_url, chosen)
        server = create_server(chosen, database)
        port = server.start("127.0.0.1:0")
        servers.append(server)
        return Running(f"127.0.0.1:{port}", database, database_url)

    yield start
    for server in servers:
        server.stop(0)


@pytest.fixture
def server(start_server: StartServer) -> Running:
    """A server on this test's database."""
    return start_server()


@pytest.fixture
def jobs(database_url: str, config: Config) -> Iterator[JobWorker]:
    """A worker on this test's jobs."""
    worker = JobWorker(database_url, config, sealer_of(config))
    worker.start()
    yield worker
    worker.stop()


@pytest.fixture
def client(server: Running, template: Template) -> Iterator[Client]:
    """A caller who may do everything in the first project."""
    held = template.credentials
    with grpc.insecure_channel(server.address) as channel:
        yield Client(channel, held.project_id, held.management_key, database_url=server.url)


MakeKey = Callable[..., str]


@pytest.fixture
def make_key(database: Database, client: Client) -> MakeKey:
    """Makes management keys: `make_key("users:read", expire_time=..., project_id=...)`."""

    def make(*scopes: str, project_id: str = "", **values: Any) -> str:
        caller = Caller(project_id or client.project_id, str(uuid4()), COMMAND_LINE, b"")
        with database.transaction():
            _, secret = ManagementKeys(database).create(caller, {"scopes": scopes, **values})
        return secret

    return make


@pytest.fixture
def other_project(database: Database, client: Client, make_key: MakeKey) -> Client:
    """A caller who may do everything in another project, and nothing in the first."""
    caller = Caller(str(uuid4()), str(uuid4()), COMMAND_LINE, b"")
    with database.transaction():
        project = Projects(database).create(caller, {"display_name": "Other"}, project_id="")
    return client.with_key(project.project_id, make_key("*", project_id=project.project_id))


def access_tokens(database: Database, config: Config) -> AccessTokens:
    """The access tokens of the servers under test."""
    return AccessTokens(SigningKeys(database, sealer_of(config)))


BeginSession = Callable[..., Tokens]


@pytest.fixture
def begin_session(database: Database, config: Config, client: Client) -> BeginSession:
    """Begins sessions without a sign-in: `begin_session(user_id, project_id=..., token_policy=...)`."""
    tokens = access_tokens(database, config)
    sessions = Sessions(database, tokens, RefreshTokens(sealer_of(config)))

    def begin(
        user_id: str,
        *,
        project_id: str = "",
        methods: Sequence[str] = ("PASSWORD",),
        token_policy: Mapping[str, Any] = MappingProxyType({}),
    ) -> Tokens:
        settings = settings_of({"token_policy": token_policy})
        caller = Caller(project_id or client.project_id, str(uuid4()), ANYBODY, b"", settings)
        user = BLANK._replace(user_id=user_id)
        with database.transaction():
            return sessions.begin(caller, user, [LoginMethod(method) for method in methods])

    return begin


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """A browser that has been nowhere yet."""
    with browsers.opened(tmp_path / "profile") as browser:
        yield browser


def sql(url: str, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """What the database itself says."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def _administer(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _url(postgres: str, name: str) -> str:
    before, _, after = postgres.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{after}"
