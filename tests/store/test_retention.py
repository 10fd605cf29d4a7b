"""What is kept for a time is deleted after it, and nothing sooner."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from server.config import Config
from server.jobs import retention
from server.store.database import Database
from tests.conftest import Template, sql

EVENT = """
INSERT INTO events (project_id, event_id, type, subject_id, request_id, data, create_time)
SELECT %s, gen_random_uuid(), 'user.created', %s, '', '{}', now() - make_interval(days => %s)
FROM generate_series(1, %s)
"""
POSITIONS = """
SELECT transaction_id::text::bigint, serial FROM events WHERE project_id = %s ORDER BY transaction_id, serial
"""
COLLECTED = "SELECT transaction_id::text::bigint, serial FROM collected_events WHERE project_id = %s"
WEBHOOK = """
INSERT INTO webhooks (project_id, webhook_id, url, description, event_types, user_action_ids, reason_codes,
    phases, disabled, secret)
VALUES (%s, gen_random_uuid(), 'https://example.com', '', '{}', '{}', '{}', '{}', false, '')
"""
RECORD = """
INSERT INTO request_records (project_id, request_id, fingerprint, create_time)
VALUES (%s, gen_random_uuid(), '', now() - make_interval(hours => %s))
"""

USER = """
INSERT INTO users (project_id, user_id, login_ids, email, email_key, email_verified, phone_number,
    phone_number_verified, given_name, family_name, family_name_key, middle_name, display_name, picture,
    locale, zoneinfo, status, test, search_text)
VALUES (%s, gen_random_uuid(), '{}', 'a@b.c', 'a@b.c', false, '', false, '', '', '', '', '', '', '', '',
    'ACTIVE', false, '')
RETURNING user_id
"""
LOGIN = """
INSERT INTO logins (
    project_id, login_record_id, user_id, create_time, ip_address, user_agent, method, outcome)
VALUES (%s, gen_random_uuid(), %s, now() - make_interval(days => %s), '', '', 'PASSWORD', 'SUCCEEDED')
"""
EXPIRING = {
    "one_time_tokens": "INSERT INTO one_time_tokens (project_id, token_hash, purpose, expire_time)"
    " VALUES (%s, sha256(random()::text::bytea), 'MFA', now() + make_interval(secs => %s))",
    "throttles": "INSERT INTO throttles (project_id, key, count, window_time, expire_time)"
    " VALUES (%s, sha256(random()::text::bytea), 1, now(), now() + make_interval(secs => %s))",
    "sessions": "INSERT INTO sessions (project_id, session_id, user_id, refresh_hash, methods, ip_address,"
    " user_agent, end_time, expire_time) SELECT %s, gen_random_uuid(), user_id, '', '{}', '', '', now(),"
    " now() + make_interval(secs => %s) FROM users",
    "signing_keys": "INSERT INTO signing_keys (project_id, key_id, generation, public_key, private_key,"
    " sign_time, expire_time) VALUES (%s, gen_random_uuid(), (random() * 1e9)::int, '{}', '', now(),"
    " now() + make_interval(secs => %s))",
}


@pytest.fixture
def project_id(template: Template, database_url: str) -> str:
    """A project without events."""
    sql(database_url, "DELETE FROM events")
    return template.credentials.project_id


def events(url: str, project_id: str, *, days: int, count: int = 1) -> str:
    """Writes events of this age, and returns the id of their subject."""
    subject_id = str(uuid4())
    sql(url, EVENT, project_id, subject_id, days, count)
    return subject_id


def test_events_are_deleted_after_their_time(
    database: Database, database_url: str, config: Config, project_id: str
) -> None:
    """All that are older than the setting, and the position up to which they are gone is known."""
    events(database_url, project_id, days=91, count=3)
    young = events(database_url, project_id, days=89)
    last_old = sql(database_url, POSITIONS, project_id)[2]

    retention.collect(database, config)

    assert [(young,)] == sql(database_url, "SELECT subject_id::text FROM events")
    assert [last_old] == sql(database_url, COLLECTED, project_id)


def test_position_of_deleted_events_never_goes_back(
    database: Database, database_url: str, config: Config, project_id: str
) -> None:
    """Not even when the last ones to be deleted were written before the others."""
    connection = psycopg.connect(database_url)
    connection.execute(EVENT, (project_id, str(uuid4()), 95, 1))
    events(database_url, project_id, days=91)
    retention.collect(database, config)
    (before,) = sql(database_url, COLLECTED, project_id)
    connection.commit()
    connection.close()

    retention.collect(database, config)

    assert [before] == sql(database_url, COLLECTED, project_id)
    assert [(0,)] == sql(database_url, "SELECT count(*) FROM events")


def test_more_than_a_batch_is_deleted(
    monkeypatch: pytest.MonkeyPatch, database: Database, database_url: str, config: Config, project_id: str
) -> None:
    """Batch after batch."""
    monkeypatch.setattr(retention, "BATCH", 10)
    events(database_url, project_id, days=91, count=35)

    retention.collect(database, config)

    assert [(0,)] == sql(database_url, "SELECT count(*) FROM events")


def test_event_that_waits_for_its_delivery_stays(
    database: Database, database_url: str, config: Config, project_id: str
) -> None:
    """Its body is made when it is sent."""
    sql(database_url, WEBHOOK, project_id)
    events(database_url, project_id, days=91)

    retention.collect(database, config)
    assert [(1,)] == sql(database_url, "SELECT count(*) FROM events")

    done = "UPDATE webhook_deliveries SET state = 'SUCCEEDED', next_attempt_time = NULL"
    sql(database_url, done)
    retention.collect(database, config)
    assert [(0,)] == sql(database_url, "SELECT count(*) FROM events")


def test_locked_event_is_left_for_another_time(
    database: Database, database_url: str, config: Config, project_id: str
) -> None:
    """Nobody waits for the other."""
    events(database_url, project_id, days=91, count=2)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT FROM events ORDER BY serial LIMIT 1 FOR UPDATE")
        retention.collect(database, config)
        assert [(1,)] == sql(database_url, "SELECT count(*) FROM events")

    retention.collect(database, config)

    assert [(0,)] == sql(database_url, "SELECT count(*) FROM events")


@pytest.mark.parametrize(("state", "left"), [("SUCCEEDED", 0), ("DEAD", 0), ("PENDING", 1)])
def test_deliveries_are_deleted_after_their_time_unless_they_wait(
    database: Database, database_url: str, config: Config, project_id: str, state: str, left: int
) -> None:
    """Whatever became of them."""
    sql(database_url, WEBHOOK, project_id)
    events(database_url, project_id, days=0, count=2)
    change: Any = """
        UPDATE webhook_deliveries SET state = %s, create_time = now() - interval '31 days',
            next_attempt_time = CASE WHEN %s = 'PENDING' THEN now() END
        WHERE event_serial = (SELECT min(serial) FROM events)"""
    sql(database_url, change, state, state)

    retention.collect(database, config)

    assert [(1 + left,)] == sql(database_url, "SELECT count(*) FROM webhook_deliveries")


def test_answers_to_requests_are_deleted_after_their_time(
    database: Database, database_url: str, config: Config, project_id: str
) -> None:
    """48 hours, which is more than they are known for."""
    sql(database_url, RECORD, project_id, 49)
    sql(database_url, RECORD, project_id, 47)

    retention.collect(database, config)

    assert [(1,)] == sql(database_url, "SELECT count(*) FROM request_records")


def test_attempts_to_sign_in_are_deleted_after_their_time(
    database: Database, database_url: str, config: Config, project_id: str
) -> None:
    """Those that are older than the setting."""
    (user_id,) = sql(database_url, USER, project_id)[0]
    for days in (91, 92, 89):
        sql(database_url, LOGIN, project_id, user_id, days)

    retention.collect(database, config)

    assert sql(database_url, "SELECT now() - create_time < interval '90 days' FROM logins") == [(True,)]


@pytest.mark.parametrize("table", EXPIRING)
def test_what_has_expired_is_deleted(
    database: Database, database_url: str, config: Config, project_id: str, table: str
) -> None:
    """And nothing that still means something."""
    sql(database_url, USER, project_id)
    for seconds in (-1, -100, 60):
        sql(database_url, EXPIRING[table], project_id, seconds)

    retention.collect(database, config)

    assert sql(database_url, f"SELECT expire_time > now() FROM {table}") == [(True,)]
