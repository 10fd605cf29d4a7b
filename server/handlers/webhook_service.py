"""WebhookService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from roster.v1 import webhook_service_pb2 as rpc

from server import convert
from server.domain.webhook_deliveries import WebhookDeliveries
from server.domain.webhooks import SETTABLE, Webhooks
from server.handlers.paging import page_request
from server.interceptors.call import Call


class WebhookService:
    """The webhooks of the caller's project."""

    def __init__(self, webhooks: Webhooks, deliveries: WebhookDeliveries) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries

    def CreateWebhook(self, request: rpc.CreateWebhookRequest, call: Call) -> rpc.CreateWebhookResponse:
        asked = request.webhook
        values = convert.webhook_values(asked, convert.populated(asked, SETTABLE))
        webhook, secret = self._webhooks.create(call.caller, values)
        return rpc.CreateWebhookResponse(webhook=convert.webhook_message(webhook), secret=secret)

    def GetWebhook(self, request: rpc.GetWebhookRequest, call: Call) -> rpc.GetWebhookResponse:
        webhook = self._webhooks.get(call.caller, request.webhook_id.lower())
        return rpc.GetWebhookResponse(webhook=convert.webhook_message(webhook))

    def ListWebhooks(self, request: rpc.ListWebhooksRequest, call: Call) -> rpc.ListWebhooksResponse:
        page = self._webhooks.list(call.caller, page_request(request, call))
        return rpc.ListWebhooksResponse(
            webhooks=[convert.webhook_message(webhook) for webhook in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateWebhook(self, request: rpc.UpdateWebhookRequest, call: Call) -> rpc.UpdateWebhookResponse:
        asked = request.webhook
        paths = convert.masked(asked, request.update_mask, tuple(SETTABLE))
        webhook = self._webhooks.update(
            call.caller, request.webhook_id.lower(), convert.webhook_values(asked, paths), asked.etag
        )
        return rpc.UpdateWebhookResponse(webhook=convert.webhook_message(webhook))

    def DeleteWebhook(self, request: rpc.DeleteWebhookRequest, call: Call) -> rpc.DeleteWebhookResponse:
        self._webhooks.delete(call.caller, request.webhook_id.lower(), request.etag)
        return rpc.DeleteWebhookResponse()

    def RotateWebhookSecret(
        self, request: rpc.RotateWebhookSecretRequest, call: Call
    ) -> rpc.RotateWebhookSecretResponse:
        until = convert.instant(request, "previous_secret_expire_time")
        webhook, secret = self._webhooks.rotate(call.caller, request.webhook_id.lower(), until)
        return rpc.RotateWebhookSecretResponse(webhook=convert.webhook_message(webhook), secret=secret)

    def ListWebhookDeliveries(
        self, request: rpc.ListWebhookDeliveriesRequest, call: Call
    ) -> rpc.ListWebhookDeliveriesResponse:
        page = self._deliveries.list(
            call.caller, convert.delivery_filter(request), page_request(request, call)
        )
        return rpc.ListWebhookDeliveriesResponse(
            webhook_deliveries=[convert.webhook_delivery_message(delivery) for delivery in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def RetryWebhookDelivery(
        self, request: rpc.RetryWebhookDeliveryRequest, call: Call
    ) -> rpc.RetryWebhookDeliveryResponse:
        delivery = self._deliveries.retry(call.caller, request.delivery_id.lower())
        return rpc.RetryWebhookDeliveryResponse(webhook_delivery=convert.webhook_delivery_message(delivery))

    def TestWebhook(self, request: rpc.TestWebhookRequest, call: Call) -> rpc.TestWebhookResponse:
        delivery = self._deliveries.test(call.caller, request.webhook_id.lower())
        return rpc.TestWebhookResponse(webhook_delivery=convert.webhook_delivery_message(delivery))
