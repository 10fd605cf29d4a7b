"""The steps by which what waits for a webhook is sent: each records what came of attempts, and claims more.

Sending itself holds no transaction, and stands in `server.jobs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from server.config import Config
from server.domain import events
from server.domain.caller import system
from server.domain.sealing import Sealer, UnusableSecretKey
from server.domain.settings import settings_of
from server.domain.webhook_bodies import SentEvent
from server.domain.webhook_outcomes import Answer, Claim, Outcome, attempt_text, failing_since
from server.domain.webhooks import sealing_purpose, secret_text
from server.store import webhook_dispatch as rows
from server.store.database import Database, Row
from server.store.webhook_deliveries import wake

PARALLEL: Final = 16
"""Deliveries to one webhook that are under way at a time,"""
PARALLEL_IF_FAILING: Final = 4
"""and those while its receiver takes none."""
BATCH: Final = 2_000
"""Deliveries that one transaction gives up or removes: few enough that nobody waits for it."""

log = structlog.get_logger("roster.webhooks")


@dataclass(frozen=True, slots=True)
class Target:
    """Where the deliveries of a webhook go, and what they are signed with."""

    url: str
    failing_since: datetime | None
    secrets: tuple[str, ...]
    """The present one, then the one before while it signs; none: they cannot be opened."""
    allow_private_addresses: bool

    @property
    def parallel(self) -> int:
        """How many deliveries may be under way at a time."""
        return PARALLEL if self.failing_since is None else PARALLEL_IF_FAILING


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be sent now."""

    target: Target | None = None
    """None: nothing is to be sent any more."""
    claims: Sequence[Claim] = ()
    more: bool = False
    """Whether another step would find something to do at once."""


class Dispatch:
    """The deliveries of all webhooks. For one webhook steps are taken one at a time."""

    def __init__(self, database: Database, config: Config, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._first_retry = config.webhook_first_retry
        self._disable_after = timedelta(seconds=config.webhook_disable_after)
        # An attempt, and then as long as its outcome may take to be recorded.
        self.lease: Final = timedelta(seconds=config.webhook_timeout + config.call_timeout)

    def step(
        self, project_id: str, webhook_id: str, outcomes: Sequence[Outcome], *, under_way: int, claiming: bool
    ) -> Step:
        """Records these outcomes, in the order of their ends, and, if `claiming`, claims what may be sent
        beside the deliveries that are under way. Once none is, what waits for a disabled webhook is given up,
        and what is left of a deleted one removed."""
        with self._database.transaction():
            found = rows.target(self._database, project_id, webhook_id)
            if found is None:
                return Step()
            deleted, disabled, *_ = found
            if deleted:
                left = not under_way and rows.remove(self._database, project_id, webhook_id, BATCH)
                return Step(more=left)
            target = self._target_of(webhook_id, found)
            if outcomes and self._record(project_id, webhook_id, target, outcomes):
                disabled = True
            if disabled:
                return Step(more=not under_way and self._give_up(project_id, webhook_id))
            room = target.parallel - under_way if claiming else 0
            if room <= 0:
                return Step(target)
            claimed, more = rows.claim(self._database, project_id, webhook_id, room=room, lease=self.lease)
            return Step(target, [_claim_of(row) for row in claimed], more)

    def wake(self, project_id: str, webhook_id: str) -> None:
        """Has others go on with the webhook."""
        with self._database.transaction():
            wake(self._database, project_id, webhook_id)

    def _give_up(self, project_id: str, webhook_id: str) -> bool:
        attempt = attempt_text(datetime.now(UTC), Answer(error="given up: the webhook is disabled"))
        return rows.give_up(self._database, project_id, webhook_id, attempt, BATCH) == BATCH

    def _target_of(self, webhook_id: str, row: Row) -> Target:
        _, _, url, since, *sealed, settings = row
        purpose = sealing_purpose(webhook_id)
        try:
            secrets = tuple(secret_text(self._sealer.open(one, purpose)) for one in sealed if one is not None)
        except UnusableSecretKey as error:
            log.error("the secret of a webhook cannot be opened", webhook_id=webhook_id, problem=str(error))
            secrets = ()
        policy = settings_of(settings).webhook_policy
        return Target(url, since, secrets, policy.allow_private_addresses)

    def _record(self, project_id: str, webhook_id: str, target: Target, outcomes: Sequence[Outcome]) -> bool:
        """Records outcomes and what they say of the receiver; returns whether that disables the webhook."""
        columns = [outcome.columns(self._first_retry, target.url) for outcome in outcomes]
        recorded = rows.record(self._database, project_id, webhook_id, columns)
        telling = [
            outcome
            for outcome in outcomes
            if outcome.claim.delivery_id in recorded and outcome.url == target.url
        ]
        if not telling:
            return False
        since = failing_since(target.failing_since, telling)
        if since != target.failing_since:
            rows.note_failing(self._database, project_id, webhook_id, target.url, since)
        cause = self._cause_to_disable(since, telling)
        if not cause or not rows.disable(self._database, project_id, webhook_id, target.url, cause):
            return False
        log.warning("webhook disabled", project_id=project_id, webhook_id=webhook_id, cause=cause)
        data = {"cause": cause, "failing_since": since}
        events.record(self._database, system(project_id), "webhook.disabled", webhook_id, data)
        return True

    def _cause_to_disable(self, since: datetime | None, outcomes: Sequence[Outcome]) -> str:
        if any(outcome.gone(outcome.url) for outcome in outcomes):
            return "GONE"
        lasts = since is not None and datetime.now(UTC) - since >= self._disable_after
        return "FAILING" if lasts else ""


def _claim_of(row: Row) -> Claim:
    delivery_id, lease, attempts_before, event_id, event_type, subject_id, kept, create_time, data = row
    event = SentEvent(event_id, event_type, subject_id, create_time, data) if kept else None
    return Claim(delivery_id, lease, attempts_before, event)
