"""What receivers are sent, byte by byte: receivers that others wrote rely on it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from server.domain.webhook_bodies import SentEvent, body

PROJECT = "01890000-0000-7000-8000-000000000001"
USER = "01890000-0000-7000-8000-000000000002"
EVENT = "01890000-0000-7000-8000-000000000003"
TIME = datetime(2026, 3, 1, 12, 0, 0, 123_999, tzinfo=UTC)
MILLISECONDS = 1_772_366_400_123

FULL = {
    "phase": "start",
    "applied_action_id": "01890000-0000-7000-8000-000000000004",
    "user_action_id": "01890000-0000-7000-8000-000000000005",
    "action": "Suspend",
    "option": "Nicely",
    "reason": "Sent spam",
    "reason_code": "SPAM",
    "localized_action": "Sperren",
    "localized_option": "Nett",
    "localized_reason": "Versandte Spam",
    "localized_duration": "2 Stunden",
    "comment": "Enough: “stop”",
    "actioner_user_id": "01890000-0000-7000-8000-000000000006",
    "application_ids": ["01890000-0000-7000-8000-000000000007"],
    "expire_time": "2026-03-01T14:00:00.5+00:00",
    "emailed_user": True,
    "notify_user": True,
    "broadcast": True,
    "email": {
        "from": {"address": "no-reply@example.com", "display": "Example"},
        "to": [{"address": "ada@example.com"}],
        "subject": "Suspended",
        "html": "<p>…</p>",
        "text": "…",
    },
    "info": {"ip_address": "192.0.2.1", "user_agent": "grpc-python"},
}
GOLDEN = """{
  "event": {
    "id": "01890000-0000-7000-8000-000000000003",
    "type": "user.action",
    "createInstant": 1772366400123,
    "tenantId": "01890000-0000-7000-8000-000000000001",
    "phase": "start",
    "action": "Suspend",
    "actionId": "01890000-0000-7000-8000-000000000004",
    "actioneeUserId": "01890000-0000-7000-8000-000000000002",
    "actionerUserId": "01890000-0000-7000-8000-000000000006",
    "applicationIds": ["01890000-0000-7000-8000-000000000007"],
    "comment": "Enough: “stop”",
    "option": "Nicely",
    "reason": "Sent spam",
    "reasonCode": "SPAM",
    "expiry": 1772373600500,
    "localizedAction": "Sperren",
    "localizedOption": "Nett",
    "localizedReason": "Versandte Spam",
    "localizedDuration": "2 Stunden",
    "emailedUser": true,
    "notifyUser": true,
    "email": {
      "from": {"address": "no-reply@example.com", "display": "Example"},
      "to": [{"address": "ada@example.com"}],
      "subject": "Suspended",
      "html": "<p>…</p>",
      "text": "…"
    },
    "info": {"ipAddress": "192.0.2.1", "userAgent": "grpc-python"}
  }
}"""


def sent(event_type: str, data: dict[str, object] | None, time: datetime = TIME) -> bytes:
    return body(PROJECT, SentEvent(EVENT, event_type, USER, time, data))


def compact(text: str) -> bytes:
    """The same JSON without white space, its fields in the same order."""
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "event_type",
    ["user_action.applied", "user_action.modified", "user_action.cancelled", "user_action.ended"],
)
def test_use_of_an_action_has_the_fields_of_the_peer(event_type: str) -> None:
    """All of them, by its names, in its units."""
    assert sent(event_type, FULL) == compact(GOLDEN)


def test_what_is_absent_is_left_out() -> None:
    """But whether the user was told is always said."""
    least = {
        "phase": "end",
        "applied_action_id": FULL["applied_action_id"],
        "user_action_id": FULL["user_action_id"],
        "action": "Suspend",
        "emailed_user": False,
        "notify_user": False,
        "broadcast": True,
    }

    assert json.loads(sent("user_action.ended", least)) == {
        "event": {
            "id": EVENT,
            "type": "user.action",
            "createInstant": MILLISECONDS,
            "tenantId": PROJECT,
            "phase": "end",
            "action": "Suspend",
            "actionId": FULL["applied_action_id"],
            "actioneeUserId": USER,
            "emailedUser": False,
            "notifyUser": False,
        }
    }


def test_use_of_an_action_on_a_deleted_user_says_no_more_than_whose_it_was() -> None:
    """The rest went with the user."""
    assert json.loads(sent("user_action.applied", None)) == {
        "event": {
            "id": EVENT,
            "type": "user.action",
            "createInstant": MILLISECONDS,
            "tenantId": PROJECT,
            "actioneeUserId": USER,
        }
    }


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"after": {"name": "Ä", "n": 1.5}}, {"data": {"after": {"name": "Ä", "n": 1.5}}}),
        ({}, {"data": {}}),
        (None, {}),
    ],
)
def test_other_events_are_told_as_they_are(data: dict[str, object] | None, told: dict[str, object]) -> None:
    """Definitions of actions included: only their use has another form."""
    for event_type in ("user.created", "user_action.created", "webhook.test"):
        assert json.loads(sent(event_type, data)) == {
            "event": {
                "id": EVENT,
                "type": event_type,
                "createInstant": MILLISECONDS,
                "tenantId": PROJECT,
                "subjectId": USER,
                **told,
            }
        }


def test_instants_do_not_depend_on_the_zone() -> None:
    """They are counted from 1970 in UTC."""
    there = timezone(timedelta(hours=9))

    assert sent("user.created", {}, TIME.astimezone(there)) == sent("user.created", {})
