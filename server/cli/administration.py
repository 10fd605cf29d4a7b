"""What the commands that manage projects and keys have in common: they act on the database itself, with
the rights of whoever may use the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import typer
from rich import box
from rich.console import Console
from rich.table import Column, Table

from server.cli.database import database_url as reachable_database
from server.cli.settings import configured
from server.domain.caller import COMMAND_LINE, Caller
from server.domain.identity import new_id
from server.domain.paging import Page, PageRequest, PageToken
from server.store.database import Database
from server.store.migrations import migrate

T = TypeVar("T")

_TOKEN = PageToken(b"", b"")

_LONGEST_NAME: Final = 200
"""Characters; as the contract has it, which these commands do not go through."""


def checked_name(name: str) -> str:
    """A name for people. Raises BadParameter for one that is too long."""
    if len(name) > _LONGEST_NAME:
        raise typer.BadParameter(f"has {len(name)} characters, at most {_LONGEST_NAME} are allowed")
    return name


@contextmanager
def transaction(data_dir: Path | None, url: str | None) -> Iterator[Database]:
    """The database of the settings, its schema up to date, and a transaction that the block runs in."""
    config = configured(data_dir=data_dir, database_url=url)
    with reachable_database(config) as reachable:
        if config.migrate:
            migrate(reachable, config)
        database = Database(reachable, config)
        try:
            with database.transaction():
                yield database
        finally:
            database.close()


def command_line(project_id: str = "") -> Caller:
    """The command line as a caller, in this project."""
    return Caller(project_id or new_id(), new_id(), COMMAND_LINE, b"")


def every(fetch: Callable[[PageRequest], Page[T]]) -> Iterator[T]:
    """The items of all pages."""
    token = ""
    while True:
        page = fetch(PageRequest(_TOKEN, size=1_000, after=token))
        yield from page.items
        if not (token := page.next_token):
            return


def print_table(id_column: str, *columns: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Prints rows that begin with an id, which is never cut; in full width where nobody looks."""
    table = Table(Column(id_column, min_width=36), *columns, box=box.SIMPLE)
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
