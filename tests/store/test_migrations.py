"""Migrations: from nothing to the present schema, once, however many begin it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from server.bootstrap import first_project
from server.config import Config
from server.store.migrations import migrate
from tests.conftest import sql
from tests.process.conftest import eventually
from tests.store.catalogue import columns, constraints, indexes
from tests.store.test_schema import STEPS

NAMES = [step.stem for step in STEPS]


@pytest.fixture
def empty_url(postgres: str) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    name = f"empty_{uuid4().hex}"
    sql(postgres, f"CREATE DATABASE {name}")
    before, _, after = postgres.partition("?")
    yield f"{before.rpartition('/')[0]}/{name}?{after}"
    sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def test_migration_takes_every_step_once(empty_url: str, config: Config) -> None:
    """In order; what is up to date already is left alone."""
    assert migrate(empty_url, config) == NAMES
    schema = (columns(empty_url), constraints(empty_url), indexes(empty_url))

    assert migrate(empty_url, config) == []
    assert (columns(empty_url), constraints(empty_url), indexes(empty_url)) == schema


def test_migration_keeps_what_is_there(database_url: str, config: Config) -> None:
    """A second start on the same database changes no row."""
    projects = sql(database_url, "SELECT * FROM projects")

    assert migrate(database_url, config) == []
    assert sql(database_url, "SELECT * FROM projects") == projects
    assert len(projects) == 1


def test_many_may_migrate_one_empty_database_at_once(empty_url: str, config: Config) -> None:
    """They take turns: one takes the steps, the others find them taken. So with the first project."""
    begin = threading.Barrier(4)
    taken: list[list[str]] = []
    made: list[bool] = []
    failures: list[Exception] = []

    def start() -> None:
        begin.wait()
        try:
            taken.append(migrate(empty_url, config))
            made.append(first_project(empty_url, config) is not None)
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sorted(taken) == [[], [], [], NAMES]
    assert sql(empty_url, "SELECT count(*) FROM schema_migrations") == [(len(NAMES),)]
    assert sql(empty_url, "SELECT count(*) FROM projects") == [(1,)]
    assert made.count(True) == 1


def test_lock_is_given_back(empty_url: str, config: Config) -> None:
    """Also by one that fails; its session may take a moment to end."""
    sql(empty_url, "CREATE TABLE roles (n int)")
    with pytest.raises(Exception, match="roles"):
        migrate(empty_url, config)
    assert columns(empty_url)[0].table == "roles"
    assert {column.table for column in columns(empty_url)} == {"roles"}
    sql(empty_url, "DROP TABLE roles")

    assert migrate(empty_url, config) == NAMES
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = %s::oid"
    ((oid,),) = sql(empty_url, "SELECT oid::text FROM pg_database WHERE datname = current_database()")
    eventually(lambda: sql(empty_url, locks, oid) == [(0,)])
