"""Webhooks. A row of a webhook is the tuple of `WEBHOOK_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from server.store.database import Database, Row
from server.store.models import Webhook
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P, compiled

W: Final = Webhook.alias("w")

WEBHOOK_COLUMNS: Final[dict[str, Any]] = {
    "webhook_id": W.webhook_id,
    "url": W.url,
    "description": W.description,
    "event_types": W.event_types,
    "user_action_ids": W.user_action_ids,
    "reason_codes": W.reason_codes,
    "phases": W.phases,
    "disabled": W.disabled,
    "disable_cause": W.disable_cause,
    "failing_since": W.failing_since,
    "previous_secret_expire_time": W.previous_secret_expire_time,
    "create_time": W.create_time,
    "update_time": W.update_time,
    "revision": W.revision,
}

_EXISTS: Final = W.delete_time.is_null()
_BY_ID = W.select(*WEBHOOK_COLUMNS.values()).where(
    W.project_id == P.project_id, W.webhook_id == P.webhook_id, _EXISTS
)
_GET: Final = compiled(_BY_ID)
# Events that are being written hold the keys of the webhooks that they go to, and need not wait.
_LOCK: Final = f"{_GET} FOR NO KEY UPDATE"


def get(database: Database, project_id: str, webhook_id: str) -> Row | None:
    """The webhook with this id."""
    return database.one(_GET, {"project_id": project_id, "webhook_id": webhook_id})


def lock(database: Database, project_id: str, webhook_id: str) -> Row | None:
    """The same, locked until the transaction ends."""
    return database.one(_LOCK, {"project_id": project_id, "webhook_id": webhook_id})


# Creations come one after another, so that two cannot both be the last that fits. A statement sees what was
# there when it began, before it waited for a lock: the lock and the count have to be two.
_LOCK_PROJECT: Final = "SELECT FROM projects WHERE project_id = %(project_id)s FOR NO KEY UPDATE"
_CREATE: Final = """
INSERT INTO webhooks (project_id, webhook_id, url, description, event_types, user_action_ids, reason_codes,
    phases, disabled, secret)
VALUES (%(project_id)s, %(webhook_id)s, %(url)s, %(description)s, %(event_types)s,
    %(user_action_ids)s::uuid[], %(reason_codes)s, %(phases)s, %(disabled)s, %(secret)s)
RETURNING create_time,
    (SELECT count(*) FROM webhooks WHERE project_id = %(project_id)s AND delete_time IS NULL)
"""
_UPDATE: Final = """
UPDATE webhooks SET url = %(url)s, description = %(description)s, event_types = %(event_types)s,
    user_action_ids = %(user_action_ids)s::uuid[], reason_codes = %(reason_codes)s, phases = %(phases)s,
    disabled = %(disabled)s, disable_cause = %(disable_cause)s, failing_since = %(failing_since)s,
    update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s
RETURNING update_time, revision
"""
_ROTATE: Final = """
UPDATE webhooks SET secret = %(secret)s,
    previous_secret = CASE WHEN %(expire_time)s::timestamptz IS NOT NULL THEN secret END,
    previous_secret_expire_time = %(expire_time)s, update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s
RETURNING update_time, revision
"""
_END: Final = """
UPDATE webhooks SET delete_time = now(), secret = '', previous_secret = NULL
WHERE project_id = %(project_id)s AND webhook_id = %(webhook_id)s
"""


def create(database: Database, values: Mapping[str, Any]) -> Row:
    """Inserts a webhook; returns (create_time, how many others the project has)."""
    database.execute(_LOCK_PROJECT, values)
    return database.row(_CREATE, values)


def update(database: Database, values: Mapping[str, Any]) -> Row:
    """Writes what can change of a locked webhook; returns (update_time, revision)."""
    return database.row(_UPDATE, values)


def rotate(database: Database, values: Mapping[str, Any]) -> Row:
    """Puts a new sealed secret in the place of a locked webhook's present one, which is kept until
    `expire_time` (None: not at all); returns (update_time, revision)."""
    return database.row(_ROTATE, values)


def end(database: Database, project_id: str, webhook_id: str) -> None:
    """Makes a locked webhook cease to exist for everybody but `webhook_dispatch.remove`."""
    database.execute(_END, {"project_id": project_id, "webhook_id": webhook_id})


@cache
def _list_statement(after: bool, count: bool) -> str:
    return page_statement(
        W,
        list(WEBHOOK_COLUMNS.values()),
        [W.project_id == P.project_id, _EXISTS],
        Order(W.create_time, "timestamptz", W.webhook_id),
        after=after,
        count=count,
    )


def list_webhooks(
    database: Database, parameters: Mapping[str, Any], *, count: bool
) -> tuple[list[Row], int | None]:
    """A page of the project's webhooks, oldest first, and the total if asked for; see `store.pages`."""
    statement = _list_statement("after_id" in parameters, count)
    return fetch_page(database, statement, parameters, count=count)
