"""What becomes of a delivery after an attempt: it was taken, is tried again after a pause, or is given up."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from server.domain.webhook_bodies import SentEvent

MAX_ATTEMPTS: Final = 14
FACTOR: Final = 3
"""Each pause is so many times the one before,"""
LONGEST: Final = 2_880
"""up to so many times the first: with 5 seconds as the first, 4 hours, and over a day in all."""
JITTER: Final = 0.2
"""Of a pause, more or less: what failed together does not come back together."""
MAX_RETRY_AFTER: Final = 86_400.0
"""Seconds; who asks for more gets so many."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is to be sent now."""

    delivery_id: str
    lease: datetime
    """Until when it is the claimer's; what comes of it is recorded only if the claim still has this end."""
    attempts_before: int
    event: SentEvent | None
    """None: it is not kept any more, which no claim should meet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver said."""

    status_code: int = 0
    """0: nothing."""
    error: str = ""
    """Why the attempt failed; '': it did not."""
    retry_after: str = ""
    """The header of this name."""
    duration: timedelta = timedelta()
    """To the answer, or to what took its place."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt."""

    claim: Claim
    url: str
    attempt_time: datetime
    answer: Answer

    def state(self, url: str) -> str:
        """The state of the delivery from now on, if this is the webhook's present URL."""
        if not self.answer.error:
            return "SUCCEEDED"
        last = self.claim.attempts_before + 1 >= MAX_ATTEMPTS
        return "DEAD" if last or self.gone(url) or self.claim.event is None else "PENDING"

    @property
    def end_time(self) -> datetime:
        """When the answer came, or was not waited for any longer."""
        return self.attempt_time + self.answer.duration

    def gone(self, url: str) -> bool:
        """Whether the receiver at this URL wants to hear no more, ever."""
        return self.answer.status_code == HTTPStatus.GONE and self.url == url

    def columns(self, first_retry: float, url: str) -> dict[str, Any]:
        """What the store records of it; `url` is the webhook's present one."""
        return {
            "delivery_id": self.claim.delivery_id,
            "lease": self.claim.lease,
            "state": self.state(url),
            "pause": pause(first_retry, self.claim.attempts_before + 1, self.answer.retry_after),
            "attempt": attempt_text(self.attempt_time, self.answer),
        }


def attempt_text(attempt_time: datetime, answer: Answer) -> str:
    """One attempt, as the store keeps it."""
    attempt = {
        "attempt_time": attempt_time.isoformat(),
        "status_code": answer.status_code,
        "duration_ms": round(answer.duration / timedelta(milliseconds=1)),
        "error": answer.error,
    }
    return json.dumps(attempt)


def pause(first_retry: float, attempts: int, retry_after: str = "") -> float:
    """The seconds between so many attempts and the next."""
    usual = first_retry * float(min(FACTOR ** (attempts - 1), LONGEST))
    spread = usual * random.uniform(1 - JITTER, 1 + JITTER)
    return max(spread, _seconds_asked_for(retry_after))


def _seconds_asked_for(retry_after: str) -> float:
    """What a header `Retry-After` asks for: seconds, or an HTTP date; 0 if it makes no sense."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), MAX_RETRY_AFTER)


def failing_since(before: datetime | None, outcomes: Sequence[Outcome]) -> datetime | None:
    """Since when all attempts at a receiver have failed, after these, in the order of their ends."""
    since = before
    for outcome in outcomes:
        if not outcome.answer.error:
            since = None
        elif since is None:
            since = outcome.attempt_time
    return since
