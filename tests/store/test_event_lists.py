"""Lists of events and looks of watchers read few rows, however many there are: every filter has its index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from server.config import Config
from server.domain.caller import COMMAND_LINE, Caller
from server.domain.event_log import EventFilter, EventLog
from server.domain.paging import PageRequest, PageToken
from server.store import event_log as rows
from tests.conftest import Template
from tests.store.explained import Explained

EVENTS, TRANSACTIONS = 60_000, 600
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
SUBJECT, KEY = str(uuid4()), str(uuid4())
MOST_READ = 10_000
"""Rows. A page of each wanted type and the way to an instant are hundreds; the index of times, where that is
better, has 128 blocks looked through at a time."""

# An hour and a quarter apart. One in a thousand is of a rare type, about one subject, by one key.
_SEED = """
INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data, create_time)
SELECT %(project_id)s, gen_random_uuid(),
    CASE WHEN rare THEN 'webhook.created' WHEN n %% 2 = 0 THEN 'user.created' ELSE 'user.updated' END,
    CASE WHEN rare THEN %(subject)s::uuid ELSE gen_random_uuid() END,
    CASE WHEN rare THEN %(key)s::uuid ELSE gen_random_uuid() END, '', '{}',
    %(first)s + %(transaction)s * interval '75 minutes'
FROM (SELECT n, (%(transaction)s * 100 + n) %% 1000 = 0 AS rare FROM generate_series(1, 100) AS n) AS made
"""


@pytest.fixture
def explained(database_url: str, template: Template, config: Config) -> Iterator[Explained]:
    """A store of many events."""
    values = {"project_id": template.credentials.project_id, "subject": SUBJECT, "key": KEY, "first": FIRST}
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE events SET create_time = %s", (FIRST - timedelta(days=1),))
        for transaction in range(TRANSACTIONS):
            connection.execute(_SEED, {**values, "transaction": transaction})
        connection.execute("VACUUM (ANALYZE) events")
    database = Explained(database_url, config, "events")
    yield database
    database.close()


def at(part: float) -> datetime:
    """When so much of the story is told."""
    return FIRST + TRANSACTIONS * part * timedelta(minutes=75)


FILTERS = {
    "nothing": EventFilter(),
    "a frequent type": EventFilter(types=["user.created"]),
    "a rare type": EventFilter(types=["webhook.*"]),
    "a type that never was": EventFilter(types=["tenant.deleted"]),
    "many types": EventFilter(types=["user.*", "role.*", "webhook.*", "tenant.*"]),
    "a subject": EventFilter(subject_id=SUBJECT),
    "a key": EventFilter(key_id=KEY),
    "nobody": EventFilter(subject_id=KEY),
    "later than the middle": EventFilter(created_after=at(0.5)),
    "earlier than the middle": EventFilter(created_before=at(0.5)),
    "the middle": EventFilter(created_after=at(0.49), created_before=at(0.51)),
    "the beginning": EventFilter(created_before=at(0.02)),
    "the end": EventFilter(created_after=at(0.98)),
    "nothing yet": EventFilter(created_after=at(2)),
    "a type in the middle": EventFilter(
        types=["user.updated"], created_after=at(0.49), created_before=at(0.51)
    ),
    "a subject in the middle": EventFilter(subject_id=SUBJECT, created_after=at(0.4), created_before=at(0.6)),
    "a type of a subject": EventFilter(types=["webhook.created"], subject_id=SUBJECT),
    "a type by a key": EventFilter(types=["webhook.created"], key_id=KEY),
    "all at once": EventFilter(["webhook.created"], SUBJECT, KEY, at(0.1), at(0.9)),
}


def test_page_reads_few_rows(explained: Explained, template: Template) -> None:
    """In both orders, the first page and one from the middle."""
    token = PageToken(b"", b"")
    caller = Caller(template.credentials.project_id, "", COMMAND_LINE, b"")
    middle = explained.row(
        "SELECT transaction_id::text::bigint, serial FROM events ORDER BY serial OFFSET %(half)s LIMIT 1",
        {"half": EVENTS // 2},
    )
    log = EventLog(explained)
    for name, wanted in FILTERS.items():
        for oldest_first in (False, True):
            for after in ("", token.write(middle)):
                log.list(caller, wanted, PageRequest(token, after=after), oldest_first=oldest_first)

                assert explained.read <= MOST_READ, name
                assert not explained.whole_table, name


PATTERNS: dict[str, list[str]] = {
    "everything": [],
    "a frequent type": ["user.created"],
    "a rare one": ["webhook.%"],
}


@pytest.mark.parametrize("wanted", PATTERNS)
def test_watcher_who_is_behind_reads_few_rows(explained: Explained, template: Template, wanted: str) -> None:
    """A look goes no further than it may, whatever it finds."""
    with suppress(IndexError):  # there is no answer
        rows.after(explained, template.credentials.project_id, (0, 0), PATTERNS[wanted], 500)

    assert 500 <= explained.read <= 500 + 2 * rows.MOST_LOOKED_AT
    assert not explained.whole_table


def test_watchers_who_have_heard_all_read_nothing(explained: Explained, template: Template) -> None:
    """However many there are."""
    (horizon,) = explained.row("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", {})
    places = {str(uuid4()): (horizon, 0) for _ in range(200)}
    with suppress(IndexError):
        rows.after_all(explained, places | {template.credentials.project_id: (horizon, 0)}, 500)

    assert (explained.read, explained.whole_table) == (0, False)
