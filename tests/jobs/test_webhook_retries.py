"""What receivers do not take is sent again, for a time; then it is given up."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from roster.v1 import webhook_pb2 as pb

from server.domain.webhook_outcomes import MAX_ATTEMPTS
from tests.calling import Client
from tests.jobs.conftest import StartWork
from tests.process.conftest import eventually
from tests.receiver import Receiver, Reply
from tests.webhook_requests import (
    DEAD,
    PENDING,
    SUCCEEDED,
    Work,
    change_role,
    deliveries,
    hooked,
    make_role,
    retry,
    states,
    work_until,
)


def seconds_to_wait(delivery: pb.WebhookDelivery) -> float:
    """From the end of the last attempt to the next."""
    last = delivery.attempts[-1]
    began = last.attempt_time.ToDatetime() + last.duration.ToTimedelta()
    pause: timedelta = delivery.next_attempt_time.ToDatetime() - began
    return pause.total_seconds()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, "HTTP status 301; redirects are not followed"),
        (307, "HTTP status 307; redirects are not followed"),
        (304, "HTTP status 304; redirects are not followed"),
        (400, "HTTP status 400"),
        (404, "HTTP status 404"),
        (429, "HTTP status 429"),
        (500, "HTTP status 500"),
        (503, "HTTP status 503"),
    ],
)
def test_whatever_is_not_2xx_is_a_failure(
    project: Client, receiver: Receiver, start_work: StartWork, status: int, error: str
) -> None:
    """The attempt says which; the next one comes after a pause, and to the same place."""
    webhook_id = hooked(project, receiver)
    elsewhere = receiver.url(path="/elsewhere")
    receiver.answer = lambda _: Reply(status, {"location": elsewhere}, b"not for the record")
    make_role(project, "Reader")

    start_work(webhook_first_retry=100).deliver(webhook_id)

    (delivery,) = deliveries(project)
    (attempt,) = delivery.attempts
    assert (delivery.state, delivery.attempt_count) == (PENDING, 1)
    assert (attempt.status_code, attempt.error) == (status, error)
    assert 79 <= seconds_to_wait(delivery) <= 121
    assert [request.path for request in receiver.received] == ["/hook"]


def test_each_pause_is_longer(project: Client, receiver: Receiver, start_work: StartWork) -> None:
    """Three times as long, more or less."""
    webhook_id = hooked(project, receiver)
    receiver.answer = lambda _: Reply(500)
    make_role(project, "Reader")
    work = start_work(webhook_first_retry=100)

    for usual in (100, 300, 900):
        work.deliver(webhook_id)
        (delivery,) = deliveries(project)
        assert usual * 0.79 <= seconds_to_wait(delivery) <= usual * 1.21
        work.deliver(webhook_id)
        assert deliveries(project) == [delivery]
        with work.database.transaction():
            work.database.execute("UPDATE webhook_deliveries SET next_attempt_time = now()", {})


def test_receiver_says_when_to_come_again(project: Client, receiver: Receiver, work: Work) -> None:
    """By `Retry-After`."""
    webhook_id = hooked(project, receiver)
    receiver.answer = lambda _: Reply(429, {"retry-after": "3600"})
    make_role(project, "Reader")

    work.deliver(webhook_id)

    (delivery,) = deliveries(project)
    assert 3595 <= seconds_to_wait(delivery) <= 3605


def test_receiver_that_does_not_answer_in_time(
    project: Client, receiver: Receiver, start_work: StartWork
) -> None:
    """Is not waited for any longer."""
    webhook_id = hooked(project, receiver)
    hold = threading.Event()
    receiver.answer = lambda _: Reply(hold=hold)
    make_role(project, "Reader")

    start_work(webhook_timeout=0.2).deliver(webhook_id)

    hold.set()
    (delivery,) = deliveries(project)
    (attempt,) = delivery.attempts
    assert (delivery.state, attempt.status_code) == (PENDING, 0)
    assert attempt.error == "no answer within 0.2 seconds"
    assert attempt.duration.ToMilliseconds() >= 200


def test_after_all_attempts_a_delivery_is_dead(project: Client, receiver: Receiver, work: Work) -> None:
    """The one behind it goes on; sent again by hand it has all attempts anew, and keeps the last twenty."""
    webhook_id = hooked(project, receiver)
    receiver.answer = lambda request: Reply(200 if request.event["type"] == "role.updated" else 500)
    role = make_role(project, "Reader")
    change_role(project, role, "Reads")

    given_up, taken = work_until(work, project, webhook_id, SUCCEEDED, DEAD)

    assert (given_up.state, taken.state) == (DEAD, SUCCEEDED)
    assert (given_up.attempt_count, len(given_up.attempts)) == (MAX_ATTEMPTS, MAX_ATTEMPTS)
    assert not given_up.HasField("next_attempt_time")
    assert receiver.events() == ["role.created"] * MAX_ATTEMPTS + ["role.updated"]
    assert {request.event_id for request in receiver.received[:-1]} == {given_up.event_id}

    retry(project, given_up.delivery_id)
    again, _ = work_until(work, project, webhook_id, SUCCEEDED, DEAD)

    assert (again.state, again.attempt_count, len(again.attempts)) == (DEAD, MAX_ATTEMPTS, 20)
    assert [*given_up.attempts[8:]] == [*again.attempts[:6]]
    assert len(receiver.received) == 2 * MAX_ATTEMPTS + 1


def test_delivery_is_sent_again_by_hand(project: Client, receiver: Receiver, jobs: Any) -> None:
    """What succeeded too: the receiver may have lost it. Its id is the same."""
    hooked(project, receiver)
    make_role(project, "Reader")
    eventually(lambda: states(project) == [SUCCEEDED])
    (delivery,) = deliveries(project)

    retry(project, delivery.delivery_id)

    first, second = receiver.wait_for(2)
    assert first.event_id == second.event_id
    assert first.body == second.body
    eventually(lambda: states(project) == [SUCCEEDED])
    assert len(deliveries(project)[0].attempts) == 2
