"""Counts within windows of time, and what is refused for a while because of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from server.store.database import Database

_LEFT: Final = "extract(epoch FROM locked_until - now())::float8"
# The window is over, and nothing is locked: counting begins anew.
_OVER: Final = """(t.window_time < now() - make_interval(secs => %(window)s)
    AND coalesce(t.locked_until < now(), true))"""

_LOCKED: Final = f"""
SELECT max({_LEFT}) FROM throttles
WHERE project_id = %(project_id)s AND key = ANY(%(keys)s) AND locked_until > now()
"""
_FAIL: Final = f"""
INSERT INTO throttles AS t (project_id, key, count, window_time, locked_until, expire_time)
VALUES (%(project_id)s, %(key)s, 1, now(),
    CASE WHEN 1 >= %(limit)s THEN now() + make_interval(secs => %(duration)s) END,
    now() + make_interval(secs => greatest(%(window)s, %(duration)s)))
ON CONFLICT ON CONSTRAINT throttles_pkey DO UPDATE SET
    count = CASE WHEN {_OVER} THEN 1 ELSE t.count + 1 END,
    window_time = CASE WHEN {_OVER} THEN now() ELSE t.window_time END,
    locked_until = CASE WHEN CASE WHEN {_OVER} THEN 1 ELSE t.count + 1 END >= %(limit)s
        THEN now() + make_interval(secs => %(duration)s) END,
    expire_time = excluded.expire_time
RETURNING {_LEFT}
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
_CLEAR: Final = "DELETE FROM throttles WHERE project_id = %(project_id)s AND key = ANY(%(keys)s)"


def locked(database: Database, project_id: str, keys: Sequence[bytes]) -> float | None:
    """Seconds for which any of these is still locked; None if none is."""
    values = {"project_id": project_id, "keys": list(keys)}
    seconds: float | None = database.row(_LOCKED, values)[0]
    return seconds


def fail(
    database: Database, project_id: str, key: bytes, *, limit: int, window: int, duration: int
) -> float | None:
    """Counts a failure. From the `limit`-th within `window` seconds on it is locked for `duration` seconds,
    which each further failure begins anew; returns them, or None if it is not locked."""
    values = {"project_id": project_id, "key": key, "limit": limit, "window": window, "duration": duration}
    seconds: float | None = database.row(_FAIL, values)[0]
    return seconds


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
    return locked(database, project_id, [key]) or 1.0


def begin(database: Database, project_id: str, keys: Sequence[bytes], *, window: int, pause: int) -> None:
    """Counts the first of something for each of these keys, of which nothing was counted before; the second
    may happen after `pause` seconds."""
    if keys:
        values = {"project_id": project_id, "keys": list(keys), "window": window, "pause": pause}
        database.execute(_BEGIN, values)


def clear(database: Database, project_id: str, keys: Sequence[bytes]) -> None:
    """Forgets what was counted."""
    database.execute(_CLEAR, {"project_id": project_id, "keys": list(keys)})
