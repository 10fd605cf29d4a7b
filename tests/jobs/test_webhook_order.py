"""Events reach receivers soon, in order, and whatever other receivers do."""

from __future__ import annotations

import threading
from typing import Any

from tests.calling import Client
from tests.conftest import Running, sql
from tests.jobs.conftest import StartWork
from tests.process.conftest import eventually
from tests.receiver import Received, Receiver, Reply
from tests.rows import events
from tests.webhook_requests import (
    DEAD,
    SUCCEEDED,
    Work,
    change_role,
    create,
    deliveries,
    make_role,
    send_test,
    states,
    update,
)


def test_delivery_tells_what_came_of_it(project: Client, receiver: Receiver, jobs: Any) -> None:
    """One attempt, its status and time."""
    create(project, receiver.url(), event_types=["role.*"])
    receiver.answer = lambda _: Reply(202, body=b"thanks " * 100_000)
    make_role(project, "Reader")

    eventually(lambda: states(project) == [SUCCEEDED])

    (delivery,) = deliveries(project)
    (attempt,) = delivery.attempts
    assert (delivery.attempt_count, delivery.HasField("next_attempt_time")) == (1, False)
    assert (attempt.status_code, attempt.error) == (202, "")
    assert attempt.duration.ToMilliseconds() >= 0
    assert attempt.attempt_time.ToMicroseconds() >= delivery.create_time.ToMicroseconds()


def test_events_about_one_subject_arrive_in_order(project: Client, receiver: Receiver, jobs: Any) -> None:
    """However many wait, and whatever else is sent beside them."""
    create(project, receiver.url(), event_types=["role.*"])
    roles = [make_role(project, name) for name in ("a", "b", "c")]
    for number in range(40):
        for role in roles:
            change_role(project, role, str(number))

    received = receiver.wait_for(3 * 41)

    for role in roles:
        told = [r.event["data"]["after"] for r in received if r.event["subjectId"] == role.role_id]
        assert [after["description"] for after in told] == ["", *map(str, range(40))]
    eventually(lambda: set(states(project)) == {SUCCEEDED})


def test_later_event_waits_until_the_earlier_one_is_taken(
    project: Client, receiver: Receiver, work: Work
) -> None:
    """One about another subject does not."""
    webhook_id = create(project, receiver.url(), event_types=["role.*"]).webhook.webhook_id
    role = make_role(project, "First")
    change_role(project, role, "again")
    other = make_role(project, "Second")
    refused_once: set[str] = set()

    def refuse_the_first_of_the_first(request: Received) -> Reply:
        if request.event["subjectId"] == role.role_id and request.event_id not in refused_once:
            refused_once.add(request.event_id)
            return Reply(503)
        return Reply()

    receiver.answer = refuse_the_first_of_the_first

    eventually(lambda: (work.deliver(webhook_id), set(states(project)) == {SUCCEEDED})[1])

    created, changed, beside = ("role.created", role), ("role.updated", role), ("role.created", other)
    arrived = [(request.event["type"], request.event["subjectId"]) for request in receiver.received]
    of_first = [one for one in arrived if one[1] == role.role_id]
    assert of_first == [(kind, about.role_id) for kind, about in (created, created, changed, changed)]
    assert arrived.count((beside[0], other.role_id)) == 1


def test_test_waits_for_nothing(project: Client, receiver: Receiver, start_work: StartWork) -> None:
    """Who repairs a receiver sees at once whether it works."""
    webhook_id = create(project, receiver.url(), event_types=["webhook.*"]).webhook.webhook_id
    receiver.answer = lambda request: Reply(200 if request.event["type"] == "webhook.test" else 503)
    work = start_work(webhook_first_retry=60)
    work.deliver(webhook_id)
    assert receiver.events() == ["webhook.created"]

    test = send_test(project, webhook_id)
    update(project, webhook_id, description="waits for the first")
    work.deliver(webhook_id)

    assert receiver.events() == ["webhook.created", "webhook.test"]
    (delivery,) = deliveries(project, event_id=test.event_id)
    assert delivery.state == SUCCEEDED


def test_slow_receiver_delays_no_other(project: Client, receiver: Receiver, jobs: Any) -> None:
    """Nor itself: what is not about the same subject goes out beside what it has not answered."""
    hold = threading.Event()
    slow = Receiver(lambda _: Reply(hold=hold))
    try:
        for _ in range(3):
            create(project, slow.url(), event_types=["role.*"])
        create(project, receiver.url(), event_types=["role.*"])
        make_role(project, "First")
        slow.wait_for(3)
        receiver.wait_for(1)

        make_role(project, "Second")

        receiver.wait_for(2)
        slow.wait_for(6)
        assert not hold.is_set()
        hold.set()
        eventually(lambda: states(project) == [SUCCEEDED] * 8)
    finally:
        hold.set()
        slow.stop()


def test_receiver_that_was_down_misses_nothing(project: Client, receiver: Receiver, jobs: Any) -> None:
    """All arrives when it is back, in order, once."""
    url, port = receiver.url(), receiver.port
    create(project, url, event_types=["role.*"])
    receiver.stop()
    role = make_role(project, "Reader")
    for number in range(5):
        change_role(project, role, str(number))
    eventually(lambda: [d.attempt_count >= 2 for d in deliveries(project)] == [True] + [False] * 5)
    (attempt, *_) = deliveries(project)[0].attempts
    assert (attempt.status_code, attempt.error) == (0, "the connection was refused")

    back = Receiver(port=port)
    try:
        received = back.wait_for(6)
        eventually(lambda: set(states(project)) == {SUCCEEDED})
    finally:
        back.stop()

    assert [request.event_id for request in received] == [d.event_id for d in deliveries(project)]
    assert len(back.received) == 6


def test_change_under_way_is_told_when_it_is_done(
    server: Running, project: Client, receiver: Receiver, jobs: Any
) -> None:
    """Many at once, none is missed and none told twice."""
    create(project, receiver.url(), event_types=["role.*"])
    names = [f"role {number}" for number in range(60)]
    threads = [
        threading.Thread(target=lambda part=part: [make_role(project, name) for name in names[part::4]])
        for part in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    received = receiver.wait_for(60)
    eventually(lambda: set(states(project)) == {SUCCEEDED})

    assert sorted(request.event["data"]["after"]["name"] for request in received) == sorted(names)
    recorded = events(server.url, project.project_id, "role.created")
    assert len(receiver.received) == len(recorded) == 60
    assert DEAD not in states(project)
    assert sql(server.url, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == [(0,)]
