"""Reading the record of every change, in its one order: by transaction id and serial.

A serial is not commit order, and neither is a transaction id. But nothing can be added below the horizon,
which is the oldest transaction still at work: to who reads no further, no event ever appears before one that
was seen. A row of an event is the tuple of `_COLUMNS`, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from server.store.database import Database, Row

_COLUMNS: Final = """e.event_id, e.type, e.subject_id, e.key_id, e.request_id, e.create_time, e.data::text,
    e.transaction_id::text::bigint, e.serial"""
_BELOW_HORIZON: Final = "e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())"

# -- lists -----------------------------------------------------------------------------------------

# A transaction gets its id with the first thing it writes, at most this long after it began: calls end within
# seconds. The create_time of its events is when it began.
_LATE: Final = "interval '10 minutes'"

# An id between those of the transactions that began before an instant and those that began after it, give or
# take the above. Ids are nearly in the order of times, so the stretch where it lies is halved again and
# again.
_FIRST_SINCE: Final = """(
    WITH RECURSIVE halving (low, high) AS (
        SELECT min(id), max(id) + 1 FROM (
            (SELECT e.transaction_id::text::bigint FROM events AS e WHERE e.project_id = %(project_id)s
            ORDER BY e.transaction_id, e.serial LIMIT 1)
            UNION ALL
            (SELECT e.transaction_id::text::bigint FROM events AS e WHERE e.project_id = %(project_id)s
            ORDER BY e.transaction_id DESC, e.serial DESC LIMIT 1)) AS ends (id)
        UNION ALL
        SELECT CASE WHEN early THEN id + 1 ELSE low END, CASE WHEN early THEN high ELSE (low + high) / 2 END
        FROM halving CROSS JOIN LATERAL (
            SELECT e.transaction_id::text::bigint, e.create_time < {instant} FROM events AS e
            WHERE e.project_id = %(project_id)s AND e.transaction_id >= ((low + high) / 2)::text::xid8
            ORDER BY e.transaction_id, e.serial LIMIT 1) AS middle (id, early)
        WHERE low < high
    )
    SELECT max(low)::text::xid8 FROM halving)"""

_CONDITIONS: Final[dict[str, Sequence[str]]] = {
    "types": ["e.type = ANY(%(types)s::text[])"],
    "subject_id": ["e.subject_id = %(subject_id)s::uuid"],
    "key_id": ["e.key_id = %(key_id)s::uuid"],
    "created_after": [
        "e.create_time >= %(created_after)s::timestamptz",
        "e.transaction_id >= " + _FIRST_SINCE.format(instant=f"%(created_after)s::timestamptz - {_LATE}"),
    ],
    "created_before": [
        "e.create_time < %(created_before)s::timestamptz",
        "e.transaction_id < " + _FIRST_SINCE.format(instant=f"%(created_before)s::timestamptz + {_LATE}"),
    ],
}
"""What each filter means. Its parameter has its name."""


@cache
def _list_statement(filters: frozenset[str], oldest_first: bool, after: bool) -> str:
    way, beyond = ("ASC", ">") if oldest_first else ("DESC", "<")
    conditions = ["e.project_id = %(project_id)s"]
    conditions += [condition for name in sorted(filters) for condition in _CONDITIONS[name]]
    if after:
        last = "(%(after_transaction)s::text::xid8, %(after_serial)s::bigint)"
        conditions.append(f"(e.transaction_id, e.serial) {beyond} {last}")
    if oldest_first:
        conditions.append(_BELOW_HORIZON)
    order = f"ORDER BY e.transaction_id {way}, e.serial {way} LIMIT %(limit)s"
    if "types" in filters and not filters & {"subject_id", "key_id"}:
        # Of each type as many as fit on the page, in order from the index, and of these the first.
        conditions.remove(*_CONDITIONS["types"])
        conditions.append("e.type = wanted.type")
        some = f"SELECT e.* FROM events AS e WHERE {' AND '.join(conditions)} {order}"
        wanted = "unnest(%(types)s::text[]) AS wanted (type)"
        return f"SELECT {_COLUMNS} FROM {wanted} CROSS JOIN LATERAL ({some}) AS e {order}"
    return f"SELECT {_COLUMNS} FROM events AS e WHERE {' AND '.join(conditions)} {order}"


def list_events(
    database: Database, filters: frozenset[str], parameters: Mapping[str, Any], *, oldest_first: bool
) -> list[Row]:
    """A page of the events that meet all of these filters. Oldest first the list ends at the horizon; newest
    first it has what the caller has just done."""
    statement = _list_statement(filters, oldest_first, "after_serial" in parameters)
    # Of several filters the best index depends on the values.
    return database.all(statement, parameters, prepare=len(filters) <= 1)


# -- one watcher -----------------------------------------------------------------------------------


class Place(NamedTuple):
    """How far the events of a project go at this moment."""

    horizon: int
    """Id of the oldest transaction that can still write."""
    next_transaction: int
    """No transaction has had this id yet."""
    collected: tuple[int, int] | None
    """Up to where they have been deleted after their time."""


_PLACE: Final = """
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,
    c.transaction_id::text::bigint, c.serial
FROM pg_current_snapshot() AS s LEFT JOIN collected_events AS c ON c.project_id = %(project_id)s
"""


def place(database: Database, project_id: str) -> Place:
    """Where the events of a project begin and end."""
    horizon, next_transaction, *collected = database.row(_PLACE, {"project_id": project_id})
    return Place(horizon, next_transaction, _position(collected))


class Found(NamedTuple):
    """The events behind a position."""

    rows: list[Row]
    horizon: int
    collected: tuple[int, int] | None
    looked_at: tuple[int, int] | None
    """The last event that was looked at, wanted or not; None: all of them were."""


# With a filter, rare events are looked for no further than a look may last: up to the one at `%(most)s`.
_AFTER: Final = """
WITH bounds AS MATERIALIZED (
    SELECT pg_snapshot_xmin(s) AS horizon, c.transaction_id AS gone, c.serial AS gone_serial
    FROM pg_current_snapshot() AS s LEFT JOIN collected_events AS c ON c.project_id = %(project_id)s
){limit}
SELECT b.horizon::text::bigint, b.gone::text::bigint, b.gone_serial, {last},
    {columns}
FROM bounds AS b LEFT JOIN LATERAL (
    SELECT * FROM events AS e
    WHERE e.project_id = %(project_id)s AND (e.transaction_id, e.serial) > {position}
        AND {below_horizon}{test}
    ORDER BY e.transaction_id, e.serial LIMIT %(limit)s
) AS e ON true
ORDER BY e.transaction_id, e.serial
"""
_AFTER_POSITION: Final = "(%(transaction_id)s::text::xid8, %(serial)s::bigint)"
_UNFILTERED: Final = _AFTER.format(
    limit="",
    last="NULL, NULL",
    columns=_COLUMNS,
    position=_AFTER_POSITION,
    below_horizon=_BELOW_HORIZON,
    test="",
)
_FILTERED: Final = _AFTER.format(
    limit=f""", farthest AS MATERIALIZED (
    SELECT transaction_id, serial FROM events AS e
    WHERE e.project_id = %(project_id)s AND (e.transaction_id, e.serial) > {_AFTER_POSITION}
        AND {_BELOW_HORIZON}
    ORDER BY transaction_id, serial OFFSET %(most)s - 1 LIMIT 1
)""",
    last="(SELECT transaction_id::text::bigint FROM farthest), (SELECT serial FROM farthest)",
    columns=_COLUMNS,
    position=_AFTER_POSITION,
    below_horizon=_BELOW_HORIZON,
    test=""" AND e.type LIKE ANY(%(patterns)s::text[])
        AND (e.transaction_id, e.serial) <= (
            coalesce((SELECT transaction_id FROM farthest), pg_snapshot_xmin(pg_current_snapshot())),
            coalesce((SELECT serial FROM farthest), 0))""",
)
MOST_LOOKED_AT: Final = 5_000
"""Events that one look passes by in search of those that are wanted."""


def after(
    database: Database, project_id: str, position: tuple[int, int], patterns: Sequence[str], limit: int
) -> Found:
    """The first events behind a position and below the horizon; if there are patterns, only those whose type
    is LIKE one of them."""
    parameters = {
        "project_id": project_id,
        "transaction_id": position[0],
        "serial": position[1],
        "patterns": list(patterns),
        "limit": limit,
        "most": MOST_LOOKED_AT,
    }
    found = database.all(_FILTERED if patterns else _UNFILTERED, parameters)
    horizon, *rest = found[0]
    rows = [row[_BESIDE:] for row in found if row[_BESIDE] is not None]
    looked_at = _position(rows[-1][-2:] if len(rows) == limit else rest[2:4])
    return Found(rows, horizon, _position(rest[:2]), looked_at)


_BESIDE: Final = 5
"""Columns before those of the event."""


# -- all watchers ----------------------------------------------------------------------------------

_LATEST_OF_ALL: Final = f"""
SELECT pg_snapshot_xmin(s)::text::bigint, found.*
FROM pg_current_snapshot() AS s LEFT JOIN (
    SELECT w.project_id AS of_project, {_COLUMNS}
    FROM unnest(%(project_ids)s::uuid[], %(transaction_ids)s::text[]::xid8[], %(serials)s::bigint[])
        AS w (project_id, transaction_id, serial)
    CROSS JOIN LATERAL (
        SELECT * FROM events AS e
        WHERE e.project_id = w.project_id AND (e.transaction_id, e.serial) > (w.transaction_id, w.serial)
            AND {_BELOW_HORIZON}
        ORDER BY e.transaction_id, e.serial LIMIT %(limit)s
    ) AS e
) AS found ON true
ORDER BY found.transaction_id, found.serial
"""


def after_all(
    database: Database, positions: Mapping[str, tuple[int, int]], limit: int
) -> tuple[int, dict[str, list[Row]]]:
    """The horizon and, by project, the first events behind its position and below the horizon."""
    found = database.all(
        _LATEST_OF_ALL,
        {
            "project_ids": list(positions),
            "transaction_ids": [str(transaction_id) for transaction_id, _ in positions.values()],
            "serials": [serial for _, serial in positions.values()],
            "limit": limit,
        },
    )
    rows: dict[str, list[Row]] = {}
    for _, project_id, *row in found:
        if project_id is not None:
            rows.setdefault(project_id, []).append(tuple(row))
    return found[0][0], rows


def _position(values: Sequence[Any]) -> tuple[int, int] | None:
    transaction_id, serial = values
    return None if transaction_id is None else (transaction_id, serial)
