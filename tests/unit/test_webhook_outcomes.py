"""What becomes of a delivery after an attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from server.config import Config
from server.domain.webhook_bodies import SentEvent
from server.domain.webhook_outcomes import (
    JITTER,
    MAX_ATTEMPTS,
    Answer,
    Claim,
    Outcome,
    failing_since,
    pause,
)

FIRST = Config().webhook_first_retry
URL = "https://x.example"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
EVENT = SentEvent("e", "role.created", "s", NOW, {})
FAILURE = Answer(503, "HTTP status 503")


def outcome(answer: Answer, *, before: int = 0, second: int = 0, event: SentEvent | None = EVENT) -> Outcome:
    return Outcome(
        Claim("d", NOW, before, event), "https://x.example", NOW + timedelta(seconds=second), answer
    )


def test_pauses_grow_to_four_hours_and_last_over_a_day() -> None:
    """Each about three times the one before, none the same twice."""
    pauses = [[pause(FIRST, attempts) for _ in range(200)] for attempts in range(1, MAX_ATTEMPTS)]

    middles = [5, 15, 45, 135, 405, 1215, 3645, 10_935, *[14_400] * 5]
    for drawn, middle in zip(pauses, middles, strict=True):
        assert all(middle * (1 - JITTER) <= seconds <= middle * (1 + JITTER) for seconds in drawn)
        assert len(set(drawn)) > 100
    assert timedelta(seconds=sum(middles)) > timedelta(hours=24)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7200 ", 7200),
        ("86400", 86_400),
        ("86401", 86_400),
        ("9" * 400, 86_400),
        ("Wed, 21 Oct 2199 07:28:00 GMT", 86_400),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("0", 0),
        ("-1", 0),
        ("1.5", 0),
        ("soon", 0),
        ("", 0),
        ("²", 0),
        ("1 Jan 99999999 00:00:00 GMT", 0),
    ],
)
def test_receiver_may_ask_for_a_longer_pause(header: str, seconds: int) -> None:
    """In seconds or by a date, for a day at most; what makes no sense does nothing, and none is shorter."""
    asked = pause(FIRST, 1, header)

    if seconds:
        assert asked == seconds
    else:
        assert FIRST * (1 - JITTER) <= asked <= FIRST * (1 + JITTER)


def test_date_to_wait_for_is_counted_from_now() -> None:
    """With the zone that is its own."""
    moment = datetime.now(UTC) + timedelta(minutes=10)

    for header in (format_datetime(moment, usegmt=True), format_datetime(moment)):
        assert 595 <= pause(FIRST, 1, header) <= 600


@pytest.mark.parametrize(
    ("answer", "before", "state"),
    [
        (Answer(200), 0, "SUCCEEDED"),
        (Answer(204), MAX_ATTEMPTS - 1, "SUCCEEDED"),
        (FAILURE, 0, "PENDING"),
        (FAILURE, MAX_ATTEMPTS - 2, "PENDING"),
        (FAILURE, MAX_ATTEMPTS - 1, "DEAD"),
        (Answer(410, "HTTP status 410"), 0, "DEAD"),
        (Answer(error="no connection"), 0, "PENDING"),
    ],
)
def test_state_after_an_attempt(answer: Answer, before: int, state: str) -> None:
    """Fourteen attempts, unless the receiver wants no more."""
    assert outcome(answer, before=before).state(URL) == state


def test_former_receiver_has_no_say() -> None:
    """It may be gone; the present one need not be."""
    assert outcome(Answer(410, "HTTP status 410")).state("https://y.example") == "PENDING"


def test_delivery_without_its_event_is_given_up() -> None:
    """There is nothing to send, and never will be."""
    assert outcome(Answer(error="the event is not kept any more"), event=None).state(URL) == "DEAD"


def test_failing_begins_with_the_first_failure_since_a_success() -> None:
    """And ends with a success."""
    earlier = NOW - timedelta(days=1)
    failures = [outcome(FAILURE, second=second) for second in range(3)]
    success = outcome(Answer(200))

    assert failing_since(None, []) is None
    assert failing_since(earlier, []) == earlier
    assert failing_since(None, failures) == NOW
    assert failing_since(earlier, failures) == earlier
    assert failing_since(earlier, [*failures, success]) is None
    assert failing_since(earlier, [success, *failures[1:]]) == failures[1].attempt_time
