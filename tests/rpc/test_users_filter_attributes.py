"""The filter of ListUsers and SearchUsers: values of custom attributes."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Value
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.rpc.directory_requests import (
    ATTRIBUTES,
    BOOLEAN,
    DATE,
    MULTI_SELECT,
    NUMBER,
    SINGLE_SELECT,
    STRING,
    attribute,
    value,
    values,
)
from tests.rpc.user_requests import ask, created, emails, invalid_fields, listing, search, updated, walk

SIZES = ["small", "medium", "large"]

PEOPLE: dict[str, dict[str, object]] = {
    "anna": {"text": "A", "number": -1.5, "flag": True, "day": "2024-02-29", "choice": "small"},
    "berta": {"text": "a", "number": 0, "flag": False, "day": "1969-12-31", "choices": ["small", "large"]},
    "carl": {"text": "", "number": 7, "day": "2024-03-01", "choices": ["large"]},
    "dora": {},
}


@pytest.fixture
def people(client: Client) -> Client:
    """The caller of a project with these people and an attribute of every type."""
    for name, kind in (("text", STRING), ("number", NUMBER), ("flag", BOOLEAN), ("day", DATE)):
        attribute(client, name, kind)
    for name, kind in (("choice", SINGLE_SELECT), ("choices", MULTI_SELECT)):
        attribute(client, name, kind, options=SIZES)
    for name, given in PEOPLE.items():
        created(client, email=f"{name}@example.com", custom_attributes=values(**given))
    return client


def equals(name: str, plain: object) -> rpc.AttributeCondition:
    return rpc.AttributeCondition(name=name, equals=value(plain))


def between(name: str, at_least: object = None, less_than: object = None) -> rpc.AttributeCondition:
    """None for an end that is not set."""
    ends = {"at_least": at_least, "less_than": less_than}
    given = {end: value(plain) for end, plain in ends.items() if plain is not None}
    return rpc.AttributeCondition(name=name, range=rpc.AttributeRange(**given))


CONDITIONS: list[tuple[list[rpc.AttributeCondition], list[str]]] = [
    ([equals("text", "a")], ["berta"]),
    ([equals("text", "")], ["carl"]),
    ([equals("text", "b")], []),
    ([equals("number", 0)], ["berta"]),
    ([equals("number", -1.5)], ["anna"]),
    ([equals("flag", True)], ["anna"]),
    ([equals("flag", False)], ["berta"]),
    ([equals("day", "1969-12-31")], ["berta"]),
    ([equals("choice", "small")], ["anna"]),
    ([equals("choices", "large")], ["berta", "carl"]),
    ([equals("choices", "medium")], []),
    ([equals("choices", "small"), equals("choices", "large")], ["berta"]),
    ([between("number", at_least=0)], ["berta", "carl"]),
    ([between("number", less_than=0)], ["anna"]),
    ([between("number", at_least=-1.5, less_than=7)], ["anna", "berta"]),
    ([between("number", at_least=7, less_than=7)], []),
    ([between("day", at_least="2024-02-29")], ["anna", "carl"]),
    ([between("day", less_than="2024-03-01")], ["anna", "berta"]),
    ([between("day", at_least="1970-01-01", less_than="2024-03-01")], ["anna"]),
    ([between("number", at_least=0), between("day", less_than="2000-01-01")], ["berta"]),
    ([equals("number", 0), equals("number", 7)], []),
    ([equals("flag", True)] * 10, ["anna"]),
]


def test_filter_lets_through_who_meets_all_conditions(people: Client) -> None:
    """A user without a value meets none. Searches know them too."""
    for conditions, expected in CONDITIONS:
        answer = ask(people, listing(order_by="email", include_total_size=True, attributes=conditions))
        found = ask(people, search("example", attributes=conditions))

        assert (expected, len(expected)) == (emails(answer.users), answer.total_size), conditions
        assert expected == sorted(emails(found.users)), conditions


def test_filter_combines_with_others_and_with_pages(people: Client) -> None:
    """All that is set must hold, on every page."""
    conditions = [between("number", at_least=-2)]

    pages = walk(people, listing(order_by="email desc", page_size=1, attributes=conditions))
    chosen = ask(people, listing(emails=["carl@example.com", "dora@example.com"], attributes=conditions))

    assert [emails(page) for page in pages] == [["carl"], ["berta"], ["anna"]]
    assert emails(chosen.users) == ["carl"]


def test_filter_sees_the_values_of_now(people: Client) -> None:
    """What was changed, taken away or renamed with the next call."""
    (carl,) = ask(people, listing(attributes=[equals("number", 7)])).users
    updated(people, carl, "custom_attributes.number", custom_attributes=values(number=8))
    assert list(ask(people, listing(attributes=[equals("number", 7)])).users) == []

    (number,) = [made for made in ATTRIBUTES.listed(people) if made.name == "number"]
    ATTRIBUTES.update(people, number, name="level")

    assert emails(ask(people, listing(attributes=[equals("level", 8)])).users) == ["carl"]


def test_undeclared_attribute_is_not_found(people: Client, other_project: Client) -> None:
    """Also if another project declares it."""
    for caller, name in ((people, "colour"), (people, "TEXT"), (other_project, "text")):
        for request in (
            listing(attributes=[equals(name, "a")]),
            search("example", attributes=[equals(name, "a")]),
        ):
            with refused("NOT_FOUND", "CUSTOM_ATTRIBUTE_NOT_FOUND") as error:
                ask(caller, request)
            assert error.value.metadata == {"name": name}


def test_condition_that_makes_no_sense_is_refused(people: Client) -> None:
    """Values of another type, ranges of what has none, conditions without a value: all are named."""
    wrong: list[tuple[list[rpc.AttributeCondition], list[str]]] = [
        ([equals("number", "0")], ["[0].equals"]),
        ([equals("text", 7)], ["[0].equals"]),
        ([equals("flag", "true")], ["[0].equals"]),
        ([equals("day", "2023-02-29")], ["[0].equals"]),
        ([equals("choice", "huge")], ["[0].equals"]),
        ([equals("choices", "huge")], ["[0].equals"]),
        ([equals("choices", ["small"])], ["[0].equals"]),
        ([equals("text", None)], ["[0]"]),
        ([between("text", at_least="a")], ["[0].range"]),
        ([between("flag", at_least=False)], ["[0].range"]),
        ([between("choices", at_least="small")], ["[0].range"]),
        ([between("number", at_least="0", less_than=True)], ["[0].range.at_least", "[0].range.less_than"]),
        ([between("day", at_least=0, less_than="2024-03-01")], ["[0].range.at_least"]),
        (
            [equals("flag", True), equals("number", "0"), between("text", less_than="a")],
            ["[1].equals", "[2].range"],
        ),
        ([between("number")], ["[0].range"]),
        ([rpc.AttributeCondition(name="text")], ["[0].condition"]),
        ([rpc.AttributeCondition(equals=Value(string_value="a"))], ["[0].name"]),
        ([equals("flag", True)] * 11, [""]),
    ]
    for conditions, places in wrong:
        chosen: dict[str, Any] = {"attributes": conditions}
        for request in (listing(**chosen), search("example", **chosen)):
            fields = [f"filter.attributes{place}" for place in places]
            assert (invalid_fields(people, request), conditions) == (fields, conditions)
