"""The secrets of webhooks: told once, rotated, stored nowhere in the clear."""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import webhook_pb2 as pb
from roster.v1 import webhook_service_pb2 as rpc

from server.domain.caller import system
from server.domain.sealing import sealer_of
from server.domain.webhooks import Webhooks
from server.store.database import Database
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.webhook_requests import create, get, rotate

URL = "https://receiver.example/hook"
NOBODY = "01890000-0000-7000-8000-000000000000"


def test_rotation_answers_another_secret(client: Client) -> None:
    """And tells until when the one before signs, as long as it does."""
    made = create(client)
    webhook_id = made.webhook.webhook_id

    first = rotate(client, webhook_id, 3600)
    read = get(client, webhook_id)
    second = rotate(client, webhook_id)

    assert len({made.secret, first.secret, second.secret}) == 3
    assert first.webhook == read
    assert read.HasField("previous_secret_expire_time")
    assert not second.webhook.HasField("previous_secret_expire_time")
    assert len({made.webhook.etag, first.webhook.etag, second.webhook.etag}) == 3


def test_overlap_that_has_passed_is_not_told(server: Running, client: Client) -> None:
    """There is no secret before any more."""
    webhook_id = create(client).webhook.webhook_id
    rotate(client, webhook_id, 3600)
    sql(server.url, "UPDATE webhooks SET previous_secret_expire_time = now()")

    assert not get(client, webhook_id).HasField("previous_secret_expire_time")


@pytest.mark.parametrize("seconds", [-60, 0, 30 * 86_400 + 60])
def test_overlap_lies_in_the_next_thirty_days(server: Running, client: Client, seconds: int) -> None:
    """Anything else is a mistake."""
    webhook_id = create(client).webhook.webhook_id
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        rotate(client, webhook_id, seconds)

    assert error.value.fields == ["previous_secret_expire_time"]
    assert contents(server.url) == before
    rotate(client, webhook_id, 30 * 86_400 - 60)


def test_repeats_have_no_secret_and_nothing_stores_one(
    server: Running, client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the record of the request nor an event nor the log nor the webhook itself shows it."""
    creation = rpc.CreateWebhookRequest(webhook=pb.Webhook(url=URL), request_id=str(uuid4()))
    created = client.webhooks.CreateWebhook(creation)
    rotation = rpc.RotateWebhookSecretRequest(webhook_id=created.webhook.webhook_id, request_id=str(uuid4()))
    rotation.previous_secret_expire_time.GetCurrentTime()
    rotation.previous_secret_expire_time.seconds += 60
    rotated = client.webhooks.RotateWebhookSecret(rotation)

    again = client.webhooks.CreateWebhook(creation)
    rotated_again = client.webhooks.RotateWebhookSecret(rotation)

    assert (again.webhook, again.secret) == (created.webhook, "")
    assert (rotated_again.webhook, rotated_again.secret) == (rotated.webhook, "")
    stored = "\n".join(row for rows in contents(server.url).values() for row in rows)
    logged = "".join(capfd.readouterr())
    assert created.webhook.webhook_id in stored
    assert "WebhookService/CreateWebhook" in logged
    for secret in (created.secret, rotated.secret):
        raw = b64decode(secret.removeprefix("whsec_"))
        for trace in (secret, secret.removeprefix("whsec_"), raw.hex(), secret.encode().hex()):
            assert trace not in stored
            assert trace not in logged


def test_secret_of_one_webhook_is_of_no_use_in_the_place_of_another(
    database: Database, config: Any, client: Client
) -> None:
    """Sealed for one, it does not open for another."""
    sealer = sealer_of(config)
    with database.transaction():
        webhook, _ = Webhooks(database, sealer).create(system(client.project_id), {"url": URL})
    ((sealed,),) = database.all("SELECT secret FROM webhooks", {})

    assert len(sealer.open(bytes(sealed), f"webhook:{webhook.webhook_id}")) == 32
    with pytest.raises(Exception, match="another ROSTER_SECRET_KEY"):
        sealer.open(bytes(sealed), f"webhook:{NOBODY}")
