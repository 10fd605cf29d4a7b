"""WebhookService: the webhooks themselves. What is sent to them: tests/jobs."""

from __future__ import annotations

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2
from roster.v1 import webhook_pb2 as pb
from roster.v1 import webhook_service_pb2 as rpc

from server.config import MAX_WEBHOOKS
from tests.calling import Client, Refused, refused
from tests.conftest import Running, StartServer
from tests.rows import contents, events
from tests.webhook_requests import allow_private_addresses, create, delete, get, rotate, update

URL = "https://receiver.example/hook"
NOBODY = "01890000-0000-7000-8000-000000000000"
SETTINGS: dict[str, Any] = {
    "url": URL,
    "description": "Tells the shop",
    "event_types": ["user.*", "user.action", "role.created"],
    "user_action_ids": ["01890000-0000-7000-8000-00000000000a"],
    "reason_codes": ["SPAM"],
    "phases": [user_action_pb2.ACTION_PHASE_START, user_action_pb2.ACTION_PHASE_END],
    "disabled": True,
}


def listed(client: Client) -> list[pb.Webhook]:
    return list(client.webhooks.ListWebhooks(rpc.ListWebhooksRequest()).webhooks)


def test_what_is_created_can_be_read(client: Client) -> None:
    """The server adds an id in the order of time, the times, the etag, and the secret this once."""
    made = create(client, **SETTINGS)

    webhook = made.webhook
    assert webhook == pb.Webhook(
        webhook_id=webhook.webhook_id,
        create_time=webhook.create_time,
        update_time=webhook.create_time,
        etag=webhook.etag,
        **SETTINGS,
    )
    assert UUID(webhook.webhook_id).version == 7
    assert webhook.etag
    assert get(client, webhook.webhook_id.upper()) == webhook
    assert listed(client) == [webhook]
    prefix, _, encoded = made.secret.partition("_")
    assert (prefix, len(b64decode(encoded, validate=True))) == ("whsec", 32)


def test_output_only_fields_are_ignored(client: Client) -> None:
    """What only the server can know is not taken from a caller."""
    past = Timestamp(seconds=1)

    made = create(
        client,
        webhook_id=NOBODY,
        disable_cause=pb.DISABLE_CAUSE_GONE,
        failing_since=past,
        previous_secret_expire_time=past,
        create_time=past,
        update_time=past,
        etag="1-1",
    ).webhook

    assert made == pb.Webhook(
        webhook_id=made.webhook_id,
        url=URL,
        create_time=made.create_time,
        update_time=made.create_time,
        etag=made.etag,
    )
    assert NOBODY != made.webhook_id
    assert past != made.create_time


OUT_OF_BOUNDS: list[tuple[dict[str, Any], str]] = [
    ({"url": ""}, "url"),
    ({"url": " \t"}, "url"),
    ({"url": f"https://example.com/{'x' * 1981}"}, "url"),
    ({"description": "x" * 1001}, "description"),
    ({"event_types": ["user.created", "user.createt"]}, "event_types[1]"),
    ({"event_types": ["users.*"]}, "event_types[0]"),
    ({"event_types": ["*"]}, "event_types[0]"),
    ({"event_types": ["User.created"]}, "event_types[0]"),
    ({"event_types": ["user.*", "user.*"]}, "event_types"),
    ({"event_types": [f"user.{'a' * n}" for n in range(1, 52)]}, "event_types"),
    ({"user_action_ids": ["7"]}, "user_action_ids[0]"),
    ({"user_action_ids": [str(uuid4()) for _ in range(101)]}, "user_action_ids"),
    ({"reason_codes": [""]}, "reason_codes[0]"),
    ({"reason_codes": ["x" * 101]}, "reason_codes[0]"),
    ({"reason_codes": [str(n) for n in range(101)]}, "reason_codes"),
    ({"phases": [user_action_pb2.ACTION_PHASE_UNSPECIFIED]}, "phases[0]"),
    ({"phases": [9]}, "phases[0]"),
    ({"phases": [user_action_pb2.ACTION_PHASE_END] * 2}, "phases"),
]


def test_field_out_of_bounds_is_refused(server: Running, client: Client) -> None:
    """The error names it, and nothing is stored."""
    before = contents(server.url)

    for fields, wrong in OUT_OF_BOUNDS:
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            create(client, **{"url": URL, **fields})
        assert [field for field in error.value.fields if field == f"webhook.{wrong}"], (fields, wrong)
    assert contents(server.url) == before


@pytest.mark.parametrize(
    "url", ["http://receiver.example/", "https://127.0.0.1/", "https://10.1.2.3/", "https://[::1]/"]
)
def test_private_url_needs_the_projects_permission(client: Client, other_project: Client, url: str) -> None:
    """That of another project does not count."""
    webhook_id = create(client).webhook.webhook_id
    allow_private_addresses(other_project)
    for attempt in (lambda: create(client, url), lambda: update(client, webhook_id, url=url)):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            attempt()
        assert error.value.fields == ["webhook.url"]

    allow_private_addresses(client)

    assert create(client, url).webhook.url == url
    assert update(client, webhook_id, url=f"{url}x").url == f"{url}x"


def test_wrong_url_is_refused_wherever_it_is_set(client: Client) -> None:
    """And what is right beside it is not stored."""
    made = create(client).webhook

    for url in ("https://user:password@receiver.example/", "https://receiver.example/#top", "receiver"):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            update(client, made.webhook_id, url=url, description="x", event_types=["nothing.happened"])
        assert error.value.fields == ["webhook.event_types[0]", "webhook.url"]
        assert "password" not in error.value.message
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        update(client, made.webhook_id, "*", description="x")
    assert error.value.fields == ["webhook.url"]
    assert get(client, made.webhook_id) == made


def test_white_space_around_a_url_is_dropped(client: Client) -> None:
    """It is left there by copying."""
    assert create(client, f" {URL}\n").webhook.url == URL


UPDATES: list[tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]] = [
    ((), {"description": "New"}, {"description": "New"}),
    ((), {"event_types": ["role.*"]}, {"event_types": ["role.*"]}),
    (("url",), {"url": "https://b.example/", "description": "ignored"}, {"url": "https://b.example/"}),
    (("disabled",), {}, {"disabled": False}),
    (("phases", "reason_codes"), {}, {"phases": [], "reason_codes": []}),
    (("user_action_ids", "create_time"), {}, {"user_action_ids": []}),
    (("*",), {"url": URL}, dict.fromkeys(SETTINGS) | {"url": URL}),
]


@pytest.mark.parametrize(("paths", "fields", "expected"), UPDATES)
def test_update_changes_what_the_mask_names(
    client: Client, paths: tuple[str, ...], fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Without a mask the populated fields; with `*` all; what is masked and unset is cleared."""
    made = create(client, **SETTINGS).webhook

    changed = update(client, made.webhook_id, *paths, **fields)

    assert changed == pb.Webhook(
        webhook_id=made.webhook_id,
        create_time=made.create_time,
        update_time=changed.update_time,
        etag=changed.etag,
        **{**SETTINGS, **expected},
    )
    assert changed.etag != made.etag
    assert changed.update_time != made.update_time
    assert get(client, made.webhook_id) == changed


def test_update_that_is_wrong_changes_nothing(server: Running, client: Client) -> None:
    """Unknown paths, those of output-only fields apart, and an old etag."""
    made = create(client, **SETTINGS).webhook
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        update(client, made.webhook_id, "url", "secret", "failing_since", url="https://b.example")
    assert error.value.fields == ["update_mask.paths[1]"]
    with refused("ABORTED", "ETAG_MISMATCH") as error:
        update(client, made.webhook_id, description="New", etag="1-1")
    assert error.value.metadata == {"etag": made.etag}
    assert update(client, made.webhook_id, "*", **SETTINGS, etag=made.etag) == made
    assert contents(server.url) == before


def test_change_of_the_etag_is_seen(client: Client) -> None:
    """Who was slower reads again."""
    made = create(client).webhook
    update(client, made.webhook_id, description="First", etag=made.etag)

    for attempt in (
        lambda: update(client, made.webhook_id, description="Second", etag=made.etag),
        lambda: delete(client, made.webhook_id, made.etag),
    ):
        with refused("ABORTED", "ETAG_MISMATCH"):
            attempt()


def test_what_is_deleted_is_gone(client: Client) -> None:
    """For every method; its id comes back to nobody."""
    made, other = create(client).webhook, create(client).webhook

    delete(client, made.webhook_id.upper(), made.etag)

    assert listed(client) == [other]
    for call in (
        lambda: get(client, made.webhook_id),
        lambda: update(client, made.webhook_id, description="x"),
        lambda: delete(client, made.webhook_id),
        lambda: client.webhooks.RotateWebhookSecret(
            rpc.RotateWebhookSecretRequest(webhook_id=made.webhook_id)
        ),
        lambda: client.webhooks.TestWebhook(rpc.TestWebhookRequest(webhook_id=made.webhook_id)),
    ):
        with refused("NOT_FOUND", "WEBHOOK_NOT_FOUND") as error:
            call()
        assert error.value.metadata == {"webhook_id": made.webhook_id}
        resource = error.value.details["ResourceInfo"]
        assert (resource.resource_type, resource.resource_name) == ("roster.v1.Webhook", made.webhook_id)


def test_list_is_in_the_order_of_creation(client: Client, other_project: Client) -> None:
    """Page by page, with the total if it is asked for; another project's are not in it."""
    create(other_project)
    made = [create(client, description=str(number)).webhook for number in range(5)]

    first = client.webhooks.ListWebhooks(rpc.ListWebhooksRequest(page_size=2, include_total_size=True))
    second = client.webhooks.ListWebhooks(
        rpc.ListWebhooksRequest(page_size=2, page_token=first.next_page_token, skip=1)
    )

    assert [*first.webhooks] == made[:2]
    assert first.total_size == 5
    assert [*second.webhooks] == made[3:]
    assert not second.next_page_token
    with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
        client.webhooks.ListWebhooks(rpc.ListWebhooksRequest(page_token=f"{first.next_page_token}x"))


def test_project_can_have_so_many(client: Client, other_project: Client) -> None:
    """Those of other projects, and deleted ones, do not count."""
    create(other_project)
    made = [create(client).webhook for _ in range(MAX_WEBHOOKS)]

    with refused("FAILED_PRECONDITION", "WEBHOOK_LIMIT") as error:
        create(client)
    assert error.value.metadata == {"limit": str(MAX_WEBHOOKS)}
    delete(client, made[0].webhook_id)

    create(client)
    assert len(listed(client)) == MAX_WEBHOOKS


def test_two_at_once_cannot_both_be_the_last(client: Client) -> None:
    """They are counted one after another."""
    for _ in range(MAX_WEBHOOKS - 1):
        create(client)

    def attempt(_: int) -> str:
        try:
            create(client)
        except Refused as refusal:
            return refusal.reason
        return "created"

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(attempt, range(6)))

    assert outcomes == ["WEBHOOK_LIMIT"] * 5 + ["created"]
    assert len(listed(client)) == MAX_WEBHOOKS


def test_changes_are_recorded(server: Running, client: Client) -> None:
    """With the key that acted and what it changed, and without secrets."""
    webhook_id = create(client, event_types=["role.*"]).webhook.webhook_id
    update(client, webhook_id, description="New")
    update(client, webhook_id, description="New")
    rotate(client, webhook_id)
    delete(client, webhook_id)

    recorded = events(server.url, client.project_id, "webhook.")

    assert {(webhook_id, True)} == {(event.subject_id, event.key_id is not None) for event in recorded}
    created = {
        "url": URL,
        "description": "",
        "event_types": ["role.*"],
        "user_action_ids": [],
        "reason_codes": [],
        "phases": [],
        "disabled": False,
    }
    assert [(event.type, event.data) for event in recorded] == [
        ("webhook.created", {"after": created}),
        ("webhook.updated", {"before": {"description": ""}, "after": {"description": "New"}}),
        ("webhook.secret_rotated", {}),
        ("webhook.deleted", {"before": created | {"description": "New"}}),
    ]


def test_permission_holds_at_once(start_server: StartServer, client: Client) -> None:
    """Though what is known of a project's settings is a few seconds old."""
    server = start_server(key_cache_seconds=10)
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, client.key)
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID"):
            create(caller, "http://127.0.0.1/")

        allow_private_addresses(caller)

        assert create(caller, "http://127.0.0.1/").webhook.url == "http://127.0.0.1/"
