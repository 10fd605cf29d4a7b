"""The use cases of the reasons that user actions are applied for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.caller import Caller
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.domain.text import fold
from server.errors import Reason, Violation, not_found, refuse_invalid
from server.store import user_action_reasons as rows
from server.store.database import Database, Row


class UserActionReason(NamedTuple):
    """A reason. The fields are the columns of `store.user_action_reasons`, in their order."""

    reason_id: str
    code: str
    text: str
    localized_texts: dict[str, str]
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)


# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {"code": "", "text": "", "localized_texts": {}}


class UserActionReasons:
    """The reasons of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, caller: Caller, reason_id: str) -> UserActionReason:
        """The reason. Raises USER_ACTION_REASON_NOT_FOUND."""
        return _found(reason_id, rows.get(self._database, caller.project_id, reason_id))

    def list(self, caller: Caller, page: PageRequest) -> Page[UserActionReason]:
        """A page of the reasons, in the alphabetical order of their codes."""
        parameters = {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = rows.list_reasons(self._database, parameters, count=page.count)
        return page_of(page, found, _reason_of, total)

    def create(self, caller: Caller, values: Mapping[str, Any], *, reason_id: str) -> UserActionReason:
        """Creates a reason; `reason_id` '' lets the server make one.
        Raises USER_ACTION_REASON_CODE_TAKEN, USER_ACTION_REASON_ID_TAKEN."""
        values = {**SETTABLE, **_normalized(values)}
        reason_id = reason_id or new_id()
        (create_time,) = rows.create(self._database, _columns(caller, reason_id, values))
        events.record(self._database, caller, "user_action_reason.created", reason_id, {"after": values})
        return UserActionReason(
            reason_id=reason_id, create_time=create_time, update_time=create_time, revision=1, **values
        )

    def update(
        self, caller: Caller, reason_id: str, values: Mapping[str, Any], etag: str
    ) -> UserActionReason:
        """Sets these values.
        Raises USER_ACTION_REASON_NOT_FOUND, USER_ACTION_REASON_CODE_TAKEN, ETAG_MISMATCH."""
        values = _normalized(values)
        reason = self._locked(caller, reason_id)
        require_etag(etag, reason.etag)
        before = {name: getattr(reason, name) for name in SETTABLE}
        after = {**before, **values}
        changes = events.changes(before, after)
        if not changes:
            return reason
        update_time, revision = rows.update(self._database, _columns(caller, reason_id, after))
        events.record(self._database, caller, "user_action_reason.updated", reason_id, changes)
        return reason._replace(update_time=update_time, revision=revision, **after)

    def delete(self, caller: Caller, reason_id: str, etag: str) -> None:
        """Deletes the reason. Raises USER_ACTION_REASON_NOT_FOUND, ETAG_MISMATCH."""
        reason = self._locked(caller, reason_id)
        require_etag(etag, reason.etag)
        rows.delete(self._database, caller.project_id, reason_id)
        data = {"before": {name: getattr(reason, name) for name in SETTABLE}}
        events.record(self._database, caller, "user_action_reason.deleted", reason_id, data)

    def _locked(self, caller: Caller, reason_id: str) -> UserActionReason:
        return _found(reason_id, rows.lock(self._database, caller.project_id, reason_id))


def _reason_of(row: Row) -> UserActionReason:
    return UserActionReason(*row[: len(rows.REASON_COLUMNS)])


def _found(reason_id: str, row: Row | None) -> UserActionReason:
    if row is None:
        raise not_found(Reason.USER_ACTION_REASON_NOT_FOUND, "reason_id", reason_id)
    return _reason_of(row)


def _normalized(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = dict(values)
    required = [name for name in ("code", "text") if name in kept]
    for name in required:
        kept[name] = kept[name].strip()
    refuse_invalid(
        [Violation(f"user_action_reason.{name}", "is required") for name in required if not kept[name]]
    )
    return kept


def _columns(caller: Caller, reason_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "project_id": caller.project_id,
        "reason_id": reason_id,
        "code_key": fold(values["code"]),
        "localized_texts": events.to_json(values["localized_texts"]),
    }
