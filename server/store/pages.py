"""Keyset pages: the shape that every list statement has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import SQL, Tuple, fn

from server.store.database import Database, Row
from server.store.statements import P, Parameter, compiled


@dataclass(frozen=True)
class Order:
    """What a list is ordered by: a column of unlike values and the id that breaks its ties."""

    key: Any
    sql_type: str
    id: Any
    descending: bool = False


def page_statement(
    table: Any,
    columns: Sequence[Any],
    conditions: Sequence[Any],
    order: Order,
    *,
    after: bool,
    count: bool,
    limit: int | None = None,
) -> str:
    """The SQL of one page.

    Its parameters beside those of the conditions: limit, skip, and with `after` also after_key and
    after_id, the sort key and id of the last row before the page. Each row has its sort key behind
    the columns; `count` puts the number of all rows that meet the conditions in front.

    With `limit` the first two are no parameters: that many rows are told, and none skipped. Of a number
    that it does not know the database supposes that it is a tenth of the table, and so finds that it does
    better to plan each page by itself, which takes it as long as the page.
    """
    ahead = list(conditions)
    if after:
        position = Tuple(order.key, order.id)
        last = Tuple(Parameter("after_key", order.sql_type), Parameter("after_id", "uuid"))
        ahead.append(position < last if order.descending else position > last)
    sorting = [order.key, order.id]
    if order.descending:
        sorting = [column.desc() for column in sorting]
    rows = table.select(*columns, order.key.cast("text").alias("sort_key")).where(*ahead).order_by(*sorting)
    page = compiled(rows.limit(P.limit).offset(P.skip) if limit is None else rows.limit(limit))
    if not count:
        return page
    total = compiled(table.select(fn.count(SQL("*"))).where(*conditions))
    # One statement, so that page and total agree; an empty page still leaves the row of the total.
    return f"SELECT total.n, page.* FROM ({total}) AS total (n) LEFT JOIN ({page}) AS page ON true"


def fetch_page(
    database: Database,
    statement: str,
    parameters: Mapping[str, Any],
    *,
    count: bool,
    prepare: bool = True,
) -> tuple[list[Row], int | None]:
    """The rows of a page and, with `count`, the total. `prepare` as for `Database.all`."""
    rows = database.all(statement, parameters, prepare=prepare)
    if not count:
        return rows, None
    return [row[1:] for row in rows if row[1] is not None], rows[0][0]
