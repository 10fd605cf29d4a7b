"""Which applied actions to list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AppliedActionFilter:
    """Which applied actions to list: what is None or empty does not matter, all the rest must hold."""

    states: Sequence[str] = ()
    preventing_login: bool | None = None
    user_action_ids: Sequence[str] = ()
    reason_ids: Sequence[str] = ()
    actioner_user_id: str = ""
    application_id: str = ""
    created_after: datetime | None = None
    created_before: datetime | None = None
    expires_after: datetime | None = None
    expires_before: datetime | None = None


def conditions(wanted: AppliedActionFilter) -> tuple[frozenset[str], dict[str, Any]]:
    """The names of the store's filters, and their parameters."""
    parameters: dict[str, Any] = {
        "states": list(wanted.states),
        "user_action_ids": list(wanted.user_action_ids),
        "reason_ids": list(wanted.reason_ids),
        "actioner_user_id": wanted.actioner_user_id,
        "application_ids": [wanted.application_id] if wanted.application_id else [],
        "created_after": wanted.created_after,
        "created_before": wanted.created_before,
        "expires_after": wanted.expires_after,
        "expires_before": wanted.expires_before,
    }
    filters = {name for name, value in parameters.items() if value}
    if set(wanted.states) == {"ACTIVE"}:
        # Of all that was ever applied little is active, and an index leads there.
        filters = filters - {"states"} | {"active"}
    if wanted.preventing_login is not None:
        filters.add("preventing" if wanted.preventing_login else "not_preventing")
    return frozenset(filters), parameters
