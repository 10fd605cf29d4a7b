"""The events that are kept in memory: what is read from them is what was put in, whatever has been let go."""

from __future__ import annotations

from datetime import UTC, datetime

import hypothesis.strategies as st
from hypothesis import given

from server.domain.event_log import BEGINNING, Event, Position
from server.domain.event_window import Window, told

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def event(place: int, subject: str = "user", size: int = 100) -> Event:
    """The event of a transaction of its own."""
    return Event(f"event {place}", "user.updated", subject, None, "", NOW, "x" * size, place, 1)


def render(value: Event) -> str:
    """What is told: the id, and the data if there are any."""
    return value.event_id + (" with data" if value.data else "")


def window(*places: int, start: int = 0) -> Window[str]:
    """A window that begins at a place and holds the events of others."""
    held: Window[str] = Window(Position(start, 0))
    held.extend([told(event(place), render) for place in places], Position(max(places, default=start) + 1, 0))
    return held


def read(held: Window[str], position: Position, limit: int) -> list[str] | None:
    """All that follows a position, so many at a time."""
    messages: list[str] = []
    while True:
        stretch = held.after(position, limit)
        if stretch is None:
            return None
        messages += [each.message for each in stretch.events]
        assert stretch.position >= position
        position = stretch.position
        if not stretch.more:
            return messages


@given(
    batches=st.lists(st.lists(st.integers(1, 200), max_size=5), max_size=6),
    dropped=st.lists(st.integers(0, 2_000), max_size=4),
    position=st.integers(0, 1_200),
    limit=st.integers(1, 4),
)
def test_what_follows_a_position(
    batches: list[list[int]], dropped: list[int], position: int, limit: int
) -> None:
    """Is told completely, in order and once, or not at all."""
    held: Window[str] = Window(BEGINNING)
    place, places = 0, []
    for steps in batches:
        events = []
        for step in steps:
            place += step
            places.append(place)
            events.append(told(event(place), render))
        place += 1
        held.extend(events, Position(place, 0))
        if dropped:
            held.drop(dropped.pop())

    messages = read(held, Position(position, 1), limit)

    expected = [f"event {each} with data" for each in places if each > position]
    assert messages in (expected, None)
    assert (messages is None) == (Position(position, 1) < held.start)
    assert held.size == sum(each.size for each in held.after(held.start, 1_000).events)  # type: ignore[union-attr]


def test_reader_at_the_end_moves_on_with_it() -> None:
    """Also while nothing happens."""
    held = window(1, 2)
    held.extend([], Position(9, 0))

    stretch = held.after(Position(2, 1), 10)

    assert stretch is not None
    assert (list(stretch.events), stretch.position, stretch.more) == ([], Position(9, 0), False)


def test_reader_ahead_of_the_end_waits_there() -> None:
    """It comes from another process, whose look was later."""
    held = window(1, 2)

    stretch = held.after(Position(7, 3), 10)
    assert stretch is not None
    assert (list(stretch.events), stretch.position) == ([], Position(7, 3))

    held.extend([told(event(7), render), told(event(8), render)], Position(9, 0))
    assert read(held, Position(7, 3), 10) == ["event 8 with data"]


def test_as_much_as_asked_for_is_let_go() -> None:
    """The oldest, whole events; who stands there has to read the log."""
    held = window(1, 2, 3, 4)
    each = held.size // 4

    held.drop(each + 1)

    assert held.size == 2 * each
    assert held.start == Position(2, 1)
    assert held.after(Position(1, 1), 10) is None
    assert read(held, Position(2, 1), 10) == ["event 3 with data", "event 4 with data"]
    held.drop(10_000_000)
    assert (held.size, held.start) == (0, Position(4, 1))
    assert read(held, Position(4, 1), 10) == []


def test_events_about_a_subject_lose_their_data() -> None:
    """Those about others keep them."""
    held: Window[str] = Window(BEGINNING)
    held.extend(
        [told(event(place, subject), render) for place, subject in ((1, "a"), (2, "b"), (3, "a"))],
        Position(4, 0),
    )
    before = held.size

    held.strip({"a"}, render)

    assert read(held, BEGINNING, 10) == ["event 1", "event 2 with data", "event 3"]
    assert held.size == before - 200
