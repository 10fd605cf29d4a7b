"""The use cases of deliveries to webhooks: what was sent, again, and a test."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from server.domain import events
from server.domain.caller import Caller
from server.domain.paging import Page, PageRequest, page_of
from server.errors import Error, Reason
from server.store import webhook_deliveries as rows
from server.store import webhooks
from server.store.database import Database, Row


class WebhookDelivery(NamedTuple):
    """A delivery. The fields are the columns of `store.webhook_deliveries`, in their order."""

    delivery_id: str
    webhook_id: str
    event_id: str
    event_type: str
    subject_id: str
    state: str
    """PENDING, SUCCEEDED or DEAD."""
    attempt_count: int
    attempts: list[dict[str, Any]]
    """Oldest first: attempt_time (RFC 3339), status_code, duration_ms, error."""
    next_attempt_time: datetime | None
    create_time: datetime


class DeliveryFilter(NamedTuple):
    """Which deliveries a list holds; what is empty narrows nothing."""

    webhook_id: str = ""
    event_id: str = ""
    states: tuple[str, ...] = ()


class WebhookDeliveries:
    """The deliveries of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, caller: Caller, chosen: DeliveryFilter, page: PageRequest) -> Page[WebhookDelivery]:
        """A page of the deliveries, newest first."""
        named = {"webhook_id": chosen.webhook_id, "event_id": chosen.event_id}
        parameters = {
            **page.parameters("after_key", "after_id"),
            **{name: value for name, value in named.items() if value},
            "project_id": caller.project_id,
        }
        states = tuple(sorted(chosen.states))
        found, total = rows.list_deliveries(self._database, parameters, states, count=page.count)
        return page_of(page, found, _delivery_of, total)

    def retry(self, caller: Caller, delivery_id: str) -> WebhookDelivery:
        """Has the delivery sent again, with all its attempts.
        Raises WEBHOOK_DELIVERY_NOT_FOUND, WEBHOOK_DISABLED, EVENTS_COLLECTED."""
        row = rows.lock(self._database, caller.project_id, delivery_id)
        if row is None:
            raise Error(Reason.WEBHOOK_DELIVERY_NOT_FOUND, delivery_id=delivery_id)
        *_, disabled, kept = row
        if disabled:
            raise Error(Reason.WEBHOOK_DISABLED)
        if not kept:
            raise Error(Reason.EVENTS_COLLECTED)
        delivery = _delivery_of(rows.retry(self._database, caller.project_id, delivery_id))
        rows.wake(self._database, caller.project_id, delivery.webhook_id)
        return delivery

    def test(self, caller: Caller, webhook_id: str) -> WebhookDelivery:
        """Sends the webhook an event that no other one gets. Raises WEBHOOK_NOT_FOUND, WEBHOOK_DISABLED."""
        row = webhooks.lock(self._database, caller.project_id, webhook_id)
        if row is None:
            raise Error(Reason.WEBHOOK_NOT_FOUND, webhook_id=webhook_id)
        if row[list(webhooks.WEBHOOK_COLUMNS).index("disabled")]:
            raise Error(Reason.WEBHOOK_DISABLED)
        event = {**events.envelope(caller), "type": "webhook.test", "subject_id": webhook_id, "data": "{}"}
        delivery = _delivery_of(rows.test(self._database, event))
        rows.wake(self._database, caller.project_id, webhook_id)
        return delivery


def _delivery_of(row: Row) -> WebhookDelivery:
    return WebhookDelivery(*row[: len(rows.DELIVERY_COLUMNS)])
