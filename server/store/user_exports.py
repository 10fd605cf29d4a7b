"""Users as an export has them: in the order of their creation, with what a list does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from peewee import SQL

from server.store.database import Database, Row
from server.store.pages import Order, page_statement
from server.store.user_lists import USUAL, filtered
from server.store.users import USER_COLUMNS, U

_PASSWORD: Final = """(
    SELECT w.{column} FROM passwords w
    WHERE w.project_id = "u"."project_id" AND w.user_id = "u"."user_id")"""

# The status beside being blocked and expired, which are told by the columns that make them so.
_COLUMNS: Final = [
    *(USER_COLUMNS | {"status": U.status}).values(),
    U.blocked,
    SQL(_PASSWORD.format(column="temporary")),
]
_HASH: Final = SQL(_PASSWORD.format(column="hash"))


@lru_cache(maxsize=512)
def _statement(filters: frozenset[str], after: bool, hashes: bool) -> str:
    columns = [*_COLUMNS, _HASH] if hashes else _COLUMNS
    order = Order(U.create_time, "timestamptz", U.user_id)
    return page_statement(U, columns, filtered(filters), order, after=after, count=False)


def page(
    database: Database, filters: frozenset[str], parameters: Mapping[str, Any], *, hashes: bool
) -> list[Row]:
    """The first users whom `user_lists.FILTERS` of these names leave, behind the parameters after_key and
    after_id if there are any: the columns of `store.users`, blocked, whether the password is temporary or
    NULL for none, its hash if `hashes`, and the sort key."""
    statement = _statement(filters, "after_id" in parameters, hashes)
    return database.all(statement, parameters, prepare=filters <= USUAL)
