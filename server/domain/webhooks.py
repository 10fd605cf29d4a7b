"""The use cases of webhooks, and what signs for them."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from server.config import MAX_WEBHOOKS
from server.domain import events
from server.domain.caller import Caller
from server.domain.event_types import unknown_types
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.domain.sealing import Sealer
from server.domain.settings import settings_of
from server.domain.webhook_urls import url_problem
from server.errors import Error, Reason, Violation, refuse_invalid
from server.store import projects as project_rows
from server.store import webhook_deliveries as delivery_rows
from server.store import webhooks as rows
from server.store.database import Database, Row

USE_OF_ACTIONS: Final = "user.action"
"""Stands for all that is done with user actions where types of events are named, and in what is sent."""
MAX_OVERLAP: Final = timedelta(days=30)
_SECRET_BYTES: Final = 32
_SETTINGS: Final = list(project_rows.PROJECT_COLUMNS).index("settings")


class Webhook(NamedTuple):
    """A webhook. The fields are the columns of `store.webhooks`, in their order."""

    webhook_id: str
    url: str
    description: str
    event_types: tuple[str, ...]
    user_action_ids: tuple[str, ...]
    reason_codes: tuple[str, ...]
    phases: tuple[str, ...]
    """Of start, modify, cancel, end."""
    disabled: bool
    disable_cause: str
    """'' (somebody did it, or it is not disabled), FAILING or GONE."""
    failing_since: datetime | None
    previous_secret_expire_time: datetime | None
    """May have passed."""
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)


# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {
    "url": "",
    "description": "",
    "event_types": (),
    "user_action_ids": (),
    "reason_codes": (),
    "phases": (),
    "disabled": False,
}
_LISTS: Final = ("event_types", "user_action_ids", "reason_codes", "phases")


def sealing_purpose(webhook_id: str) -> str:
    """What the secrets of a webhook are sealed for."""
    return f"webhook:{webhook_id}"


def secret_text(secret: bytes) -> str:
    """A secret as receivers know it."""
    return f"whsec_{b64encode(secret).decode()}"


class Webhooks:
    """The webhooks of all projects; every method acts in the caller's."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def get(self, caller: Caller, webhook_id: str) -> Webhook:
        """The webhook. Raises WEBHOOK_NOT_FOUND."""
        return _found(webhook_id, rows.get(self._database, caller.project_id, webhook_id))

    def list(self, caller: Caller, page: PageRequest) -> Page[Webhook]:
        """A page of the webhooks, oldest first."""
        parameters = {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = rows.list_webhooks(self._database, parameters, count=page.count)
        return page_of(page, found, _webhook_of, total)

    def create(self, caller: Caller, values: Mapping[str, Any]) -> tuple[Webhook, str]:
        """Creates a webhook and returns it with its secret. Raises FIELDS_INVALID, WEBHOOK_LIMIT."""
        values = self._checked(caller, {**SETTABLE, **values})
        webhook_id = new_id()
        secret, sealed = self._new_secret(webhook_id)
        create_time, others = rows.create(
            self._database, {**_columns(caller, webhook_id, values), "secret": sealed}
        )
        if others >= MAX_WEBHOOKS:
            raise Error(Reason.WEBHOOK_LIMIT, limit=str(MAX_WEBHOOKS))
        events.record(self._database, caller, "webhook.created", webhook_id, {"after": values})
        webhook = Webhook(
            webhook_id=webhook_id,
            disable_cause="",
            failing_since=None,
            previous_secret_expire_time=None,
            create_time=create_time,
            update_time=create_time,
            revision=1,
            **values,
        )
        return webhook, secret

    def update(self, caller: Caller, webhook_id: str, values: Mapping[str, Any], etag: str) -> Webhook:
        """Sets these values. Raises WEBHOOK_NOT_FOUND, FIELDS_INVALID, ETAG_MISMATCH."""
        webhook = self._locked(caller, webhook_id)
        require_etag(etag, webhook.etag)
        before = {name: getattr(webhook, name) for name in SETTABLE}
        after = {**before, **self._checked(caller, values)}
        changes = events.changes(before, after)
        if not changes:
            return webhook
        changed = _afresh(webhook, webhook._replace(**after))
        columns = _columns(caller, webhook_id, changed._asdict())
        update_time, revision = rows.update(self._database, columns)
        events.record(self._database, caller, "webhook.updated", webhook_id, changes)
        if changed.disabled and not webhook.disabled:
            delivery_rows.wake(self._database, caller.project_id, webhook_id)
        return changed._replace(update_time=update_time, revision=revision)

    def delete(self, caller: Caller, webhook_id: str, etag: str) -> None:
        """Deletes the webhook; its deliveries go in the background.
        Raises WEBHOOK_NOT_FOUND, ETAG_MISMATCH."""
        webhook = self._locked(caller, webhook_id)
        require_etag(etag, webhook.etag)
        rows.end(self._database, caller.project_id, webhook_id)
        before = {name: getattr(webhook, name) for name in SETTABLE}
        events.record(self._database, caller, "webhook.deleted", webhook_id, {"before": before})
        delivery_rows.wake(self._database, caller.project_id, webhook_id)

    def rotate(self, caller: Caller, webhook_id: str, previous_until: datetime | None) -> tuple[Webhook, str]:
        """Gives the webhook a new secret and returns both; until `previous_until` the old one signs as well.
        Raises WEBHOOK_NOT_FOUND, FIELDS_INVALID."""
        _require_overlap(previous_until)
        webhook = self._locked(caller, webhook_id)
        secret, sealed = self._new_secret(webhook_id)
        update_time, revision = rows.rotate(
            self._database,
            {
                "project_id": caller.project_id,
                "webhook_id": webhook_id,
                "secret": sealed,
                "expire_time": previous_until,
            },
        )
        data = {"previous_secret_expire_time": previous_until} if previous_until else {}
        events.record(self._database, caller, "webhook.secret_rotated", webhook_id, data)
        rotated = webhook._replace(
            update_time=update_time, revision=revision, previous_secret_expire_time=previous_until
        )
        return rotated, secret

    def _checked(self, caller: Caller, values: Mapping[str, Any]) -> dict[str, Any]:
        kept = dict(values)
        violations = unknown_types(kept.get("event_types", ()), "webhook.event_types", also={USE_OF_ACTIONS})
        if "url" in kept:
            kept["url"] = kept["url"].strip()
            if problem := self._url_problem(caller, kept["url"]):
                violations.append(Violation("webhook.url", problem))
        refuse_invalid(violations)
        return kept

    def _url_problem(self, caller: Caller, url: str) -> str | None:
        if not url:
            return "is required"
        known = caller.settings
        problem = url_problem(url, allow_private=known.webhook_policy.allow_private_addresses)
        if problem is None or known.webhook_policy.allow_private_addresses:
            return problem
        # What is known is a few seconds old: who has just changed the settings must not be refused.
        row = project_rows.get(self._database, caller.project_id)
        present = known if row is None else settings_of(row[_SETTINGS])
        return url_problem(url, allow_private=present.webhook_policy.allow_private_addresses)

    def _new_secret(self, webhook_id: str) -> tuple[str, bytes]:
        """A new secret, as receivers know it and as it is stored."""
        secret = secrets.token_bytes(_SECRET_BYTES)
        return secret_text(secret), self._sealer.seal(secret, sealing_purpose(webhook_id))

    def _locked(self, caller: Caller, webhook_id: str) -> Webhook:
        return _found(webhook_id, rows.lock(self._database, caller.project_id, webhook_id))


def _afresh(webhook: Webhook, changed: Webhook) -> Webhook:
    """The changed webhook, without what was found out about its receiver if that is another one now, or is
    given another chance."""
    enabled = webhook.disabled and not changed.disabled
    if changed.url == webhook.url and not enabled:
        return changed
    cause = changed.disable_cause if changed.disabled else ""
    return changed._replace(disable_cause=cause, failing_since=None)


def _require_overlap(until: datetime | None) -> None:
    now = datetime.now(UTC)
    if until is not None and not now < until <= now + MAX_OVERLAP:
        problem = f"must lie in the future, at most {MAX_OVERLAP.days} days from now"
        refuse_invalid([Violation("previous_secret_expire_time", problem)])


def _webhook_of(row: Row) -> Webhook:
    columns = dict(zip(rows.WEBHOOK_COLUMNS, row, strict=False))
    return Webhook(**{**columns, **{name: tuple(columns[name]) for name in _LISTS}})


def _found(webhook_id: str, row: Row | None) -> Webhook:
    if row is None:
        raise Error(Reason.WEBHOOK_NOT_FOUND, webhook_id=webhook_id)
    return _webhook_of(row)


def _columns(caller: Caller, webhook_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    lists = {name: list(values[name]) for name in _LISTS}
    return {**values, **lists, "project_id": caller.project_id, "webhook_id": webhook_id}
