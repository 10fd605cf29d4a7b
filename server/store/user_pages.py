"""Keyset pages of what one user has, found by whatever names the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from peewee import SQL

from server.store.database import Database, Row
from server.store.statements import P, compiled
from server.store.users import REFERENCES, U

FOUND: Final = SQL("(SELECT user_id FROM found)")
"""The user, in the conditions of such a page."""


def of_user(page: str, reference: str) -> str:
    """The SQL of a page (see `store.pages`) whose conditions speak of `FOUND`: the user whom `reference` with
    the folded `key` names.

    No row at all tells that there is no such user; one of nulls, that there is nothing on the page.
    """
    user = compiled(U.select(U.user_id).where(U.project_id == P.project_id, REFERENCES[reference]))
    return f"WITH found AS ({user}) SELECT page.* FROM found LEFT JOIN ({page}) AS page ON true"


def fetch_user_page(database: Database, statement: str, parameters: Mapping[str, Any]) -> list[Row] | None:
    """The rows of a page of `of_user`; None if there is no such user."""
    found = database.all(statement, parameters)
    return [row for row in found if row[0] is not None] if found else None
