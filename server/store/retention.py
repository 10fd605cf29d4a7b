"""Deletion of what has been kept for its time, in batches, without waiting for locked rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from server.store.database import Database

# What waits for its delivery is kept whatever its age. The position up to which a project's events are gone
# moves in the same transaction, so that nobody resumes into the gap.
_EVENTS: Final = """
WITH old AS (
    SELECT ctid FROM events AS e
    WHERE create_time < now() - %(age)s AND NOT EXISTS (
        SELECT FROM webhook_deliveries AS d
        WHERE d.project_id = e.project_id AND d.event_id = e.event_id AND d.state = 'PENDING')
    ORDER BY create_time LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM events WHERE ctid = ANY(ARRAY(SELECT ctid FROM old))
    RETURNING project_id, transaction_id, serial
), noted AS (
    INSERT INTO collected_events AS c (project_id, transaction_id, serial)
    SELECT DISTINCT ON (project_id) project_id, transaction_id, serial FROM gone
    ORDER BY project_id, transaction_id DESC, serial DESC
    ON CONFLICT ON CONSTRAINT collected_events_pkey DO UPDATE
    SET transaction_id = excluded.transaction_id, serial = excluded.serial
    WHERE (c.transaction_id, c.serial) < (excluded.transaction_id, excluded.serial)
)
SELECT count(*) FROM gone
"""
_DELIVERIES: Final = """
DELETE FROM webhook_deliveries WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM webhook_deliveries WHERE state <> 'PENDING' AND create_time < now() - %(age)s
    ORDER BY create_time LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
"""
_REQUEST_RECORDS: Final = """
DELETE FROM request_records WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM request_records WHERE create_time < now() - %(age)s
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
"""
_LOGINS: Final = """
DELETE FROM logins WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM logins WHERE create_time < now() - %(age)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
"""
_EXPIRED: Final = """
DELETE FROM {table} WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM {table} WHERE expire_time < now() - %(age)s
    ORDER BY expire_time LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
"""
_ONE_TIME_TOKENS: Final = _EXPIRED.format(table="one_time_tokens")
_THROTTLES: Final = _EXPIRED.format(table="throttles")
_SESSIONS: Final = _EXPIRED.format(table="sessions")
_SIGNING_KEYS: Final = _EXPIRED.format(table="signing_keys")


def collect_events(database: Database, age: timedelta, limit: int) -> int:
    """Deletes up to so many events of at least this age, of all projects, and returns how many."""
    return int(database.row(_EVENTS, {"age": age, "limit": limit})[0])


def collect_deliveries(database: Database, age: timedelta, limit: int) -> int:
    """The same for deliveries that are done."""
    return database.execute(_DELIVERIES, {"age": age, "limit": limit})


def collect_request_records(database: Database, age: timedelta, limit: int) -> int:
    """The same for answers to requests with a `request_id`."""
    return database.execute(_REQUEST_RECORDS, {"age": age, "limit": limit})


def collect_logins(database: Database, age: timedelta, limit: int) -> int:
    """The same for attempts to sign in."""
    return database.execute(_LOGINS, {"age": age, "limit": limit})


def collect_one_time_tokens(database: Database, age: timedelta, limit: int) -> int:
    """The same for links and challenges that expired at least so long ago."""
    return database.execute(_ONE_TIME_TOKENS, {"age": age, "limit": limit})


def collect_throttles(database: Database, age: timedelta, limit: int) -> int:
    """The same for counts that have no meaning any more."""
    return database.execute(_THROTTLES, {"age": age, "limit": limit})


def collect_sessions(database: Database, age: timedelta, limit: int) -> int:
    """The same for sessions that ended by themselves."""
    return database.execute(_SESSIONS, {"age": age, "limit": limit})


def collect_signing_keys(database: Database, age: timedelta, limit: int) -> int:
    """The same for keys that no access token is verified with any more."""
    return database.execute(_SIGNING_KEYS, {"age": age, "limit": limit})
