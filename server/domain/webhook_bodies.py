"""What receivers of webhooks are sent.

The body of what is done with user actions is that of FusionAuth's event `user.action`, so that receivers
written for it keep working (https://fusionauth.io/docs/extend/events-and-webhooks/events/user-action):
instants are milliseconds since 1970, and what is absent is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from server.domain.action_events import TYPES
from server.domain.webhooks import USE_OF_ACTIONS

_USES_OF_ACTIONS: Final = frozenset(TYPES.values())
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SentEvent:
    """An event as it is sent."""

    event_id: str
    type: str
    subject_id: str
    create_time: datetime
    data: Mapping[str, Any] | None
    """None: the user it is about was deleted."""


def body(project_id: str, event: SentEvent) -> bytes:
    """The event as JSON."""
    told: dict[str, Any] = {
        "id": event.event_id,
        "type": event.type,
        "createInstant": _milliseconds(event.create_time),
        "tenantId": project_id,
    }
    if event.type in _USES_OF_ACTIONS:
        told["type"] = USE_OF_ACTIONS
        told |= _use_of_action(event.subject_id, event.data or {})
    else:
        told["subjectId"] = event.subject_id
        if event.data is not None:
            told["data"] = event.data
    return json.dumps({"event": told}, ensure_ascii=False, separators=(",", ":")).encode()


def _milliseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def _milliseconds_of_text(text: str) -> int:
    return _milliseconds(datetime.fromisoformat(text))


def _info(origin: Mapping[str, str]) -> dict[str, str]:
    named = {"ipAddress": origin.get("ip_address"), "userAgent": origin.get("user_agent")}
    return {name: value for name, value in named.items() if value}


def _as_it_is(value: Any) -> Any:
    return value


# The fields in their order: what receivers call it, what the event's data calls it, how the value is told.
_FIELDS: Final[tuple[tuple[str, str, Callable[[Any], Any]], ...]] = (
    ("phase", "phase", _as_it_is),
    ("action", "action", _as_it_is),
    ("actionId", "applied_action_id", _as_it_is),
    ("actioneeUserId", "actionee_user_id", _as_it_is),
    ("actionerUserId", "actioner_user_id", _as_it_is),
    ("applicationIds", "application_ids", _as_it_is),
    ("comment", "comment", _as_it_is),
    ("option", "option", _as_it_is),
    ("reason", "reason", _as_it_is),
    ("reasonCode", "reason_code", _as_it_is),
    ("expiry", "expire_time", _milliseconds_of_text),
    ("localizedAction", "localized_action", _as_it_is),
    ("localizedOption", "localized_option", _as_it_is),
    ("localizedReason", "localized_reason", _as_it_is),
    ("localizedDuration", "localized_duration", _as_it_is),
    ("emailedUser", "emailed_user", _as_it_is),
    ("notifyUser", "notify_user", _as_it_is),
    ("email", "email", _as_it_is),
    ("info", "info", _info),
)


def _use_of_action(user_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
    known = {**data, "actionee_user_id": user_id}
    return {name: tell(known[key]) for name, key, tell in _FIELDS if key in known}
