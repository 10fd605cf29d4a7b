"""Who works for a webhook, and when: one at a time, for a time, and after a death another one."""

from __future__ import annotations

import threading

import pytest

from server.config import Config
from server.jobs import delivering
from server.store.database import Database
from tests.calling import Client
from tests.conftest import Running, sql
from tests.jobs.conftest import StartWork
from tests.receiver import Receiver, Reply
from tests.webhook_requests import (
    PENDING,
    SUCCEEDED,
    change_role,
    deliveries,
    hooked,
    make_role,
    retry,
    states,
    update,
)


def test_chore_finds_what_is_due(
    server: Running, database: Database, config: Config, project: Client, receiver: Receiver
) -> None:
    """One job a webhook, and none for what is not due yet, waits already, or is of no use."""
    due, waiting, later, disabled = (hooked(project, receiver) for _ in range(4))
    make_role(project, "Reader")
    update(project, disabled, disabled=True)
    sql(server.url, "DELETE FROM procrastinate_jobs WHERE lock <> %s", f"webhook:{waiting}")
    sql(
        server.url,
        "UPDATE webhook_deliveries SET next_attempt_time = now() + '1 hour' WHERE webhook_id = %s",
        later,
    )
    sql(
        server.url,
        "UPDATE webhook_deliveries SET state = 'DEAD', next_attempt_time = NULL WHERE webhook_id = %s",
        disabled,
    )

    for _ in range(2):
        delivering.hasten_deliveries(database, config)

    jobs = sql(server.url, "SELECT args->>'webhook_id', args->>'project_id' FROM procrastinate_jobs")
    assert sorted(jobs) == sorted((webhook_id, project.project_id) for webhook_id in (due, waiting))


def test_claim_that_has_lapsed_counts_no_more(
    server: Running, project: Client, receiver: Receiver, start_work: StartWork
) -> None:
    """Who retries by hand, or was thought dead, is not counted twice."""
    webhook_id = hooked(project, receiver)
    make_role(project, "Reader")
    (delivery,) = deliveries(project)
    hold = threading.Event()
    receiver.answer = lambda _: Reply(hold=hold)
    slow = threading.Thread(target=start_work().deliver, args=(webhook_id,))
    slow.start()
    receiver.wait_for(1)

    retry(project, delivery.delivery_id)
    receiver.answer = lambda _: Reply()
    start_work().deliver(webhook_id)
    hold.set()
    slow.join()

    (delivery,) = deliveries(project)
    assert (delivery.state, delivery.attempt_count, len(delivery.attempts)) == (SUCCEEDED, 1, 1)


def test_claim_keeps_others_away_until_its_lease_ends(
    config: Config, project: Client, receiver: Receiver, start_work: StartWork
) -> None:
    """Which is not before the attempt has timed out."""
    webhook_id = hooked(project, receiver)
    make_role(project, "Reader")
    hold = threading.Event()
    receiver.answer = lambda _: Reply(hold=hold)
    slow = threading.Thread(target=start_work().deliver, args=(webhook_id,))
    slow.start()
    receiver.wait_for(1)
    other = start_work()

    other.deliver(webhook_id)

    assert len(receiver.received) == 1
    (delivery,) = deliveries(project)
    assert delivery.next_attempt_time.seconds - delivery.create_time.seconds >= config.webhook_timeout
    hold.set()
    slow.join()
    assert states(project) == [SUCCEEDED]


def test_job_lets_others_have_their_turn(
    server: Running,
    project: Client,
    receiver: Receiver,
    start_work: StartWork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When its time is over it finishes what is under way, and leaves the rest to another job."""
    monkeypatch.setattr(delivering, "BUDGET", 0.1)
    webhook_id = hooked(project, receiver)
    role = make_role(project, "Reader")
    for number in range(20):
        change_role(project, role, str(number))
    sql(server.url, "DELETE FROM procrastinate_jobs")
    hold = threading.Event()
    receiver.answer = lambda _: Reply(hold=hold)
    working = threading.Thread(target=start_work().deliver, args=(webhook_id,))
    working.start()
    receiver.wait_for(1)

    working.join(0.2)
    hold.set()
    working.join()

    assert states(project) == [SUCCEEDED] + [PENDING] * 20
    lock = f"webhook:{webhook_id}"
    assert sql(server.url, "SELECT lock FROM procrastinate_jobs WHERE status = 'todo'") == [(lock,)]
