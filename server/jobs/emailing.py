"""Sends emails. What did not work is tried again for about a day; what cannot work is given up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job

from server.config import Config
from server.domain.emails.delivery import Delivery, Letter, Order
from server.domain.emails.language import Unfit
from server.domain.emails.message import Undeliverable, message_of
from server.domain.sealing import Sealer
from server.errors import Error
from server.jobs.posting import Delayed, Refused, post_of
from server.store.database import Database
from server.store.errors import Conflict, Unavailable
from server.store.queue import CONCURRENCY, EMAILS

ATTEMPTS: Final = 13
_SPREAD: Final = 0.1
"""Of a pause, by how much it may be longer or shorter."""

# The last: a statement took too long.
_TRANSIENT: Final = (Unavailable, Conflict, Error)

log = structlog.get_logger("roster.emails")


class NotYet(Exception):
    """The email is to be tried again. Says nothing else: it gets into the log."""


class Mailer:
    """Sends emails, several at a time."""

    def __init__(self, database: Database, config: Config, sealer: Sealer) -> None:
        self._delivery = Delivery(database, config, sealer)
        self._post = post_of(config)
        self._threads = ThreadPoolExecutor(CONCURRENCY[EMAILS], thread_name_prefix="email")
        self.retry: Final = _Retry(config.email_first_retry)

    async def send(self, context: JobContext, /, **arguments: str) -> None:
        """Sends one email. Raises NotYet."""
        last = context.job.attempts + 1 >= ATTEMPTS
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._send, Order.of(arguments), last)

    def close(self) -> None:
        """Lets go of everything; what is still under way is broken off."""
        self._post.stop()
        self._threads.shutdown()

    def _send(self, order: Order, last: bool) -> None:
        try:
            letter = self._delivery.prepare(order)
        except Unfit as problem:
            self._give_up(order, None, f"template: {problem}")
            return
        except Exception as error:  # noqa: BLE001 - its text may tell what must not get into the log
            raise self._not_yet(order, error) from None
        if letter is not None:
            self._hand_over(order, letter, last)

    def _hand_over(self, order: Order, letter: Letter, last: bool) -> None:
        try:
            self._post.send(message_of(letter))
        except (Refused, Undeliverable) as error:
            self._give_up(order, letter, str(error) or type(error).__name__)
        except Delayed as delay:
            if delay.certain:
                self._note(order, self._delivery.take_back, order, letter)
            if not last:
                raise self._not_yet(order, delay) from None
            self._give_up(order, letter, str(delay))
        except Exception as error:  # noqa: BLE001 - likewise
            raise self._not_yet(order, error) from None
        else:
            self._note(order, self._delivery.sent, order, letter)

    def _give_up(self, order: Order, letter: Letter | None, cause: str) -> None:
        log.warning("an email is given up", **_named(order), cause=cause)
        self._note(order, self._delivery.failed, order, letter)

    @staticmethod
    def _note(order: Order, note: Callable[..., None], *arguments: Any) -> None:
        """Records what came of it, if the database lets it: nothing is sent twice because it does not."""
        try:
            note(*arguments)
        except _TRANSIENT as error:
            log.warning("what came of an email is not recorded", **_named(order), error=type(error).__name__)

    @staticmethod
    def _not_yet(order: Order, error: Exception) -> NotYet:
        cause = str(error) if isinstance(error, Delayed) else type(error).__name__
        log.warning("an email is tried again later", **_named(order), cause=cause)
        return NotYet()


class _Retry(BaseRetryStrategy):
    """Ever longer pauses."""

    def __init__(self, first: float) -> None:
        self._first = first

    def get_retry_decision(
        self,
        *,
        exception: BaseException,  # noqa: ARG002 - given by the library
        job: Job,
    ) -> RetryDecision | None:
        if job.attempts + 1 >= ATTEMPTS:
            return None
        pause = self._first * 2**job.attempts * random.uniform(1 - _SPREAD, 1 + _SPREAD)
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=pause))


def _named(order: Order) -> dict[str, str]:
    """What the log tells of an email."""
    return {"email_id": order.email_id, "kind": order.kind.value, "project_id": order.project_id}
