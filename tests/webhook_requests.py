"""Requests to WebhookService, and the events that webhooks are told of, as tests need them."""

from __future__ import annotations

import asyncio
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import project_pb2, role_pb2
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import webhook_pb2 as pb
from roster.v1 import webhook_service_pb2 as rpc

from server.config import Config
from server.domain.sealing import sealer_of
from server.jobs.delivering import Deliverer
from server.store.database import Database
from tests.calling import Client
from tests.process.conftest import eventually
from tests.receiver import Receiver

PENDING, SUCCEEDED, DEAD = (
    pb.DELIVERY_STATE_PENDING,
    pb.DELIVERY_STATE_SUCCEEDED,
    pb.DELIVERY_STATE_DEAD,
)


def allow_private_addresses(client: Client, *, allowed: bool = True) -> None:
    """Lets the project's webhooks go to this machine, or no longer."""
    policy = project_pb2.WebhookPolicy(allow_private_addresses=allowed)
    client.projects.UpdateProject(
        project_rpc.UpdateProjectRequest(
            project=project_pb2.Project(settings=project_pb2.ProjectSettings(webhook_policy=policy)),
            update_mask=FieldMask(paths=["settings"]),
        )
    )


def create(
    client: Client, url: str = "https://receiver.example/hook", **fields: Any
) -> rpc.CreateWebhookResponse:
    """A webhook with its secret."""
    created: rpc.CreateWebhookResponse = client.webhooks.CreateWebhook(
        rpc.CreateWebhookRequest(webhook=pb.Webhook(url=url, **fields))
    )
    return created


def hooked(client: Client, receiver: Receiver, **fields: Any) -> str:
    """The id of a webhook that is told of roles."""
    webhook: pb.Webhook = create(client, receiver.url(), event_types=["role.*"], **fields).webhook
    return webhook.webhook_id


def get(client: Client, webhook_id: str) -> pb.Webhook:
    found: pb.Webhook = client.webhooks.GetWebhook(rpc.GetWebhookRequest(webhook_id=webhook_id)).webhook
    return found


def update(client: Client, webhook_id: str, *paths: str, etag: str = "", **fields: Any) -> pb.Webhook:
    """The changed webhook; without paths there is no mask."""
    changed: pb.Webhook = client.webhooks.UpdateWebhook(
        rpc.UpdateWebhookRequest(
            webhook_id=webhook_id,
            webhook=pb.Webhook(etag=etag, **fields),
            update_mask=FieldMask(paths=paths) if paths else None,
        )
    ).webhook
    return changed


def delete(client: Client, webhook_id: str, etag: str = "") -> None:
    client.webhooks.DeleteWebhook(rpc.DeleteWebhookRequest(webhook_id=webhook_id, etag=etag))


def rotate(client: Client, webhook_id: str, seconds_from_now: float | None = None) -> Any:
    """The answer; the secret before signs for so many seconds more, or not at all."""
    request = rpc.RotateWebhookSecretRequest(webhook_id=webhook_id)
    if seconds_from_now is not None:
        request.previous_secret_expire_time.GetCurrentTime()
        request.previous_secret_expire_time.seconds += int(seconds_from_now)
    return client.webhooks.RotateWebhookSecret(request)


def send_test(client: Client, webhook_id: str) -> pb.WebhookDelivery:
    """The delivery of a test."""
    made: pb.WebhookDelivery = client.webhooks.TestWebhook(
        rpc.TestWebhookRequest(webhook_id=webhook_id)
    ).webhook_delivery
    return made


def retry(client: Client, delivery_id: str) -> pb.WebhookDelivery:
    again: pb.WebhookDelivery = client.webhooks.RetryWebhookDelivery(
        rpc.RetryWebhookDeliveryRequest(delivery_id=delivery_id)
    ).webhook_delivery
    return again


def deliveries(client: Client, webhook_id: str = "", **filters: Any) -> list[pb.WebhookDelivery]:
    """The deliveries, oldest first."""
    request = rpc.ListWebhookDeliveriesRequest(webhook_id=webhook_id, page_size=1_000, **filters)
    found = client.webhooks.ListWebhookDeliveries(request).webhook_deliveries
    return sorted(found, key=lambda delivery: delivery.event_id)


def states(client: Client, webhook_id: str = "") -> list[Any]:
    return [delivery.state for delivery in deliveries(client, webhook_id)]


def make_role(client: Client, name: str) -> role_pb2.Role:
    """An event of type `role.created`, about the role."""
    made: role_pb2.Role = client.roles.CreateRole(
        role_rpc.CreateRoleRequest(role=role_pb2.Role(name=name))
    ).role
    return made


def change_role(client: Client, role: role_pb2.Role, description: str) -> None:
    """An event of type `role.updated`, about the role."""
    client.roles.UpdateRole(
        role_rpc.UpdateRoleRequest(
            by=role_pb2.RoleRef(role_id=role.role_id), role=role_pb2.Role(description=description)
        )
    )


class Work:
    """Works for webhooks when it is told to: what a job does, without the queue."""

    def __init__(self, database: Database, config: Config, project_id: str) -> None:
        self.database = database
        self._project_id = project_id
        self._deliverer = Deliverer(database, config, sealer_of(config))

    def deliver(self, webhook_id: str) -> None:
        """Sends what is due for a webhook."""
        asyncio.run(self._deliverer.deliver(self._project_id, webhook_id))

    def close(self) -> None:
        asyncio.run(self._deliverer.close())


def work_until(work: Work, client: Client, webhook_id: str, *wanted: Any) -> list[pb.WebhookDelivery]:
    """Works until all deliveries are in one of these states."""
    eventually(lambda: (work.deliver(webhook_id), set(states(client, webhook_id)) <= set(wanted))[1])
    return deliveries(client, webhook_id)
