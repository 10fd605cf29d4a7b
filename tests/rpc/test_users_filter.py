"""The filter of ListUsers and SearchUsers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_pb2
from roster.v1 import user_pb2 as pb

from tests.calling import Client
from tests.conftest import Running, sql
from tests.rpc.user_requests import (
    ACTIVE,
    EXPIRED,
    INACTIVE,
    INVITED,
    NOBODY,
    ask,
    created,
    emails,
    grant,
    in_days,
    invalid_fields,
    let_grant_expire,
    let_user_expire,
    listing,
    role,
    search,
)

People = dict[str, pb.User]


def moment(day: int, microsecond: int = 0) -> Timestamp:
    """Midnight of a day in January 2020, and a little."""
    instant = Timestamp()
    instant.FromDatetime(datetime(2020, 1, day, 0, 0, 0, microsecond, tzinfo=UTC))
    return instant


def named(*names: str) -> list[role_pb2.RoleRef]:
    return [role_pb2.RoleRef(name=name) for name in names]


@pytest.fixture
def people(server: Running, client: Client) -> People:
    """Four users; those named first were created first and changed last."""
    reader, writer = role(client, "Reader"), role(client, "Writer")
    fields: dict[str, dict[str, Any]] = {
        "anna": {
            "roles": [reader, writer],
            "status": ACTIVE,
            "email_verified": True,
            "login_ids": ["A1", "A2"],
        },
        "berta": {"roles": [reader], "phone_number": "+4930123456", "phone_number_verified": True},
        "carl": {"roles": [reader, grant(writer, in_days(1))], "status": INACTIVE, "login_ids": ["C1"]},
        "dora": {"phone_number": "+4930654321", "status": ACTIVE, "expire_time": in_days(1)},
    }
    found = {name: created(client, email=f"{name}@example.com", **given) for name, given in fields.items()}
    let_grant_expire(server.url, found["carl"], writer)
    let_user_expire(server.url, found["dora"])
    for day, user in enumerate(found.values(), start=1):
        times = "UPDATE users SET create_time = %s, update_time = %s WHERE user_id = %s"
        sql(server.url, times, moment(day).ToDatetime(UTC), moment(30 - day).ToDatetime(UTC), user.user_id)
    return found


Filter = dict[str, Any] | Callable[[People], dict[str, Any]]

FILTERS: list[tuple[str, Filter, list[str]]] = [
    ("any of one role", {"any_roles": named("READER")}, ["anna", "berta", "carl"]),
    ("any of several roles", {"any_roles": named("Writer", "Reader")}, ["anna", "berta", "carl"]),
    ("a grant that has expired", {"any_roles": named("Writer")}, ["anna"]),
    ("any, one unknown", {"any_roles": named("Writer", "Unknown")}, ["anna"]),
    ("any, all unknown", {"any_roles": named("Unknown")}, []),
    ("all of one role", {"all_roles": named("reader")}, ["anna", "berta", "carl"]),
    ("all of several roles", {"all_roles": named("Reader", "ＷＲＩＴＥＲ")}, ["anna"]),
    ("all, one unknown", {"all_roles": named("Reader", "Unknown")}, []),
    ("all, one twice", {"all_roles": named("Reader", "READER")}, ["anna", "berta", "carl"]),
    (
        "roles by id",
        lambda people: {
            "any_roles": [role_pb2.RoleRef(role_id=people["anna"].roles[1].role_id.upper())],
            "all_roles": [role_pb2.RoleRef(role_id=people["berta"].roles[0].role_id), *named("Writer")],
        },
        ["anna"],
    ),
    ("unknown role by id", {"any_roles": [role_pb2.RoleRef(role_id=NOBODY)]}, []),
    ("one status", {"statuses": [INVITED]}, ["berta"]),
    ("expired by the clock", {"statuses": [EXPIRED]}, ["dora"]),
    ("active until the clock ended it", {"statuses": [ACTIVE]}, ["anna"]),
    ("several statuses", {"statuses": [ACTIVE, INACTIVE]}, ["anna", "carl"]),
    ("email verified", {"email_verified": True}, ["anna"]),
    ("email not verified", {"email_verified": False}, ["berta", "carl", "dora"]),
    ("phone verified", {"phone_number_verified": True}, ["berta"]),
    ("phone not verified, or absent", {"phone_number_verified": False}, ["anna", "carl", "dora"]),
    ("created at or after", {"created_after": moment(2)}, ["berta", "carl", "dora"]),
    ("created just after", {"created_after": moment(2, 1)}, ["carl", "dora"]),
    ("created before", {"created_before": moment(2)}, ["anna"]),
    ("created just before", {"created_before": moment(2, 1)}, ["anna", "berta"]),
    ("created between", {"created_after": moment(2), "created_before": moment(4)}, ["berta", "carl"]),
    (
        "created between the ends of time",
        {
            "created_after": Timestamp(seconds=-62_135_596_800),
            "created_before": Timestamp(seconds=253_402_300_799, nanos=999_999_999),
        },
        ["anna", "berta", "carl", "dora"],
    ),
    ("updated at or after", {"updated_after": moment(28)}, ["anna", "berta"]),
    ("updated before", {"updated_before": moment(28)}, ["carl", "dora"]),
    (
        "ids",
        lambda people: {"user_ids": [people["dora"].user_id.upper(), people["anna"].user_id, NOBODY]},
        ["anna", "dora"],
    ),
    ("emails in any spelling", {"emails": ["ANNA@example.com", "ｃarl@example.com", " "]}, ["anna", "carl"]),
    ("phone numbers in any spelling", {"phone_numbers": ["+49 (0)30 123456", "+00"]}, ["berta"]),
    ("login ids in any spelling", {"login_ids": ["a2", " ｃ1 ", "A1", "nobody"]}, ["anna", "carl"]),
    ("part of a login id", {"login_ids": ["A"]}, []),
    ("nothing", {}, ["anna", "berta", "carl", "dora"]),
    (
        "everything",
        lambda people: {
            "any_roles": named("Writer"),
            "all_roles": named("Reader"),
            "statuses": [ACTIVE],
            "email_verified": True,
            "phone_number_verified": False,
            "created_after": moment(1),
            "created_before": moment(2),
            "updated_after": moment(29),
            "updated_before": moment(30),
            "user_ids": [people["anna"].user_id],
            "emails": ["anna@example.com"],
            "login_ids": ["a1"],
        },
        ["anna"],
    ),
    ("two that nobody meets both", {"statuses": [INVITED], "email_verified": True}, []),
]


def test_filter_lets_through_whom_it_describes(client: Client, people: People) -> None:
    """All that is set must hold; within a repeated field one value is enough. Searches know it too."""
    for label, chosen, expected in FILTERS:
        fields = chosen(people) if callable(chosen) else chosen

        answer = ask(client, listing(order_by="email", include_total_size=True, **fields))
        found = ask(client, search("example", **fields))
        found_in_email = ask(client, search("example", "EMAIL", **fields))

        assert (expected, len(expected)) == (emails(answer.users), answer.total_size), label
        assert expected == sorted(emails(found.users)) == sorted(emails(found_in_email.users)), label


def test_mark_of_an_identifier_that_is_absent_is_none(client: Client) -> None:
    """`false` includes users without email or phone number, whatever was said of them."""
    created(client, login_ids=["ann"], email_verified=True, phone_number_verified=True)

    for mark in ("email_verified", "phone_number_verified"):
        for value, expected in ((True, 0), (False, 1)):
            chosen: dict[str, Any] = {mark: value}
            assert len(ask(client, listing(**chosen)).users) == expected


OUT_OF_BOUNDS: list[tuple[dict[str, Any], str]] = [
    ({"any_roles": named(*(f"Role {n}" for n in range(101)))}, "any_roles"),
    ({"all_roles": named(*(f"Role {n}" for n in range(101)))}, "all_roles"),
    ({"any_roles": [role_pb2.RoleRef()]}, "any_roles[0].ref"),
    ({"any_roles": [role_pb2.RoleRef(role_id="1")]}, "any_roles[0].role_id"),
    ({"statuses": [0]}, "statuses[0]"),
    ({"statuses": [ACTIVE] * 11}, "statuses"),
    ({"created_after": Timestamp(seconds=253_402_300_800)}, "created_after"),
    ({"created_before": Timestamp(nanos=-1)}, "created_before"),
    ({"updated_after": Timestamp(seconds=-62_135_596_801)}, "updated_after"),
    ({"updated_before": Timestamp(nanos=1_000_000_000)}, "updated_before"),
    ({"user_ids": ["anna"]}, "user_ids[0]"),
    ({"user_ids": [NOBODY] * 1001}, "user_ids"),
    ({"emails": [""]}, "emails[0]"),
    ({"emails": ["a@example.com"] * 1001}, "emails"),
    ({"phone_numbers": ["030 123"]}, "phone_numbers[0]"),
    ({"phone_numbers": ["+4930123456"] * 1001}, "phone_numbers"),
    ({"login_ids": ["x" * 201]}, "login_ids[0]"),
    ({"login_ids": ["ann"] * 1001}, "login_ids"),
    ({"login_ids": ["a\0"]}, "login_ids[0]"),
    ({"test_users": 9}, "test_users"),
]


def test_filter_out_of_bounds_is_refused(client: Client) -> None:
    """In lists and in searches."""
    for chosen, field in OUT_OF_BOUNDS:
        for request in (listing(**chosen), search("example", **chosen)):
            assert [f"filter.{field}"] == invalid_fields(client, request)


def test_filter_may_hold_a_thousand_values(client: Client, people: People) -> None:
    """All kinds at once, up to their limits."""
    answer = ask(
        client,
        listing(
            user_ids=[NOBODY] * 999 + [people["anna"].user_id],
            emails=["nobody@example.com"] * 999 + ["anna@example.com"],
            login_ids=["nobody"] * 999 + ["a1"],
            any_roles=named(*(f"Role {n}" for n in range(99)), "Reader"),
        ),
    )

    assert emails(answer.users) == ["anna"]
