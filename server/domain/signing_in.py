"""Whether a user may sign in at this moment, and why not."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from server.domain.applied_action import Prevention
from server.domain.identity import instant
from server.errors import Error, Reason

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

    def require_admitted(self) -> None:
        """Raises LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
        if self.status not in _ADMITTED:
            raise Error(Reason.LOGIN_NOT_ALLOWED, status=self.status)
        if self.preventions:
            first = self.preventions[0]
            raise Error(Reason.LOGIN_PREVENTED, user_action=first.name, preventions=self.preventions)


def standing_of(status: str, preventions: str | None) -> Standing:
    """The standing in what the store tells: the status, and `store.applied_actions.PREVENTIONS`."""
    found = json.loads(preventions) if preventions else ()
    return Standing(status, tuple(map(_prevention_of, found)))


def _prevention_of(found: list[Any]) -> Prevention:
    expiry = found.pop()
    return Prevention._make([*found, None if expiry is None else instant(expiry)])
