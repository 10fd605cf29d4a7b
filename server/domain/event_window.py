"""The latest events of one project, which are kept in memory for all who watch it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from server.domain.event_log import Event, Position

M = TypeVar("M")
"""What watchers are told of an event."""


class Told(NamedTuple, Generic[M]):
    """An event, ready to be told."""

    event: Event
    """Without data."""
    message: M
    size: int
    """About so many characters."""

    @property
    def position(self) -> Position:
        """Where the event stands."""
        return self.event.position


def told(event: Event, render: Callable[[Event], M]) -> Told[M]:
    """The event and what `render` makes of it."""
    return Told(event._replace(data=None), render(event), event.size)


class Stretch(NamedTuple, Generic[M]):
    """Events that follow a position, and the position that one has reached with them."""

    events: Sequence[Told[M]]
    position: Position
    more: bool
    """Whether there is more at once."""


class Window(Generic[M]):
    """Holds all events behind `start` up to `end`. Whoever uses it holds the feed's lock."""

    def __init__(self, at: Position) -> None:
        self.start = self.end = at
        self.size = 0
        """About so many characters are held."""
        self._events: list[Told[M]] = []

    def extend(self, events: Sequence[Told[M]], end: Position) -> None:
        """Takes in the events that follow, and that there are no others up to `end`."""
        self._events.extend(events)
        self.size += sum(event.size for event in events)
        self.end = end

    def after(self, position: Position, limit: int) -> Stretch[M] | None:
        """The first events behind a position; None if the window does not reach back to it."""
        if position < self.start:
            return None
        first = bisect_right(self._events, position, key=_position)
        events = self._events[first : first + limit]
        if len(events) == limit:
            return Stretch(events, events[-1].position, more=True)
        return Stretch(events, max(position, self.end), more=False)

    def drop(self, size: int) -> None:
        """Lets go of the oldest events, until so many characters are free, or of all."""
        count = 0
        while size > 0 and count < len(self._events):
            size -= self._events[count].size
            count += 1
        if count:
            self.start = self._events[count - 1].position
            self.size -= sum(event.size for event in self._events[:count])
            del self._events[:count]

    def strip(self, subject_ids: set[str], render: Callable[[Event], M]) -> None:
        """Takes the data from the events about these subjects."""
        for place, held in enumerate(self._events):
            if held.event.subject_id in subject_ids:
                self._events[place] = told(held.event, render)
        self.size = sum(event.size for event in self._events)


def _position(held: Told[M]) -> Position:
    return held.position
