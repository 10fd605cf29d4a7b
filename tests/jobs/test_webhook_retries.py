"""What receivers do not take is sent again, for a time; then it, or the webhook, is given up."""

from __future__ import annotations

import threading
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from roster.v1 import webhook_pb2 as pb

from server.config import Config
from server.domain.webhook_outcomes import MAX_ATTEMPTS
from server.jobs.delivering import hasten_deliveries
from server.store.database import Database
from tests.calling import Client
from tests.conftest import Running, sql
from tests.jobs.conftest import StartWork
from tests.process.conftest import eventually
from tests.receiver import Receiver, Reply
from tests.rows import contents, events
from tests.webhook_requests import (
    DEAD,
    PENDING,
    SUCCEEDED,
    Work,
    change_role,
    create,
    delete,
    deliveries,
    get,
    make_role,
    retry,
    states,
    update,
)


def hooked(client: Client, receiver: Receiver, **fields: Any) -> str:
    """The id of a webhook that is told of roles."""
    webhook: pb.Webhook = create(client, receiver.url(), event_types=["role.*"], **fields).webhook
    return webhook.webhook_id


def work_until(work: Work, client: Client, webhook_id: str, *wanted: Any) -> list[pb.WebhookDelivery]:
    """Works until all deliveries are in one of these states."""
    eventually(lambda: (work.deliver(webhook_id), set(states(client, webhook_id)) <= set(wanted))[1])
    return deliveries(client, webhook_id)


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
        hasten_deliveries(database, config)

    jobs = sql(server.url, "SELECT args->>'webhook_id', args->>'project_id' FROM procrastinate_jobs")
    assert sorted(jobs) == sorted((webhook_id, project.project_id) for webhook_id in (due, waiting))


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


def test_secret_that_cannot_be_opened_is_told(
    project: Client, receiver: Receiver, start_work: StartWork
) -> None:
    """After ROSTER_SECRET_KEY was changed nothing goes out unsigned."""
    webhook_id = hooked(project, receiver)
    make_role(project, "Reader")

    another = SecretStr(b64encode(b"another" * 4 + b"key.").decode())
    start_work(secret_key=another).deliver(webhook_id)

    (delivery,) = deliveries(project)
    (attempt,) = delivery.attempts
    assert attempt.error == "the secret cannot be opened with the present ROSTER_SECRET_KEY"
    assert receiver.received == []
