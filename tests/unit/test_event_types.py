"""How types of events are named."""

from __future__ import annotations

import pytest

from server.domain.event_types import TYPES, expanded, matcher, patterns, unknown_types


@pytest.mark.parametrize("name", sorted(TYPES))
def test_type_is_matched_by_itself_and_by_what_it_begins_with(name: str) -> None:
    """And by nothing else: `user.*` is not `user_action.created`."""
    parts = name.split(".")
    entries = [name, *(".".join([*parts[:end], "*"]) for end in range(1, len(parts)))]

    for entry in entries:
        assert matcher([entry])(name)
        assert name in expanded([entry])
    others = {other.partition(".")[0] for other in TYPES} - {parts[0]}
    assert not matcher([f"{other}.*" for other in sorted(others)])(name)


def test_without_any_entry_everything_is_wanted() -> None:
    """Also what a later version records."""
    assert matcher([])("anything.happened")


def test_type_of_a_later_version_is_matched_by_its_beginning() -> None:
    """Another process may already record it."""
    assert matcher(["user.*"])("user.promoted")


def test_patterns_take_no_character_for_another() -> None:
    """An underscore stands for itself, a star for all that follows."""
    assert patterns(["user_action.applied", "user.*"]) == [r"user\_action.applied", "user.%"]


def test_entries_that_match_nothing_are_named() -> None:
    """By their places; some are allowed although they are no types."""
    wanted = ["user.*", "user.action", "nobody.*", "user.created", "user.creat"]

    problems = unknown_types(wanted, "event_types", also={"user.action"})

    assert [problem.field for problem in problems] == ["event_types[2]", "event_types[4]"]
    assert [problem.field for problem in unknown_types(wanted, "types")] == [
        "types[1]",
        "types[2]",
        "types[4]",
    ]
