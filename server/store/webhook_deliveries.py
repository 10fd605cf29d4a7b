"""Deliveries of events to webhooks, as callers see them: lists, tests, retries.

A row of a delivery is the tuple of `DELIVERY_COLUMNS`, in their order. How they are sent: `webhook_dispatch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from server.store.database import Database, Row
from server.store.models import Webhook, WebhookDelivery
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P

D: Final = WebhookDelivery.alias("d")
_W: Final = Webhook.alias("w")

DELIVERY_COLUMNS: Final[dict[str, Any]] = {
    "delivery_id": D.delivery_id,
    "webhook_id": D.webhook_id,
    "event_id": D.event_id,
    "event_type": D.event_type,
    "subject_id": D.subject_id,
    "state": D.state,
    "attempt_count": D.attempt_count,
    "attempts": D.attempts,
    "next_attempt_time": D.next_attempt_time,
    "create_time": D.create_time,
}

# Of a webhook that was deleted there is nothing to be seen, though its deliveries go little by little.
_TO_WHAT_EXISTS: Final = D.webhook_id.in_(
    _W.select(_W.webhook_id).where(_W.project_id == P.project_id, _W.delete_time.is_null())
)
_CONDITIONS: Final = {"webhook_id": D.webhook_id == P.webhook_id, "event_id": D.event_id == P.event_id}


@cache
def _list_statement(conditions: tuple[str, ...], states: tuple[str, ...], after: bool, count: bool) -> str:
    # The states are spelled out, so that an index of some of them can serve.
    of_states = [D.state.in_(states)] if states else []
    return page_statement(
        D,
        list(DELIVERY_COLUMNS.values()),
        [
            D.project_id == P.project_id,
            _TO_WHAT_EXISTS,
            *(_CONDITIONS[name] for name in conditions),
            *of_states,
        ],
        Order(D.create_time, "timestamptz", D.delivery_id, descending=True),
        after=after,
        count=count,
    )


def list_deliveries(
    database: Database, parameters: Mapping[str, Any], states: tuple[str, ...], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of the deliveries in these states (none: in all), newest first, and the total if asked for; see
    `store.pages`. Parameters that narrow it, if present: webhook_id, event_id."""
    conditions = tuple(name for name in _CONDITIONS if name in parameters)
    statement = _list_statement(conditions, states, "after_id" in parameters, count)
    return fetch_page(database, statement, parameters, count=count)


_COLUMNS: Final = ", ".join(f"d.{name}" for name in DELIVERY_COLUMNS)
_LOCK: Final = f"""
SELECT {_COLUMNS}, w.disabled, EXISTS (
    SELECT FROM events AS e
    WHERE e.project_id = d.project_id AND e.transaction_id = d.event_transaction_id
        AND e.serial = d.event_serial)
FROM webhook_deliveries AS d JOIN webhooks AS w USING (project_id, webhook_id)
WHERE d.project_id = %(project_id)s AND d.delivery_id = %(delivery_id)s AND w.delete_time IS NULL
FOR UPDATE OF d
"""
_RETRY: Final = f"""
UPDATE webhook_deliveries AS d SET state = 'PENDING', attempt_count = 0, next_attempt_time = now()
WHERE d.project_id = %(project_id)s AND d.delivery_id = %(delivery_id)s
RETURNING {_COLUMNS}
"""
_TEST: Final = f"""
WITH e AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    VALUES (%(project_id)s, %(event_id)s, %(type)s, %(subject_id)s, %(key_id)s, %(call_id)s, %(data)s)
    RETURNING *
), d AS (
    INSERT INTO webhook_deliveries
        (project_id, webhook_id, event_id, event_transaction_id, event_serial, event_type, subject_id)
    SELECT project_id, subject_id, event_id, transaction_id, serial, type, subject_id FROM e
    RETURNING *
)
SELECT {_COLUMNS} FROM d
"""
_WAKE: Final = "SELECT defer_deliveries(ARRAY[%(project_id)s::uuid], ARRAY[%(webhook_id)s::uuid])"


def lock(database: Database, project_id: str, delivery_id: str) -> Row | None:
    """The delivery, locked until the transaction ends; behind its columns whether its webhook is disabled,
    and whether its event is still kept."""
    return database.one(_LOCK, {"project_id": project_id, "delivery_id": delivery_id})


def retry(database: Database, project_id: str, delivery_id: str) -> Row:
    """Makes a locked delivery wait for its first attempt again, and returns it."""
    return database.row(_RETRY, {"project_id": project_id, "delivery_id": delivery_id})


def test(database: Database, event: Mapping[str, Any]) -> Row:
    """Writes an event about a webhook, and its delivery to this webhook alone, which it returns."""
    return database.row(_TEST, event)


def wake(database: Database, project_id: str, webhook_id: str) -> None:
    """Has what is due of a webhook's deliveries looked after soon after the transaction."""
    database.one(_WAKE, {"project_id": project_id, "webhook_id": webhook_id})
