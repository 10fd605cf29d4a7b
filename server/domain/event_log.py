"""What happened: events, and lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import event_types
from server.domain.caller import Caller
from server.domain.paging import Page, PageRequest
from server.errors import refuse_invalid
from server.store import event_log as rows
from server.store.database import Database

MESSAGE_CHARACTERS: Final = 512 * 1024
"""Of all events in one message: however they are encoded, it stays below the 4 MiB that clients take."""
_ENVELOPE: Final = 300
"""Characters of an event beside its data."""


class Position(NamedTuple):
    """A place in the one order of all events: that of the event, or between two."""

    transaction_id: int
    serial: int


BEGINNING: Final = Position(0, 0)


class Event(NamedTuple):
    """The record of one change. The fields are the columns of `store.event_log`, in their order."""

    event_id: str
    type: str
    subject_id: str
    key_id: str | None
    request_id: str
    create_time: datetime
    data: str | None
    """JSON text; None: the user whom it is about has been deleted."""
    transaction_id: int
    serial: int

    @property
    def position(self) -> Position:
        """Where it stands."""
        return Position(self.transaction_id, self.serial)

    @property
    def size(self) -> int:
        """About so many characters."""
        return _ENVELOPE + len(self.data or "")


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events to list: what is empty or None does not matter, all the rest must hold."""

    types: Sequence[str] = ()
    """As in `event_types.expanded`."""
    subject_id: str = ""
    key_id: str = ""
    created_after: datetime | None = None
    created_before: datetime | None = None


class EventLog:
    """The events of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(
        self, caller: Caller, wanted: EventFilter, page: PageRequest, *, oldest_first: bool
    ) -> Page[Event]:
        """A page of events, newest first; or oldest first, as far as no transaction still at work can come
        before them. Raises FIELDS_INVALID."""
        refuse_invalid(event_types.unknown_types(wanted.types, "types"))
        values: dict[str, Any] = {
            "types": event_types.expanded(wanted.types) if wanted.types else None,
            "subject_id": wanted.subject_id or None,
            "key_id": wanted.key_id or None,
            "created_after": wanted.created_after,
            "created_before": wanted.created_before,
        }
        filters = frozenset(name for name, value in values.items() if value is not None)
        parameters = values | page.parameters("after_transaction", "after_serial")
        parameters["project_id"] = caller.project_id
        found = rows.list_events(self._database, filters, parameters, oldest_first=oldest_first)
        events = [Event(*row) for row in found]
        kept = _fitting(events[: page.limit])
        more = len(kept) < len(events)

        def token_behind(count: int) -> str:
            return page.token.write(kept[count - 1].position)

        return Page(kept, token_behind(len(kept)) if more else "", token_behind)


def _fitting(events: list[Event]) -> list[Event]:
    """The first of them, as many as one message can carry, but one at least."""
    room = MESSAGE_CHARACTERS
    for count, event in enumerate(events):
        room -= event.size
        if room < 0 and count:
            return events[:count]
    return events
