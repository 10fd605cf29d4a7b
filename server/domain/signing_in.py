"""Whether a user may sign in at this moment, and why not."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from server.domain.applied_action import Prevention
from server.domain.identity import instant

_ADMITTED: Final = ("ACTIVE", "INVITED")


class Standing(NamedTuple):
    """All that decides about it, of one instant. Who may not sign in is allowed nothing either."""

    status: str
    """INVITED, ACTIVE, INACTIVE, BLOCKED or EXPIRED."""
    preventions: tuple[Prevention, ...]
    """The active applied actions that forbid it, the longest first."""

    @property
    def may_sign_in(self) -> bool:
        """Whether neither status nor action stands against it."""
        return self.status in _ADMITTED and not self.preventions


def standing_of(status: str, preventions: str | None) -> Standing:
    """The standing in what the store tells: the status, and `store.applied_actions.PREVENTIONS`."""
    found = json.loads(preventions) if preventions else ()
    return Standing(status, tuple(map(_prevention_of, found)))


def _prevention_of(found: list[Any]) -> Prevention:
    expiry = found.pop()
    return Prevention._make([*found, None if expiry is None else instant(expiry)])
