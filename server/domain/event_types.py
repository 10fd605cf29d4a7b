"""The types of events: all there are, and how a caller names those that are wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from server.errors import Violation

_HAPPENINGS: Final[dict[str, str]] = {
    "user": (
        "created updated deleted status.modified roles.modified tenants.modified applications.modified"
        " password.set password.expired blocked unblocked expired email.sent email.failed"
        " sign_in.failed locked unlocked mfa.enabled mfa.reset"
        " passkey.registered passkey.deleted passkey.clone_suspected provider_token.set"
    ),
    "session": "started ended reuse_detected",
    "user_action": "created updated deactivated reactivated deleted applied modified cancelled ended",
    "user_action_reason": "created updated deleted",
    "role": "created updated deleted",
    "tenant": "created updated deleted",
    "application": "created updated deleted",
    "custom_attribute": "created updated deleted",
    "project": "created updated deleted",
    "management_key": "created updated rotated revoked",
    "email_template": "created updated deleted",
    "webhook": "created updated deleted secret_rotated disabled test",
}
"""What can happen, by what it happens to."""

TYPES: Final = frozenset(
    f"{kind}.{happening}" for kind, happenings in _HAPPENINGS.items() for happening in happenings.split()
)
"""The types of all events. One that is recorded no longer would stay here, for old events have it."""

STRIPS: Final = "user.deleted"
"""The type of the event with which the events about its subject, the earlier ones, lose their data."""

_ALL_OF: Final = ".*"


def expanded(wanted: Sequence[str]) -> list[str]:
    """The types that any of these entries matches: `user.created` itself, `user.*` all that begin so."""
    matches = matcher(wanted)
    return sorted(name for name in TYPES if matches(name))


def matcher(wanted: Sequence[str]) -> Callable[[str], bool]:
    """Tells whether a type is one of those wanted; without any entry all are."""
    if not wanted:
        return lambda _: True
    exactly = frozenset(entry for entry in wanted if not entry.endswith(_ALL_OF))
    beginnings = tuple(entry.removesuffix("*") for entry in wanted if entry.endswith(_ALL_OF))
    return lambda name: name in exactly or name.startswith(beginnings)


def patterns(wanted: Sequence[str]) -> list[str]:
    """The same for the database: what a type is LIKE."""
    return [re.sub(r"\*$", "%", entry.replace("_", r"\_")) for entry in wanted]


def unknown_types(wanted: Sequence[str], field: str, also: Collection[str] = ()) -> list[Violation]:
    """A violation for each entry of `field` that can match no type. `also` names entries that are allowed
    although they are no types."""
    return [
        Violation(f"{field}[{position}]", "matches no type of event")
        for position, entry in enumerate(wanted)
        if entry not in also and not expanded([entry])
    ]
