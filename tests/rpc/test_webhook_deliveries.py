"""WebhookService: what is to be sent to webhooks, listed, tried and tried again; nobody sends it here."""

from __future__ import annotations

import pytest
from roster.v1 import webhook_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import events
from tests.webhook_requests import (
    DEAD,
    PENDING,
    SUCCEEDED,
    change_role,
    create,
    delete,
    deliveries,
    make_role,
    retry,
    send_test,
    update,
)

NOBODY = "01890000-0000-7000-8000-000000000000"


def set_state(server: Running, delivery_id: str, state: str) -> None:
    """As if it had been tried three times."""
    sql(
        server.url,
        """
        UPDATE webhook_deliveries SET state = %s, next_attempt_time = NULL, attempt_count = 3,
            attempts = '[{"attempt_time": "2026-01-02T03:04:05.006+00:00", "status_code": 503,
                "duration_ms": 1250, "error": "HTTP status 503"}]'
        WHERE delivery_id = %s
        """,
        state,
        delivery_id,
    )


def waiting_jobs(server: Running, webhook_id: str) -> int:
    ((count,),) = sql(
        server.url,
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND lock = %s",
        f"webhook:{webhook_id}",
    )
    return int(count)


def test_every_change_waits_for_the_webhooks_that_take_it(server: Running, client: Client) -> None:
    """With what is known of it, and one job however many changes there are."""
    webhook_id = create(client, event_types=["role.*"]).webhook.webhook_id
    create(client, event_types=["user.*"])
    role = make_role(client, "Reader")
    change_role(client, role, "Reads")

    first, second = deliveries(client, webhook_id)

    recorded = events(server.url, client.project_id, "role.")
    assert [event.type for event in recorded] == [first.event_type, second.event_type]
    assert {role.role_id} == {first.subject_id, second.subject_id}
    for delivery in (first, second):
        assert delivery.webhook_id == webhook_id
        assert delivery.state == PENDING
        assert delivery.next_attempt_time == delivery.create_time
        assert (delivery.attempt_count, len(delivery.attempts)) == (0, 0)
    assert waiting_jobs(server, webhook_id) == 1


def test_change_that_is_rolled_back_is_told_to_nobody(server: Running, client: Client) -> None:
    """Neither a delivery nor a job is left of it."""
    webhook_id = create(client, event_types=["role.*"]).webhook.webhook_id
    make_role(client, "Reader")
    before = (deliveries(client), waiting_jobs(server, webhook_id))

    with refused("ALREADY_EXISTS", "ROLE_NAME_TAKEN"):
        make_role(client, "READER")

    assert (deliveries(client), waiting_jobs(server, webhook_id)) == before


def test_disabled_webhook_is_told_nothing(client: Client) -> None:
    """And not later either."""
    webhook_id = create(client, event_types=["role.*"], disabled=True).webhook.webhook_id
    make_role(client, "Reader")
    update(client, webhook_id, "disabled")
    make_role(client, "Writer")

    assert [delivery.event_type for delivery in deliveries(client, webhook_id)] == ["role.created"]


def test_webhook_hears_of_itself_but_not_of_its_end(client: Client) -> None:
    """A deleted one has no deliveries to be seen."""
    webhook_id, other_id = (create(client, event_types=["webhook.*"]).webhook.webhook_id for _ in range(2))
    delete(client, other_id)

    told = [(delivery.subject_id, delivery.event_type) for delivery in deliveries(client, webhook_id)]
    assert told == [
        (webhook_id, "webhook.created"),
        (other_id, "webhook.created"),
        (other_id, "webhook.deleted"),
    ]
    assert deliveries(client, other_id) == []
    assert [delivery.webhook_id for delivery in deliveries(client)] == [webhook_id] * 3


def test_list_can_be_narrowed(server: Running, client: Client, other_project: Client) -> None:
    """By webhook, event and state, alone and together; another project's are never in it."""
    first, second = (create(client, event_types=["role.*"]).webhook.webhook_id for _ in range(2))
    create(other_project)
    for name in ("a", "b", "c"):
        make_role(client, name)
    made = deliveries(client, first)
    set_state(server, made[0].delivery_id, "SUCCEEDED")
    set_state(server, made[1].delivery_id, "DEAD")

    def found(**filters: object) -> set[str]:
        return {delivery.delivery_id for delivery in deliveries(client, **filters)}

    everything = found()
    assert len(everything) == 6
    assert found(webhook_id=first.upper()) == {delivery.delivery_id for delivery in made}
    assert len(found(event_id=made[0].event_id.upper())) == 2
    assert found(event_id=made[0].event_id, webhook_id=first) == {made[0].delivery_id}
    assert found(states=[SUCCEEDED]) == {made[0].delivery_id}
    assert found(states=[DEAD], webhook_id=first) == {made[1].delivery_id}
    assert found(states=[DEAD, SUCCEEDED]) == {made[0].delivery_id, made[1].delivery_id}
    assert found(states=[PENDING], webhook_id=second, event_id=made[2].event_id) != set()
    assert found(states=[DEAD], webhook_id=second) == set()
    assert found(webhook_id=NOBODY) == found(event_id=NOBODY) == set()
    assert found(states=[PENDING, SUCCEEDED, DEAD]) == everything


def test_list_is_newest_first_and_goes_by_pages(client: Client) -> None:
    """A token is good for the same filter only."""
    webhook_id = create(client, event_types=["role.*"]).webhook.webhook_id
    for number in range(5):
        make_role(client, str(number))
    expected = [delivery.delivery_id for delivery in reversed(deliveries(client))]
    request = rpc.ListWebhookDeliveriesRequest(webhook_id=webhook_id, page_size=2, include_total_size=True)

    pages = []
    while not pages or request.page_token:
        page = client.webhooks.ListWebhookDeliveries(request)
        pages.append([delivery.delivery_id for delivery in page.webhook_deliveries])
        assert page.total_size == 5
        request.page_token = page.next_page_token

    assert pages == [expected[:2], expected[2:4], expected[4:]]
    first = client.webhooks.ListWebhookDeliveries(rpc.ListWebhookDeliveriesRequest(page_size=2))
    with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
        client.webhooks.ListWebhookDeliveries(
            rpc.ListWebhookDeliveriesRequest(states=[DEAD], page_token=first.next_page_token)
        )


@pytest.mark.parametrize("state", ["SUCCEEDED", "DEAD"])
def test_delivery_can_be_sent_again(server: Running, client: Client, state: str) -> None:
    """It has all its attempts again, and keeps the record of the former ones."""
    webhook_id = create(client, event_types=["role.*"]).webhook.webhook_id
    make_role(client, "Reader")
    (delivery,) = deliveries(client)
    set_state(server, delivery.delivery_id, state)
    sql(server.url, "DELETE FROM procrastinate_jobs")

    again = retry(client, delivery.delivery_id.upper())

    assert (again.state, again.attempt_count) == (PENDING, 0)
    (attempt,) = again.attempts
    assert (attempt.status_code, attempt.error) == (503, "HTTP status 503")
    assert attempt.duration.ToMilliseconds() == 1250
    assert attempt.attempt_time.ToJsonString() == "2026-01-02T03:04:05.006Z"
    assert again.HasField("next_attempt_time")
    assert deliveries(client) == [again]
    assert waiting_jobs(server, webhook_id) == 1


def test_delivery_that_waits_is_due_at_once(server: Running, client: Client) -> None:
    """It need not wait for its time."""
    create(client, event_types=["role.*"])
    make_role(client, "Reader")
    (delivery,) = deliveries(client)
    sql(server.url, "UPDATE webhook_deliveries SET next_attempt_time = now() + '1 hour', attempt_count = 9")

    again = retry(client, delivery.delivery_id)

    assert again.next_attempt_time.seconds - delivery.create_time.seconds < 3000
    assert again.attempt_count == 0


def test_delivery_without_webhook_or_event_cannot_be_sent_again(server: Running, client: Client) -> None:
    """Each has its reason."""
    webhook_id = create(client, event_types=["role.*"]).webhook.webhook_id
    make_role(client, "Reader")
    (delivery,) = deliveries(client)
    with refused("NOT_FOUND", "WEBHOOK_DELIVERY_NOT_FOUND") as error:
        retry(client, NOBODY)
    assert error.value.metadata == {"delivery_id": NOBODY}

    sql(server.url, "DELETE FROM events WHERE event_id = %s", delivery.event_id)
    with refused("OUT_OF_RANGE", "EVENTS_COLLECTED"):
        retry(client, delivery.delivery_id)
    update(client, webhook_id, disabled=True)
    with refused("FAILED_PRECONDITION", "WEBHOOK_DISABLED"):
        retry(client, delivery.delivery_id)
    delete(client, webhook_id)
    with refused("NOT_FOUND", "WEBHOOK_DELIVERY_NOT_FOUND"):
        retry(client, delivery.delivery_id)


def test_test_is_an_event_that_one_webhook_alone_is_told(server: Running, client: Client) -> None:
    """Whatever events it takes."""
    webhook_id = create(client, event_types=["role.*"]).webhook.webhook_id
    create(client)
    sql(server.url, "DELETE FROM procrastinate_jobs")

    delivery = send_test(client, webhook_id.upper())

    (event,) = events(server.url, client.project_id, "webhook.test")
    assert (event.subject_id, event.data) == (webhook_id, {})
    assert event.key_id is not None
    assert (delivery.webhook_id, delivery.event_type) == (webhook_id, "webhook.test")
    assert (delivery.subject_id, delivery.state) == (webhook_id, PENDING)
    assert deliveries(client, event_id=delivery.event_id) == [delivery]
    assert waiting_jobs(server, webhook_id) == 1


def test_disabled_webhook_cannot_be_tried(client: Client) -> None:
    """Nothing would be sent."""
    webhook_id = create(client, disabled=True).webhook.webhook_id

    with refused("FAILED_PRECONDITION", "WEBHOOK_DISABLED"):
        send_test(client, webhook_id)
    assert deliveries(client) == []
