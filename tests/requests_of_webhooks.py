"""The part of `tests.requests` that speaks of webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import user_action_pb2
from roster.v1 import webhook_pb2 as pb
from roster.v1 import webhook_service_pb2 as rpc

from tests.calling import Client


@dataclass(frozen=True)
class WebhookGround:
    """A webhook, and what waits for it."""

    webhook: pb.Webhook
    delivery: pb.WebhookDelivery


def webhook_ground(client: Client) -> WebhookGround:
    """Puts a webhook into the caller's project that is told of tests alone, and of one of them."""
    webhook = client.webhooks.CreateWebhook(
        rpc.CreateWebhookRequest(
            webhook=pb.Webhook(url="https://receiver.example/hook", event_types=["webhook.test"])
        )
    ).webhook
    delivery = client.webhooks.TestWebhook(
        rpc.TestWebhookRequest(webhook_id=webhook.webhook_id)
    ).webhook_delivery
    return WebhookGround(webhook, delivery)


def of_webhooks(on: WebhookGround) -> dict[str, Any]:
    """For every RPC of WebhookService a request that succeeds, and does all that one call of it can do."""
    webhook_id, delivery_id = on.webhook.webhook_id, on.delivery.delivery_id
    return {
        "WebhookService/CreateWebhook": rpc.CreateWebhookRequest(
            webhook=pb.Webhook(
                url="https://other.example/hook",
                event_types=["user.*", "user.action"],
                reason_codes=["SPAM"],
                phases=[user_action_pb2.ACTION_PHASE_START],
            )
        ),
        "WebhookService/GetWebhook": rpc.GetWebhookRequest(webhook_id=webhook_id),
        "WebhookService/ListWebhooks": rpc.ListWebhooksRequest(include_total_size=True),
        "WebhookService/UpdateWebhook": rpc.UpdateWebhookRequest(
            webhook_id=webhook_id,
            webhook=pb.Webhook(url="https://third.example/hook", disabled=True),
            update_mask=FieldMask(paths=["url", "disabled"]),
        ),
        "WebhookService/DeleteWebhook": rpc.DeleteWebhookRequest(webhook_id=webhook_id),
        "WebhookService/RotateWebhookSecret": rpc.RotateWebhookSecretRequest(webhook_id=webhook_id),
        "WebhookService/ListWebhookDeliveries": rpc.ListWebhookDeliveriesRequest(
            webhook_id=webhook_id,
            event_id=on.delivery.event_id,
            states=[pb.DELIVERY_STATE_PENDING, pb.DELIVERY_STATE_DEAD],
            include_total_size=True,
        ),
        "WebhookService/RetryWebhookDelivery": rpc.RetryWebhookDeliveryRequest(delivery_id=delivery_id),
        "WebhookService/TestWebhook": rpc.TestWebhookRequest(webhook_id=webhook_id),
    }
