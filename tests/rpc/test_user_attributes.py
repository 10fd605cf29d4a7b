"""User.custom_attributes: what values each type takes, defaults, required ones, and what masks mean."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct, Value
from roster.v1 import user_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
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
from tests.rpc.user_requests import (
    ask,
    create,
    created,
    events_of,
    invalid_fields,
    read,
    update,
    updated,
)

SIZES = ["small", "medium", "large"]


@pytest.fixture
def declared(client: Client) -> None:
    """An attribute of every type, named after it."""
    for name, kind in (("text", STRING), ("number", NUMBER), ("flag", BOOLEAN), ("day", DATE)):
        attribute(client, name, kind)
    for name, kind in (("choice", SINGLE_SELECT), ("choices", MULTI_SELECT)):
        attribute(client, name, kind, options=SIZES)


@pytest.fixture
def ann(client: Client, declared: None) -> pb.User:
    """A user with some of them."""
    return created(client, login_ids=["ann"], custom_attributes=values(text="a", number=1, flag=True))


RIGHT: dict[str, list[Any]] = {
    "text": ["", " a ", "x" * 500, "𝔻" * 500, '"\\\n', "2024-01-01"],
    "number": [0, -1.5, 1e308, 5e-324, 0.1 + 0.2, 2**53 + 1],
    "flag": [True, False],
    "day": ["2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31"],
    "choice": SIZES,
    "choices": [["small"], ["large", "small"], ["medium", "large", "small"]],
}

WRONG: dict[str, list[Value]] = {
    "text": [value(7), value(True), value(["a"]), value("x" * 501)],
    "number": [value("7"), value(True), value([7.0])],
    "flag": [value("true"), value(1), value(["true"])],
    "day": [
        value(day)
        for day in (
            "2023-02-29",
            "2024-1-1",
            "20240101",
            "2024-W01-1",
            "0000-01-01",
            "10000-01-01",
            "2024-01-01T00:00:00Z",
            " 2024-01-01",
            "",
            20240101,
            "２０２４-01-01",
        )
    ],
    "choice": [value("huge"), value("SMALL"), value(""), value(1), value(["small"])],
    "choices": [
        value("small"),
        value(["huge"]),
        value(["small", "small"]),
        value(["small", 1]),
        value(["small", None]),
        Value(struct_value=Struct()),
    ],
}


def test_value_of_its_type_is_kept_as_it_is(client: Client, declared: None) -> None:
    """What CreateUser and UpdateUser answer, GetUser answers too."""
    for name, right in RIGHT.items():
        for number, plain in enumerate(right):
            wanted = values(**{name: plain})

            user = created(client, login_ids=[f"{name}-{number}"], custom_attributes=wanted)

            assert dict(user.custom_attributes) == wanted
            assert read(client, user) == user
            ann = created(client, login_ids=[f"{name}-{number}-later"])
            assert dict(updated(client, ann, custom_attributes=wanted).custom_attributes) == wanted


def test_value_of_another_type_is_refused(server: Running, client: Client, ann: pb.User) -> None:
    """The error names the attribute and the type expected, and nothing is stored."""
    types = {"text": "STRING", "number": "NUMBER", "flag": "BOOLEAN", "day": "DATE"}
    types |= {"choice": "SINGLE_SELECT", "choices": "MULTI_SELECT"}
    before = contents(server.url)

    for name, wrong in WRONG.items():
        for given in wrong:
            field = f"user.custom_attributes.{name}"
            for request in (
                create(login_ids=["bob"], custom_attributes={name: given}),
                update(ann, custom_attributes={name: given}),
                update(ann, f"custom_attributes.{name}", custom_attributes={name: given}),
            ):
                with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
                    ask(client, request)
                (violation,) = error.value.details["BadRequest"].field_violations
                assert (violation.field, given) == (field, given)
                assert types[name] in violation.description
    assert contents(server.url) == before


def test_all_wrong_values_are_named_at_once(client: Client, ann: pb.User) -> None:
    """One error for all of them."""
    wrong = {name: given[0] for name, given in WRONG.items()}
    fields = sorted(f"user.custom_attributes.{name}" for name in wrong)

    assert invalid_fields(client, create(login_ids=["bob"], custom_attributes=wrong)) == fields
    assert invalid_fields(client, update(ann, custom_attributes=wrong)) == fields


def test_undeclared_name_is_not_found(
    server: Running, client: Client, other_project: Client, ann: pb.User
) -> None:
    """Also if another project declares it; names differ by case."""
    attribute(other_project, "level", NUMBER)
    before = contents(server.url)

    for name in ("level", "TEXT"):
        wanted = {**values(text="b"), name: value(None)}
        for request in (
            create(login_ids=["bob"], custom_attributes=wanted),
            update(ann, custom_attributes=wanted),
            update(ann, f"custom_attributes.{name}"),
        ):
            with refused("NOT_FOUND", "CUSTOM_ATTRIBUTE_NOT_FOUND") as error:
                ask(client, request)
            assert error.value.metadata == {"name": name}
    assert contents(server.url) == before


# -- masks -----------------------------------------------------------------------------------------

MASKS: list[tuple[str, tuple[str, ...], dict[str, object], dict[str, object]]] = [
    ("no mask replaces all", (), {"text": "b"}, {"text": "b"}),
    ("null is no value", (), {"text": "b", "number": None}, {"text": "b"}),
    ("no options are no value", (), {"text": "b", "choices": []}, {"text": "b"}),
    ("masked as a whole", ("custom_attributes",), {"day": "2024-01-01"}, {"day": "2024-01-01"}),
    ("masked and unset", ("custom_attributes",), {}, {}),
    (
        "one by name",
        ("custom_attributes.text",),
        {"text": "b", "number": 9},
        {"text": "b", "number": 1, "flag": True},
    ),
    ("one by name, unset", ("custom_attributes.text",), {}, {"number": 1, "flag": True}),
    (
        "several by name",
        ("custom_attributes.text", "custom_attributes.choices"),
        {"choices": ["large", "small"]},
        {"number": 1, "flag": True, "choices": ["large", "small"]},
    ),
    ("whole beside one", ("custom_attributes", "custom_attributes.text"), {"text": "b"}, {"text": "b"}),
    ("another field", ("given_name",), {"text": "b"}, {"text": "a", "number": 1, "flag": True}),
]


@pytest.mark.parametrize(("label", "paths", "given", "expected"), MASKS)
def test_mask_says_which_values_change(
    client: Client,
    ann: pb.User,
    label: str,
    paths: tuple[str, ...],
    given: dict[str, object],
    expected: dict[str, object],
) -> None:
    """Attributes are replaced as a whole, or one by one if the mask names them."""
    changed = updated(client, ann, *paths, custom_attributes=values(**given))

    assert dict(changed.custom_attributes) == values(**expected)


def test_star_replaces_all_values(client: Client, ann: pb.User) -> None:
    """What is not sent is removed."""
    changed = updated(client, ann, "*", login_ids=["ann"], custom_attributes=values(day="2024-01-01"))
    assert dict(changed.custom_attributes) == values(day="2024-01-01")

    assert dict(updated(client, changed, "*", login_ids=["ann"]).custom_attributes) == {}


def test_repeating_values_changes_nothing(server: Running, client: Client, ann: pb.User) -> None:
    """No new etag, no event."""
    before = contents(server.url)

    assert updated(client, ann, custom_attributes=values(flag=True, number=1, text="a")) == ann
    assert contents(server.url) == before


def test_change_of_values_is_recorded(server: Running, client: Client, ann: pb.User) -> None:
    """Before and after, in their JSON form."""
    updated(client, ann, "custom_attributes.choices", custom_attributes=values(choices=["large"]))

    event = events_of(server.url, client, ann)[-1]

    before = {"text": "a", "number": 1, "flag": True}
    assert event.type == "user.updated"
    assert event.changes == (
        {"custom_attributes": before},
        {"custom_attributes": {**before, "choices": ["large"]}},
    )


# -- defaults and required values ------------------------------------------------------------------


def test_default_is_given_to_new_users_only(client: Client) -> None:
    """Unless the call gives another value; later the default changes nobody."""
    old = created(client, login_ids=["old"])
    size = attribute(client, "sizes", MULTI_SELECT, options=SIZES, default_value=value(["large", "small"]))
    attribute(client, "level", NUMBER, default_value=value(0))

    new = created(client, login_ids=["new"])
    other = created(client, login_ids=["other"], custom_attributes=values(sizes=["medium"]))
    ATTRIBUTES.update(client, size, "default_value")

    assert dict(read(client, old).custom_attributes) == {}
    assert dict(read(client, new).custom_attributes) == values(sizes=["large", "small"], level=0)
    assert dict(read(client, other).custom_attributes) == values(sizes=["medium"], level=0)
    assert dict(updated(client, new, custom_attributes=values(level=1)).custom_attributes) == values(level=1)


def test_required_value_must_be_given(server: Running, client: Client) -> None:
    """Every missing one is named; a default serves as well; it cannot be taken away again."""
    attribute(client, "level", NUMBER, required=True)
    attribute(client, "size", SINGLE_SELECT, options=SIZES, required=True)
    attribute(client, "colour", STRING, required=True, default_value=value("red"))
    before = contents(server.url)
    missing = ["user.custom_attributes.level", "user.custom_attributes.size"]

    assert invalid_fields(client, create(login_ids=["ann"])) == missing
    assert contents(server.url) == before

    given = values(level=0, size="small")
    ann = created(client, login_ids=["ann"], custom_attributes=given)
    assert dict(ann.custom_attributes) == {**given, **values(colour="red")}
    for request in (
        update(ann, custom_attributes=values(size="large", colour="red")),
        update(ann, "custom_attributes.level"),
        update(ann, "custom_attributes.level", custom_attributes=values(level=None)),
    ):
        assert invalid_fields(client, request) == missing[:1]
    assert read(client, ann) == ann


def test_attribute_required_later_does_not_break_users(client: Client) -> None:
    """Who lacks it can be changed as before, and may then be given it."""
    attribute(client, "level", NUMBER)
    ann = created(client, login_ids=["ann"])
    attribute(client, "size", SINGLE_SELECT, options=SIZES, required=True)

    changes: list[tuple[tuple[str, ...], dict[str, Any]]] = [
        ((), {"given_name": "Ann"}),
        (("custom_attributes.level",), {"custom_attributes": values(level=7)}),
        (("*",), {"login_ids": ["ann"], "given_name": "Anna"}),
        ((), {"custom_attributes": values(level=8)}),
    ]
    for paths, fields in changes:
        updated(client, ann, *paths, **fields)
    held = updated(client, ann, "custom_attributes.size", custom_attributes=values(size="small"))

    assert dict(held.custom_attributes) == values(level=8, size="small")
    assert invalid_fields(client, update(ann, "custom_attributes")) == ["user.custom_attributes.size"]
    assert invalid_fields(client, create(login_ids=["bob"])) == ["user.custom_attributes.size"]
