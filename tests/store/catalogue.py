"""What PostgreSQL's catalogue says of the schema."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conftest import sql

# Not of any project: what the libraries that run the migrations and the jobs have made, and one row of ours.
_OURS = (
    "t.relname NOT IN ('schema_migrations', 'installation') AND NOT starts_with(t.relname, 'procrastinate_')"
)

_CONSTRAINTS = f"""
SELECT c.conname, t.relname, c.contype::text,
    ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY place),
    coalesce(f.relname, ''),
    ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY place)
FROM pg_constraint c
JOIN pg_class t ON t.oid = c.conrelid
LEFT JOIN pg_class f ON f.oid = c.confrelid
WHERE c.connamespace = 'public'::regnamespace AND c.contype <> 'n' AND {_OURS}
ORDER BY 1
"""
_INDEXES = f"""
SELECT i.relname, t.relname, x.indisunique,
    ARRAY(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number ORDER BY place)
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = 'public'::regnamespace AND {_OURS}
ORDER BY 1
"""
_COLUMNS = f"""
SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND a.attnum > 0
    AND NOT a.attisdropped AND {_OURS}
ORDER BY t.relname, a.attnum
"""


@dataclass(frozen=True)
class Constraint:
    """A primary key (p), foreign key (f), unique (u) or check (c) constraint."""

    name: str
    table: str
    kind: str
    columns: list[str]
    foreign_table: str
    foreign_columns: list[str]


@dataclass(frozen=True)
class Index:
    """An index; one that stands behind a constraint has its name."""

    name: str
    table: str
    unique: bool
    columns: list[str]


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    table: str
    name: str
    sql_type: str
    required: bool


def constraints(url: str) -> list[Constraint]:
    """All constraints of our tables, but for NOT NULL."""
    return [Constraint(*row) for row in sql(url, _CONSTRAINTS)]


def indexes(url: str) -> list[Index]:
    """All indexes of our tables."""
    return [Index(*row) for row in sql(url, _INDEXES)]


def columns(url: str) -> list[Column]:
    """All columns of our tables, in their order."""
    return [Column(*row) for row in sql(url, _COLUMNS)]
