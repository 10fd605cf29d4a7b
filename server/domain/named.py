"""Tenants and applications: named things of a project that users belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.caller import Caller
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.domain.text import fold
from server.errors import Reason, Violation, not_found, refuse_invalid
from server.store import named as rows
from server.store.database import Database, Row


class Named(NamedTuple):
    """A tenant or an application. The fields are the columns of `store.named`, in their order."""

    id: str
    name: str
    description: str
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)


# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {"name": "", "description": ""}


@dataclass(frozen=True)
class Kind:
    """What tells one kind of named things from another."""

    word: str
    rows: rows.NamedRows
    not_found: Reason


TENANT: Final = Kind("tenant", rows.TENANTS, Reason.TENANT_NOT_FOUND)
APPLICATION: Final = Kind("application", rows.APPLICATIONS, Reason.APPLICATION_NOT_FOUND)


class NamedThings:
    """The things of one kind in all projects; every method acts in the caller's."""

    def __init__(self, database: Database, kind: Kind) -> None:
        self._database = database
        self._kind = kind
        self._rows = kind.rows

    def get(self, caller: Caller, item_id: str) -> Named:
        """The thing. Raises ..._NOT_FOUND."""
        return self._found(item_id, self._rows.get(self._database, caller.project_id, item_id))

    def list(self, caller: Caller, page: PageRequest) -> Page[Named]:
        """A page of the things, in alphabetical order."""
        parameters = {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = self._rows.list(self._database, parameters, count=page.count)
        return page_of(page, found, lambda row: Named(*row[: self._rows.width]), total)

    def create(self, caller: Caller, values: Mapping[str, Any], *, item_id: str) -> Named:
        """Creates a thing; `item_id` '' lets the server make one. Raises ..._NAME_TAKEN, ..._ID_TAKEN."""
        values = {**SETTABLE, **self._normalized(values)}
        item_id = item_id or new_id()
        (create_time,) = self._rows.create(self._database, _columns(caller, item_id, values))
        events.record(self._database, caller, f"{self._kind.word}.created", item_id, {"after": values})
        return Named(id=item_id, create_time=create_time, update_time=create_time, revision=1, **values)

    def update(self, caller: Caller, item_id: str, values: Mapping[str, Any], etag: str) -> Named:
        """Sets these values. Raises ..._NOT_FOUND, ..._NAME_TAKEN, ETAG_MISMATCH."""
        values = self._normalized(values)
        item = self._locked(caller, item_id)
        require_etag(etag, item.etag)
        before = {name: getattr(item, name) for name in SETTABLE}
        after = {**before, **values}
        changes = events.changes(before, after)
        if not changes:
            return item
        update_time, revision = self._rows.update(self._database, _columns(caller, item_id, after))
        events.record(self._database, caller, f"{self._kind.word}.updated", item_id, changes)
        return item._replace(update_time=update_time, revision=revision, **after)

    def delete(self, caller: Caller, item_id: str, *, force: bool, etag: str) -> None:
        """Deletes the thing; with `force` the memberships of its users end.
        Raises ..._NOT_FOUND, ..._IN_USE, ETAG_MISMATCH."""
        item = self._locked(caller, item_id)
        require_etag(etag, item.etag)
        ended = self._rows.delete(self._database, caller.project_id, item_id, force=force)
        before = {name: getattr(item, name) for name in SETTABLE}
        data = {"before": before, "memberships_ended": ended}
        events.record(self._database, caller, f"{self._kind.word}.deleted", item_id, data)

    def _locked(self, caller: Caller, item_id: str) -> Named:
        return self._found(item_id, self._rows.lock(self._database, caller.project_id, item_id))

    def _found(self, item_id: str, row: Row | None) -> Named:
        if row is None:
            raise not_found(self._kind.not_found, f"{self._kind.word}_id", item_id)
        return Named(*row)

    def _normalized(self, values: Mapping[str, Any]) -> dict[str, Any]:
        kept = dict(values)
        if "name" in kept:
            kept["name"] = kept["name"].strip()
            missing = Violation(f"{self._kind.word}.name", "is required")
            refuse_invalid([] if kept["name"] else [missing])
        return kept


def _columns(caller: Caller, item_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "project_id": caller.project_id, "id": item_id, "name_key": fold(values["name"])}
