"""Delivers events to webhooks.

One job at a time works for a webhook; many work for many. What a job has claimed when its process dies is
claimed again after the lease.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from standardwebhooks import Webhook as Signer

from server.config import Config
from server.domain.sealing import Sealer
from server.domain.webhook_bodies import body
from server.domain.webhook_dispatch import Dispatch, Step, Target
from server.domain.webhook_outcomes import Answer, Claim, Outcome
from server.errors import Error
from server.jobs.sending import Receiver, Sender
from server.store import webhook_dispatch as rows
from server.store.database import Database
from server.store.errors import Conflict, Unavailable

BUDGET: Final = 30.0
"""Seconds after which a job lets others have their turn."""
_THREADS: Final = 4
"""Calls of the database at a time, on connections that other work in the background does not take."""
_LOOK: Final = 1.0
"""Seconds after which a job that waits for answers looks for what else has come."""
_PAUSE: Final = 0.2
"""Seconds before a step that the database did not take is taken again."""
T = TypeVar("T")

# The last: a statement took too long.
_TRANSIENT: Final = (Unavailable, Conflict, Error)

log = structlog.get_logger("roster.webhooks")


def hasten_deliveries(database: Database, config: Config) -> None:
    """Makes jobs for the webhooks that something is due for: deliveries to be tried again, and what was left
    by a job that died."""
    with database.transaction():
        rows.hasten(database)


class Deliverer:
    """Sends what waits for webhooks."""

    def __init__(self, database: Database, config: Config, sealer: Sealer) -> None:
        self._dispatch = Dispatch(database, config, sealer)
        self._sender = Sender(config)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="deliver")
        self._patience = config.call_timeout
        self._stopping = False

    async def deliver(self, project_id: str, webhook_id: str) -> None:
        """Sends what is due for a webhook, until nothing is or the budget is spent."""
        run = _Run(self._sender, project_id, webhook_id)
        closing = time.monotonic() + BUDGET
        try:
            while True:
                claiming = time.monotonic() < closing and not self._stopping
                step = await self._step(run, claiming=claiming)
                run.begin(step)
                if not run.under_way and not (step.more and claiming):
                    break
                await run.progress()
            if not claiming:
                await self._aside(self._dispatch.wake, project_id, webhook_id)
        except _TRANSIENT as error:
            log.warning("deliveries left to a later job", webhook_id=webhook_id, error=type(error).__name__)
        finally:
            await run.close()

    def stop(self) -> None:
        """Has all jobs come to their end with what is under way."""
        self._stopping = True

    async def close(self) -> None:
        """Lets go of everything; no job may be running any more."""
        self._sender.close()
        self._threads.shutdown()

    async def _step(self, run: _Run, *, claiming: bool) -> Step:
        """Tells the store what has come of the attempts, again and again while their claims hold, so that
        no attempt is made twice because of a hiccup."""
        until = time.monotonic() + self._patience
        outcomes, under_way = run.take_finished(), len(run.under_way)
        while True:
            try:
                return await self._aside(
                    self._dispatch.step,
                    run.project_id,
                    run.webhook_id,
                    outcomes,
                    under_way=under_way,
                    claiming=claiming,
                )
            except _TRANSIENT:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(_PAUSE)

    async def _aside(self, call: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """What a call of the database answers; the loop goes on meanwhile."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(call, *arguments, **options))


@dataclass
class _Run:
    """What one job has under way."""

    sender: Sender
    project_id: str
    webhook_id: str
    under_way: set[asyncio.Task[Outcome]] = field(default_factory=set)
    _finished: list[Outcome] = field(default_factory=list)
    _receivers: list[Receiver] = field(default_factory=list)
    """The present one last; another one comes with another URL."""

    def begin(self, step: Step) -> None:
        """Sends what a step has claimed."""
        if step.target is None:
            return
        for claim in step.claims:
            attempt = self._attempt(self._receiver_of(step.target), step.target.secrets, claim)
            self.under_way.add(asyncio.create_task(attempt))

    async def progress(self) -> None:
        """Waits until an attempt has come to its end, or for a while."""
        if not self.under_way:
            return
        done, self.under_way = await asyncio.wait(
            self.under_way, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED
        )
        self._finished += [task.result() for task in done]

    def take_finished(self) -> list[Outcome]:
        """The attempts that have come to their ends since the last time, in that order."""
        finished, self._finished = self._finished, []
        return sorted(finished, key=lambda outcome: outcome.end_time)

    async def close(self) -> None:
        """Breaks off what is under way, and closes all connections."""
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)
        for receiver in self._receivers:
            await receiver.close()

    def _receiver_of(self, target: Target) -> Receiver:
        present = self._receivers[-1] if self._receivers else None
        asked = (target.url, target.allow_private_addresses)
        if present is None or (present.url, present.allow_private) != asked:
            present = self.sender.receiver(target.url, allow_private=target.allow_private_addresses)
            self._receivers.append(present)
        return present

    async def _attempt(self, receiver: Receiver, secrets: Sequence[str], claim: Claim) -> Outcome:
        began = datetime.now(UTC)
        try:
            answer = await self._answer(receiver, secrets, claim, began)
        except Exception:
            log.exception("a delivery failed", webhook_id=self.webhook_id, delivery_id=claim.delivery_id)
            answer = Answer(error="internal error")
        return Outcome(claim, receiver.url, began, answer)

    async def _answer(
        self, receiver: Receiver, secrets: Sequence[str], claim: Claim, now: datetime
    ) -> Answer:
        if claim.event is None:
            return Answer(error="the event is not kept any more")
        if not secrets:
            return Answer(error="the secret cannot be opened with the present ROSTER_SECRET_KEY")
        content = body(self.project_id, claim.event)
        signatures = [Signer(secret).sign(claim.event.event_id, now, content.decode()) for secret in secrets]
        headers = {
            "content-type": "application/json",
            "user-agent": "Roster",
            "accept-encoding": "identity",
            "webhook-id": claim.event.event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        return await receiver.post(headers, content)
