"""SQL that is compiled once, from Peewee's expressions, and run with named parameters."""

from __future__ import annotations

from typing import Any, Final

from peewee import Context, Node, PostgresqlDatabase

# Only asked for its dialect; it never connects.
_DIALECT: Final = PostgresqlDatabase(None, prefer_psycopg3=True)


class Parameter(Node):
    """A value that is given at each execution, under `name`; `cast` names its SQL type where the
    database cannot tell it (lists above all)."""

    def __init__(self, name: str, cast: str = "") -> None:
        self._text = f"%({name})s" + (f"::{cast}" if cast else "")

    def __sql__(self, ctx: Context) -> Context:
        return ctx.literal(self._text)


class _Parameters:
    """`P.user_id` is the parameter of that name; `P("user_ids", "uuid[]")` one with a type."""

    def __getattr__(self, name: str) -> Parameter:
        return Parameter(name)

    def __call__(self, name: str, cast: str) -> Parameter:
        return Parameter(name, cast)


P: Final = _Parameters()


def compiled(query: Any) -> str:
    """The SQL text of a Peewee query, with `%(name)s` for each `Parameter`.

    Constants in the query become literals: they are the program's own, never a caller's.
    """
    context = _DIALECT.get_sql_context(value_literals=True)
    text, values = context.sql(query).query()
    assert not values, "every value is a constant or a Parameter"
    return str(text)


def deletion(table: Any, *conditions: Any) -> str:
    """The SQL that deletes the rows of a table that meet all conditions."""
    return compiled(table.delete().where(*conditions))
