"""Counts within windows of time, and what is refused for a while because of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from server.store.database import Database

_LEFT: Final = "extract(epoch FROM locked_until - now())::float8"
# The window is over, and nothing is locked: counting begins anew.
_OVER: Final = """(t.window_time < now() - make_interval(secs => %(window)s)
    AND coalesce(t.locked_until < now(), true))"""

_LOCKED: Final = f"""
SELECT key, {_LEFT} FROM throttles
WHERE project_id = %(project_id)s AND key = ANY(%(keys)s) AND locked_until > now()
"""
# The first is seen as it is once nobody else is at work at it.
_HOLD: Final = f"""
WITH held AS (
    SELECT key, locked_until FROM throttles
    WHERE project_id = %(project_id)s AND key = %(key)s FOR UPDATE
), all_keys AS (
    SELECT key, locked_until FROM held
    UNION ALL
    SELECT key, locked_until FROM throttles WHERE project_id = %(project_id)s AND key = ANY(%(keys)s)
)
SELECT key, {_LEFT} FROM all_keys WHERE locked_until > now()
"""
# A lock that is over leaves nothing behind; without one the window tells.
_ANEW: Final = """CASE WHEN t.locked_until IS NULL
    THEN t.window_time < now() - make_interval(secs => %(window)s) ELSE t.locked_until <= now() END"""
_FAIL: Final = f"""
INSERT INTO throttles AS t (project_id, key, count, window_time, locked_until, expire_time)
VALUES (%(project_id)s, %(key)s, 1, now(),
    CASE WHEN 1 >= %(limit)s THEN now() + make_interval(secs => %(duration)s) END,
    now() + make_interval(secs => greatest(%(window)s, %(duration)s)))
ON CONFLICT ON CONSTRAINT throttles_pkey DO UPDATE SET
    count = CASE WHEN {_ANEW} THEN 1 ELSE t.count + 1 END,
    window_time = CASE WHEN {_ANEW} THEN now() ELSE t.window_time END,
    locked_until = CASE WHEN CASE WHEN {_ANEW} THEN 1 ELSE t.count + 1 END >= %(limit)s
        THEN now() + make_interval(secs => %(duration)s) END,
    expire_time = excluded.expire_time
RETURNING locked_until, count
"""
# Only where nothing is locked is there a row to return.
_ADMIT: Final = f"""
INSERT INTO throttles AS t (project_id, key, count, window_time, locked_until, expire_time)
VALUES (%(project_id)s, %(key)s, 1, now(),
    now() + make_interval(secs => CASE WHEN 1 >= %(limit)s THEN %(window)s ELSE %(interval)s END),
    now() + make_interval(secs => greatest(%(window)s, %(interval)s)))
ON CONFLICT ON CONSTRAINT throttles_pkey DO UPDATE SET
    count = CASE WHEN {_OVER} THEN 1 ELSE t.count + 1 END,
    window_time = CASE WHEN {_OVER} THEN now() ELSE t.window_time END,
    locked_until = CASE WHEN CASE WHEN {_OVER} THEN 1 ELSE t.count + 1 END >= %(limit)s
        THEN CASE WHEN {_OVER} THEN now() ELSE t.window_time END + make_interval(secs => %(window)s)
        ELSE now() + make_interval(secs => %(interval)s) END,
    expire_time = excluded.expire_time
WHERE coalesce(t.locked_until <= now(), true)
RETURNING true
"""
# A count that is there already stays.
_BEGIN: Final = """
INSERT INTO throttles (project_id, key, count, window_time, locked_until, expire_time)
SELECT %(project_id)s, key, 1, now(), now() + make_interval(secs => %(pause)s),
    now() + make_interval(secs => greatest(%(window)s, %(pause)s))
FROM unnest(%(keys)s::bytea[]) AS key ORDER BY key
ON CONFLICT ON CONSTRAINT throttles_pkey DO NOTHING
"""
_CLEAR: Final = """
DELETE FROM throttles WHERE project_id = %(project_id)s AND key = %(key)s
RETURNING CASE WHEN locked_until > now() THEN locked_until END
"""


def locked(database: Database, project_id: str, keys: Sequence[bytes]) -> dict[bytes, float]:
    """Those of these keys that are locked, and the seconds for which each still is."""
    found = database.all(_LOCKED, {"project_id": project_id, "keys": list(keys)})
    return {bytes(key): seconds for key, seconds in found}


def hold(database: Database, project_id: str, key: bytes, others: Sequence[bytes]) -> dict[bytes, float]:
    """The same of a key and others; what is counted for the key waits until the transaction ends."""
    values = {"project_id": project_id, "key": key, "keys": list(others)}
    return {bytes(key): seconds for key, seconds in database.all(_HOLD, values)}


def fail(
    database: Database, project_id: str, key: bytes, *, limit: int, window: int, duration: int
) -> tuple[datetime | None, int]:
    """Counts a failure. From the `limit`-th within `window` seconds on it is locked for `duration` seconds,
    which each further failure begins anew. Returns until when it is locked (None: it is not), and the count,
    which begins anew after a lock."""
    values = {"project_id": project_id, "key": key, "limit": limit, "window": window, "duration": duration}
    locked_until, count = database.row(_FAIL, values)
    return locked_until, count


def admit(
    database: Database, project_id: str, key: bytes, *, limit: int, window: int, interval: int
) -> float | None:
    """Counts something that may happen `limit` times within `window` seconds, and not twice within
    `interval`. Returns None if it may; otherwise the seconds after which it may again, and nothing is
    counted."""
    values: dict[str, Any] = {"project_id": project_id, "key": key}
    bounds = {"limit": limit, "window": window, "interval": interval}
    if database.one(_ADMIT, {**values, **bounds}) is not None:
        return None
    # It may have become free in between.
    return locked(database, project_id, [key]).get(key, 1.0)


def begin(database: Database, project_id: str, keys: Sequence[bytes], *, window: int, pause: int) -> None:
    """Counts the first of something for each of these keys, of which nothing was counted before; the second
    may happen after `pause` seconds."""
    if keys:
        values = {"project_id": project_id, "keys": list(keys), "window": window, "pause": pause}
        database.execute(_BEGIN, values)


def clear(database: Database, project_id: str, key: bytes) -> datetime | None:
    """Forgets what was counted; returns until when it was locked, if it was."""
    row = database.one(_CLEAR, {"project_id": project_id, "key": key})
    return None if row is None else row[0]
