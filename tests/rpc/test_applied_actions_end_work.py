"""The work in the background that records the ends of what was applied: in batches, by many, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from threading import Event
from typing import Any

import psycopg
import pytest
from roster.v1 import user_action_pb2 as pb

from server.config import Config
from server.jobs import ending
from server.store.database import Database
from tests.calling import Client, Refused
from tests.conftest import Running, sql
from tests.process.conftest import eventually
from tests.rows import events
from tests.rpc.action_requests import (
    ACTIVE,
    CANCELLED,
    ENDED,
    PENDING,
    SENT,
    apply,
    cancel,
    define,
    end_due,
    events_of,
    listed,
    modify,
    read,
)
from tests.rpc.test_concurrency import at_once
from tests.rpc.user_requests import created


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    return define(client, temporal=True)


def due(client: Client, url: str, suspend: pb.UserAction, number: int) -> list[pb.AppliedAction]:
    """Applied actions whose ends have passed, each at another instant, the last applied first."""
    users = [created(client, login_ids=[f"user-{n}"]) for n in range(number)]
    made = [apply(client, user, suspend) for user in users]
    sql(
        url,
        "UPDATE applied_actions SET expire_time = now() - %s * interval '1 hour' + (now() - create_time)",
        number,
    )
    return made


def test_batch_takes_no_more_than_its_size(server: Running, client: Client, suspend: pb.UserAction) -> None:
    """The oldest ends first, which are told of in their order."""
    made = due(client, server.url, suspend, 5)

    assert [end_due(server.database, 2) for _ in range(4)] == [2, 2, 1, 0]

    told = [event.subject_id for event in events(server.url, client.project_id, "user_action.ended")]
    assert told == [applied.user_id for applied in reversed(made)]


def test_work_goes_on_until_nothing_is_due(
    server: Running,
    client: Client,
    config: Config,
    suspend: pb.UserAction,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many batches that takes, and also where a batch is just full."""
    monkeypatch.setattr(ending, "BATCH", 2)
    due(client, server.url, suspend, 4)

    ending.end_due_actions(server.database, config)

    assert len(listed(client, states=[ENDED])) == 4
    assert len(events(server.url, client.project_id, "user_action.ended")) == 4


def test_all_projects_are_served(
    server: Running, client: Client, other_project: Client, suspend: pb.UserAction
) -> None:
    """Each event belongs to the project of its action; it is the system's, and of no call."""
    callers = (client, other_project)
    made = due(client, server.url, suspend, 1)
    made += due(other_project, server.url, define(other_project, temporal=True), 1)

    assert end_due(server.database, 10) == 2

    for caller, applied in zip(callers, made, strict=True):
        (event,) = events(server.url, caller.project_id, "user_action.ended")
        assert (event.subject_id, event.key_id, event.request_id) == (applied.user_id, None, "")


def test_what_others_are_at_is_left_to_them(server: Running, client: Client, suspend: pb.UserAction) -> None:
    """Nobody waits for a lock."""
    held, free = due(client, server.url, suspend, 2)
    with psycopg.connect(server.url) as connection:
        connection.execute(
            "SELECT FROM applied_actions WHERE applied_action_id = %s FOR UPDATE", [held.applied_action_id]
        )
        assert end_due(server.database, 10) == 1
        assert read(client, free).end_event_state == SENT
        assert read(client, held).end_event_state == PENDING

    assert end_due(server.database, 10) == 1


@pytest.fixture
def five(database_url: str, config: Config) -> Iterator[list[Database]]:
    """The stores of five workers."""
    databases = [Database(database_url, config) for _ in range(5)]
    yield databases
    for database in databases:
        database.close()


def test_five_workers_record_each_end_once(
    server: Running, client: Client, suspend: pb.UserAction, five: list[Database]
) -> None:
    """They share what is due."""
    made = due(client, server.url, suspend, 40)

    def work(database: Database) -> int:
        done = 0
        while batch := end_due(database, 3):
            done += batch
        return done

    recorded = at_once([partial(work, database) for database in five])

    assert sum(recorded) == 40
    told = Counter(event.subject_id for event in events(server.url, client.project_id, "user_action.ended"))
    assert told == Counter(applied.user_id for applied in made)


UNRECORDED = "SELECT count(*) FROM applied_actions WHERE state = 'ACTIVE' AND expire_time IS NOT NULL"


def test_end_modification_and_cancellation_race(
    server: Running, client: Client, suspend: pb.UserAction, five: list[Database]
) -> None:
    """Each action has one fate, and its events tell that one and no other."""
    made = due(client, server.url, suspend, 60)
    sql(server.url, "UPDATE applied_actions SET expire_time = now() + random() * interval '300 milliseconds'")
    finished = Event()

    def work(database: Database) -> None:
        while not finished.is_set():
            end_due(database, 2)

    def interfere(change: Any, applied: pb.AppliedAction) -> str:
        try:
            change(client, applied)
        except Refused as error:
            return error.reason
        return "OK"

    lengthen = partial(modify, indefinite=True)
    with ThreadPoolExecutor(13) as pool:
        workers = [pool.submit(work, database) for database in five]
        # Of each three one is lengthened, one cancelled, one left alone.
        changes = {
            applied.applied_action_id: pool.submit(interfere, (lengthen, cancel)[n % 3], applied)
            for n, applied in enumerate(made)
            if n % 3 < 2
        }
        wait(changes.values(), timeout=60)
        eventually(lambda: sql(server.url, UNRECORDED) == [(0,)])
        finished.set()
        for worker in workers:
            worker.result()

    for n, applied in enumerate(made):
        outcome = changes[applied.applied_action_id].result() if n % 3 < 2 else "APPLIED_ACTION_NOT_ACTIVE"
        state, phases = {
            (0, "OK"): (ACTIVE, ["applied", "modified"]),
            (1, "OK"): (CANCELLED, ["applied", "cancelled"]),
        }.get((n % 3, outcome), (ENDED, ["applied", "ended"]))
        assert outcome in ("OK", "APPLIED_ACTION_NOT_ACTIVE")
        assert read(client, applied).state == state
        told = [event.type.partition(".")[2] for event in events_of(server.url, client, applied)]
        assert told == phases
