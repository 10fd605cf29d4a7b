"""Webhooks that are disabled, moved or deleted, and what becomes of what waits for them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from roster.v1 import webhook_pb2 as pb

from tests.calling import Client
from tests.conftest import Running, sql
from tests.jobs.conftest import StartWork
from tests.process.conftest import eventually
from tests.receiver import Receiver, Reply
from tests.rows import contents, events
from tests.webhook_requests import (
    DEAD,
    SUCCEEDED,
    Work,
    change_role,
    create,
    delete,
    deliveries,
    get,
    hooked,
    make_role,
    retry,
    states,
    update,
    work_until,
)


def test_webhook_tells_since_when_it_fails(project: Client, receiver: Receiver, work: Work) -> None:
    """From the first failure to the next success; another URL begins anew. Its etag does not change by it."""
    webhook_id = hooked(project, receiver)
    before = get(project, webhook_id)
    receiver.answer = lambda _: Reply(500)
    make_role(project, "Reader")
    for _ in range(3):
        work.deliver(webhook_id)
    (delivery,) = deliveries(project)

    failing = get(project, webhook_id)
    assert failing.failing_since == delivery.attempts[0].attempt_time
    assert (failing.etag, failing.update_time) == (before.etag, before.update_time)
    assert update(project, webhook_id, description="x").failing_since == failing.failing_since
    assert not update(project, webhook_id, url=receiver.url(path="/b")).HasField("failing_since")

    work.deliver(webhook_id)
    assert get(project, webhook_id).HasField("failing_since")
    receiver.answer = lambda _: Reply(200)
    work_until(work, project, webhook_id, SUCCEEDED)
    assert not get(project, webhook_id).HasField("failing_since")


def test_webhook_that_fails_for_too_long_is_disabled(
    server: Running, project: Client, receiver: Receiver, start_work: StartWork
) -> None:
    """An event says so to the others; what waits is given up."""
    webhook_id = hooked(project, receiver)
    watching = Receiver()
    try:
        other_id = create(project, watching.url(), event_types=["webhook.disabled"]).webhook.webhook_id
        receiver.answer = lambda _: Reply(500)
        role = make_role(project, "Reader")
        change_role(project, role, "Reads")
        work = start_work(webhook_first_retry=1e-6, webhook_disable_after=0.01)

        first, second = work_until(work, project, webhook_id, DEAD)
        work.deliver(other_id)

        webhook = get(project, webhook_id)
        assert (webhook.disabled, webhook.disable_cause) == (True, pb.DISABLE_CAUSE_FAILING)
        assert webhook.failing_since == first.attempts[0].attempt_time
        for delivery in (first, second):
            assert delivery.attempts[-1].error == "given up: the webhook is disabled"
            assert not delivery.HasField("next_attempt_time")
        assert (second.attempt_count, len(second.attempts)) == (0, 1)
        (event,) = events(server.url, project.project_id, "webhook.disabled")
        since = webhook.failing_since.ToJsonString().removesuffix("Z")
        assert event.data is not None
        assert (event.subject_id, event.key_id, event.data["cause"]) == (webhook_id, None, "FAILING")
        assert event.data["failing_since"].startswith(since)
        assert [request.event["subjectId"] for request in watching.received] == [webhook_id]
    finally:
        watching.stop()

    enabled = update(project, webhook_id, "disabled")
    assert (enabled.disabled, enabled.disable_cause) == (False, pb.DISABLE_CAUSE_UNSPECIFIED)
    assert not enabled.HasField("failing_since")
    receiver.answer = lambda _: Reply(200)
    retry(project, second.delivery_id)
    work.deliver(webhook_id)
    assert [delivery.state for delivery in deliveries(project, webhook_id)] == [DEAD, SUCCEEDED]


def test_success_in_between_keeps_a_webhook_enabled(
    project: Client, receiver: Receiver, start_work: StartWork
) -> None:
    """Only uninterrupted failure counts."""
    webhook_id = hooked(project, receiver)
    role = make_role(project, "Reader")
    receiver.answer = lambda request: Reply(500 if request.event["subjectId"] == role.role_id else 200)
    work = start_work(webhook_first_retry=1e-6, webhook_disable_after=3600)

    for number in range(5):
        work.deliver(webhook_id)
        make_role(project, f"Writer {number}")
        work.deliver(webhook_id)

    assert not get(project, webhook_id).disabled


def test_receiver_that_is_gone_is_told_nothing_more(
    server: Running, project: Client, receiver: Receiver, work: Work
) -> None:
    """410 disables its webhook at once."""
    webhook_id = hooked(project, receiver)
    receiver.answer = lambda _: Reply(410)
    role = make_role(project, "Reader")
    change_role(project, role, "Reads")

    work.deliver(webhook_id)

    webhook = get(project, webhook_id)
    assert (webhook.disabled, webhook.disable_cause) == (True, pb.DISABLE_CAUSE_GONE)
    assert states(project) == [DEAD, DEAD]
    assert len(receiver.received) == 1
    (event,) = events(server.url, project.project_id, "webhook.disabled")
    assert event.data is not None
    assert event.data["cause"] == "GONE"


def test_what_waits_for_a_webhook_that_is_disabled_is_given_up(
    project: Client, receiver: Receiver, jobs: Any
) -> None:
    """Soon after, by the jobs."""
    webhook_id = hooked(project, receiver)
    receiver.answer = lambda _: Reply(503, {"retry-after": "600"})
    make_role(project, "Reader")
    receiver.wait_for(1)
    eventually(lambda: deliveries(project)[0].attempt_count == 1)

    webhook = update(project, webhook_id, disabled=True)

    assert webhook.disable_cause == pb.DISABLE_CAUSE_UNSPECIFIED
    eventually(lambda: states(project) == [DEAD])
    assert len(receiver.received) == 1


def test_what_waits_goes_to_the_new_url(project: Client, receiver: Receiver, work: Work) -> None:
    """And what came of the old one says nothing of the new."""
    webhook_id = hooked(project, receiver)
    receiver.answer = lambda request: Reply(200 if request.path == "/new" else 500)
    make_role(project, "Reader")
    work.deliver(webhook_id)

    update(project, webhook_id, url=receiver.url(path="/new"))
    work_until(work, project, webhook_id, SUCCEEDED)

    assert [request.path for request in receiver.received][-1] == "/new"


def test_url_that_changes_during_an_attempt_is_not_blamed_for_it(
    project: Client, receiver: Receiver, jobs: Any
) -> None:
    """410 from the old one neither disables the webhook nor ends the delivery."""
    webhook_id = hooked(project, receiver)
    hold = threading.Event()
    receiver.answer = lambda request: Reply(410, hold=hold) if request.path == "/hook" else Reply()
    make_role(project, "Reader")
    receiver.wait_for(1)

    update(project, webhook_id, url=receiver.url(path="/new"))
    hold.set()

    eventually(lambda: states(project) == [SUCCEEDED])
    assert [request.path for request in receiver.received] == ["/hook", "/new"]
    assert not get(project, webhook_id).disabled


def test_deleted_webhook_is_told_nothing_and_leaves_nothing(
    server: Running, project: Client, receiver: Receiver, jobs: Any
) -> None:
    """Its deliveries go in the background, and then itself."""
    webhook_id = hooked(project, receiver)
    receiver.answer = lambda _: Reply(503, {"retry-after": "600"})
    make_role(project, "Reader")
    eventually(lambda: [delivery.attempt_count for delivery in deliveries(project)] == [1])

    delete(project, webhook_id)
    make_role(project, "Writer")

    eventually(lambda: not contents(server.url)["webhooks"])
    assert contents(server.url)["webhook_deliveries"] == []
    assert len(receiver.received) == 1


def test_deletion_during_an_attempt_waits_for_its_end(
    server: Running, project: Client, receiver: Receiver, jobs: Any
) -> None:
    """The receiver has its answer taken, and nothing is left."""
    webhook_id = hooked(project, receiver)
    hold = threading.Event()
    receiver.answer = lambda _: Reply(hold=hold)
    make_role(project, "Reader")
    receiver.wait_for(1)

    delete(project, webhook_id)
    hold.set()

    eventually(lambda: not contents(server.url)["webhooks"])
    assert contents(server.url)["webhook_deliveries"] == []


def test_webhooks_come_and_go_while_things_happen(
    server: Running, project: Client, receiver: Receiver, jobs: Any
) -> None:
    """No change is refused for it, and nothing is left of those that went."""
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            delete(project, hooked(project, receiver))

    with ThreadPoolExecutor(4) as pool:
        coming = [pool.submit(come_and_go) for _ in range(2)]
        happening = [
            pool.submit(lambda part=part: [make_role(project, f"{part} {n}") for n in range(60)])
            for part in range(2)
        ]
        for one in happening:
            one.result()
        over.set()
        for one in coming:
            one.result()

    eventually(lambda: not contents(server.url)["webhooks"])
    assert contents(server.url)["webhook_deliveries"] == []
    assert sql(server.url, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == [(0,)]
