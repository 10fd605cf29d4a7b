"""What a user cannot be: the rules of shape, the same in CreateUser and UpdateUser."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.user_requests import (
    EXPIRED,
    INVITED,
    LAST_INSTANT,
    NOBODY,
    by,
    create,
    created,
    grant,
    in_days,
    invalid_fields,
    read,
    role,
    set_status,
    update,
)

NAMES = ["given_name", "family_name", "middle_name", "display_name"]

TOO_LONG_FOLDED = "\ufdfa" * 100
"""A hundred characters that compatibility decomposition makes 1,800 of."""

INVALID: list[tuple[str, Any, str]] = [
    *((name, "x" * 201, name) for name in NAMES),
    *((name, "a\0b", name) for name in NAMES),
    ("user_id", "17", "user_id"),
    ("email", "ann", "email"),
    ("email", "ann@", "email"),
    ("email", "ann smith@example.com", "email"),
    ("email", "ann@exam_ple.com", "email"),
    ("email", "ann..smith@example.com", "email"),
    ("email", f"ann@{'x' * 62}.{'x' * 62}.{'x' * 62}.{'x' * 62}.com", "email"),
    ("phone_number", "030123456", "phone_number"),
    ("phone_number", "+49", "phone_number"),
    ("phone_number", "+4930123456789012345", "phone_number"),
    ("phone_number", "+999123456", "phone_number"),
    ("phone_number", "+49 30 CALL ME", "phone_number"),
    ("login_ids", ["ann", ""], "login_ids[1]"),
    ("login_ids", ["ann", " \u3000"], "login_ids[1]"),
    ("login_ids", ["x" * 201], "login_ids[0]"),
    ("login_ids", ["ann", TOO_LONG_FOLDED], "login_ids[1]"),
    ("login_ids", ["a\0b"], "login_ids[0]"),
    ("login_ids", [f"login{number}" for number in range(21)], "login_ids"),
    ("picture", "javascript:alert(1)", "picture"),
    ("picture", f"https://example.com/{'x' * 2000}", "picture"),
    ("locale", "d", "locale"),
    ("locale", "de_DE", "locale"),
    ("zoneinfo", "Europe/Atlantis", "zoneinfo"),
    ("zoneinfo", "../../etc/passwd", "zoneinfo"),
    ("etag", "x" * 65, "etag"),
    ("expire_time", Timestamp(seconds=253_402_300_800), "expire_time"),
    ("expire_time", Timestamp(nanos=-1), "expire_time"),
    ("roles", [pb.RoleGrant()], "roles[0]"),
    ("roles", [pb.RoleGrant(role_id="admin")], "roles[0].role_id"),
    ("roles", [grant("Reader", Timestamp(seconds=-99_999_999_999))], "roles[0].expire_time"),
    ("roles", ["Reader", grant("Writer", in_days(-1))], "roles[1].expire_time"),
    ("roles", [f"Role {number}" for number in range(101)], "roles"),
]


AT_THE_BOUND: list[tuple[str, Any]] = [
    *((name, "ß" * 200) for name in NAMES),
    ("login_ids", [f"login{number}" for number in range(20)]),
    ("login_ids", ["ß" * 200]),
    ("email", f"{'x' * 64}@{'y' * 63}.{'y' * 63}.{'y' * 60}"),
    ("phone_number", "+390236618300"),
    ("picture", f"http://example.com/{'x' * 1981}"),
    ("locale", "zh-Hant-TW"),
    ("zoneinfo", "America/Argentina/Buenos_Aires"),
    ("zoneinfo", "UTC"),
    ("expire_time", LAST_INSTANT),
    ("expire_time", Timestamp(seconds=-62_135_596_800)),
]


def test_field_out_of_bounds_is_named(server: Running, client: Client) -> None:
    """Creation and update refuse the same values, and change nothing."""
    ann = created(client, email="ann@example.com")
    before = contents(server.url)

    for field, value, path in INVALID:
        for request in (create(**{"login_ids": ["bob"], field: value}), update(ann, **{field: value})):
            assert ([f"user.{path}"], value) == (invalid_fields(client, request), value)

    assert before == contents(server.url)


def test_value_at_its_bound_is_kept(client: Client) -> None:
    """Limits are inclusive, and the value comes back as it was sent."""
    for number, (field, value) in enumerate(AT_THE_BOUND):
        user = created(client, **{"login_ids": [f"user {number}"], field: value})

        assert getattr(pb.User(**{field: value}), field) == getattr(user, field)
        assert user == read(client, user)
        assert user == read(client, by(login_id=user.login_ids[-1]))


def test_every_violation_is_listed(client: Client) -> None:
    """A form can mark all its fields after one call."""
    unshapely = create(
        email="ann",
        given_name="x" * 201,
        family_name="a\0b",
        picture="ftp://example.com",
        roles=[pb.RoleGrant()],
        status=EXPIRED,
    )
    assert invalid_fields(client, unshapely) == [
        "user.email",
        "user.family_name",
        "user.given_name",
        "user.picture",
        "user.roles[0]",
        "user.status",
    ]

    impossible = create(
        email="ann..smith@example.com",
        phone_number="+999123456",
        login_ids=[" "],
        zoneinfo="Europe/Atlantis",
        roles=[grant("Reader", in_days(-1))],
    )
    assert invalid_fields(client, impossible) == [
        "user.email",
        "user.login_ids[0]",
        "user.phone_number",
        "user.roles[0].expire_time",
        "user.zoneinfo",
    ]


def test_somebody_without_identifier_cannot_be_created(client: Client) -> None:
    """Names and an id are not enough to find a person by."""
    assert invalid_fields(client, create(user_id=NOBODY, given_name="Ann")) == ["user"]
    assert invalid_fields(client, rpc.CreateUserRequest()) == ["user"]


def test_status_that_only_time_can_bring_cannot_be_set(client: Client) -> None:
    """Nobody is created expired by name, and SetUserStatus knows ACTIVE and INACTIVE only."""
    ann = created(client, email="ann@example.com")

    for status in (EXPIRED, 99, -1):
        assert invalid_fields(client, create(email="bob@example.com", status=status)) == ["user.status"]
    for status in (0, INVITED, EXPIRED, 99, -1):
        assert invalid_fields(client, set_status(ann, status)) == ["status"]


def test_metadata_is_any_json_object(client: Client) -> None:
    """Nested, null, empty, large numbers, any letters: it comes back as it was sent."""
    metadata: dict[str, Any] = {
        "text": 'Ünïcödé 😀 \u0001 \\ "',
        "nested": {"list": [1, 2.5, None, True, {"deep": []}], "empty": {}},
        "large": 1e300,
        "small": -1e-300,
        "": "an empty name",
    }
    user = created(client, email="ann@example.com", metadata=metadata)

    expected = Struct()
    expected.update(metadata)
    assert expected == user.metadata
    assert user == read(client, user)


def test_empty_metadata_is_not_absent_metadata(client: Client) -> None:
    """An object without entries is an object."""
    user = created(client, email="ann@example.com", metadata={})

    assert user.HasField("metadata")
    assert user == read(client, user)


def test_metadata_may_have_64_kib_and_no_more(client: Client) -> None:
    """Its size is that of compact JSON in UTF-8."""
    frame = len(json.dumps({"ä": ""}, separators=(",", ":"), ensure_ascii=False).encode())
    room = 64 * 1024 - frame
    user = created(client, email="ann@example.com", metadata={"ä": "x" * room})
    assert user == read(client, user)

    for request in (
        create(email="bob@example.com", metadata={"ä": "x" * (room + 1)}),
        update(user, metadata={"ä": "x" * (room + 1)}),
    ):
        assert invalid_fields(client, request) == ["user.metadata"]


def test_metadata_that_is_not_json_is_refused(client: Client) -> None:
    """A Struct can hold numbers that JSON does not know; NUL is no text anywhere."""
    for number in ("nan", "inf", "-inf"):
        request = create(email="ann@example.com", metadata={"a": [{"b": float(number)}]})
        assert invalid_fields(client, request) == ["user.metadata"]
    for metadata in ({"a": {"b": ["\0"]}}, {"a\0": 1}):
        (field,) = invalid_fields(client, create(email="ann@example.com", metadata=metadata))
        assert field.startswith("user.metadata.fields")


def test_output_only_fields_are_ignored(client: Client) -> None:
    """Whoever sends back what was answered is not punished for it."""
    reader = role(client, "Reader", "books:read")

    user = created(
        client,
        email="ann@example.com",
        permissions=["root"],
        create_time=Timestamp(seconds=1),
        update_time=Timestamp(seconds=2),
        etag="mine",
        roles=[pb.RoleGrant(role_id=reader.role_id, name="Other", permissions=["root"])],
    )

    assert list(user.permissions) == ["books:read"]
    assert [held.name for held in user.roles] == ["Reader"]
    assert user.create_time.seconds > 2
    assert user.etag != "mine"
