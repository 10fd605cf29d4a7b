"""The events of applied actions: what watchers, lists and webhooks are told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from server.domain import events
from server.domain.applied_action import AppliedAction
from server.domain.caller import Caller
from server.domain.localizing import duration_in_words

TYPES: Final = {
    "START": "user_action.applied",
    "MODIFY": "user_action.modified",
    "CANCEL": "user_action.cancelled",
    "END": "user_action.ended",
}
"""The type of the event of each phase."""


def event(
    caller: Caller,
    phase: str,
    applied: AppliedAction,
    now: datetime,
    locale: str,
    *,
    notify_user: bool,
    emailed_user: bool = False,
    enclose: Callable[[Mapping[str, Any]], Mapping[str, Any] | None] = lambda _: None,
) -> dict[str, Any]:
    """The columns of the event of a phase. `locale` is the user's: the duration is told in its language.
    `enclose` makes of what is told the email that is told as well."""
    told = {**facts(phase, applied, now, locale), **events.origin_of(caller)}
    told = {name: value for name, value in told.items() if value}
    email = enclose(told)
    data = {
        **told,
        **({"email": email} if email else {}),
        "emailed_user": emailed_user,
        "notify_user": notify_user,
        "broadcast": applied.broadcast,
    }
    return {
        **events.envelope(caller),
        "type": TYPES[phase],
        "subject_id": applied.user_id,
        "data": events.to_json(data),
    }


def facts(phase: str, applied: AppliedAction, now: datetime, locale: str) -> dict[str, Any]:
    """What is told of a phase, whoever it is told to; with what is absent."""
    lasting = applied.expire_time if phase in ("START", "MODIFY") else None
    return {
        "phase": phase.lower(),
        "applied_action_id": applied.applied_action_id,
        "user_action_id": applied.user_action_id,
        "action": applied.name,
        "localized_action": applied.localized_name,
        "option": applied.option,
        "localized_option": applied.localized_option,
        "reason": applied.reason,
        "localized_reason": applied.localized_reason,
        "reason_code": applied.reason_code,
        "comment": applied.comment,
        "actioner_user_id": applied.actioner_user_id,
        "application_ids": applied.application_ids,
        "expire_time": applied.expire_time and applied.expire_time.isoformat(),
        "localized_duration": duration_in_words(lasting - now, locale) if lasting else "",
    }
