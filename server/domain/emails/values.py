"""What emails can tell of: the project, the person, a link, a use of an action, a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from server.domain.localizing import duration_in_words, instant_in_words
from server.domain.user import User

Values = Mapping[str, Mapping[str, str]]
"""Texts by the names of `language.GIVEN`; what is absent is ''."""

_OF_USER: Final = ("email", "given_name", "family_name", "display_name", "locale")


def of_project(project_id: str, display_name: str) -> dict[str, str]:
    """`project`."""
    return {"id": project_id, "name": display_name or "Roster"}


def of_user(user: User) -> dict[str, str]:
    """`user`."""
    return {"id": user.user_id, **{name: getattr(user, name) for name in _OF_USER}}


def of_stranger(known: Mapping[str, str]) -> dict[str, str]:
    """`user`, of somebody who is none yet."""
    return {"id": "", **{name: known.get(name, "") for name in _OF_USER}}


def of_link(url: str, seconds: int, locale: str) -> dict[str, str]:
    """`link`."""
    return {"url": url, "expires_in": duration_in_words(timedelta(seconds=seconds), locale)}


def of_action(told: Mapping[str, Any], locale: str, zone: str) -> dict[str, str]:
    """`action`, of the data of an event of `action_events`."""
    ends = told.get("expire_time")
    return {
        "name": told.get("localized_action") or told["action"],
        "option": told.get("localized_option") or told.get("option", ""),
        "reason": told.get("localized_reason") or told.get("reason", ""),
        "comment": told.get("comment", ""),
        "phase": told["phase"],
        "expire_time": instant_in_words(datetime.fromisoformat(ends), locale, zone) if ends else "",
        "duration": told.get("localized_duration", ""),
    }


def of_login(time: datetime, ip_address: str, user_agent: str, locale: str, zone: str) -> dict[str, str]:
    """`login`."""
    return {
        "time": instant_in_words(time, locale, zone),
        "ip_address": ip_address,
        "user_agent": user_agent,
    }


_SOME_DAY: Final = datetime(2030, 1, 31, 9, 30, tzinfo=UTC)
_NOWHERE: Final = "https://example.com/?token=example"


def sample(locale: str = "", zone: str = "") -> dict[str, Mapping[str, str]]:
    """Made-up values for all that templates can name."""
    told = {
        "phase": "start",
        "action": "Example action",
        "option": "Example option",
        "reason": "Example reason",
        "comment": "An example.",
        "expire_time": _SOME_DAY.isoformat(),
        "localized_duration": duration_in_words(timedelta(days=2), locale),
    }
    return {
        "project": of_project("00000000-0000-0000-0000-000000000000", "Example"),
        "user": {
            "id": "00000000-0000-0000-0000-000000000001",
            "email": "ada@example.com",
            "given_name": "Ada",
            "family_name": "Lovelace",
            "display_name": "Ada Lovelace",
            "locale": locale,
        },
        "link": of_link(_NOWHERE, 86_400, locale),
        "action": of_action(told, locale, zone),
        "login": of_login(_SOME_DAY, "192.0.2.1", "Example browser", locale, zone),
    }


# All there can be, and as little: a template has to do with both.
SAMPLES: Final[tuple[Values, ...]] = (
    sample(),
    {group: dict.fromkeys(texts, "") for group, texts in sample().items()},
)
