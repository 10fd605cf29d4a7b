"""GetUser and BatchGetUsers."""

from __future__ import annotations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.user_requests import (
    ACTIVE,
    EXPIRED,
    INACTIVE,
    NOBODY,
    ask,
    batch_get,
    by,
    created,
    get,
    grant,
    in_days,
    invalid_fields,
    let_grant_expire,
    let_user_expire,
    read,
    role,
    role_names,
    update,
)

REFERENCES: list[dict[str, str]] = [
    {"email": "ann@example.com"},
    {"email": "ANN@EXAMPLE.COM"},
    {"email": "ａｎｎ@example.com"},
    {"phone_number": "+4930123456"},
    {"phone_number": "+49 (0)30 12-34.56"},
    {"login_id": "ann"},
    {"login_id": " ＡＮＮ "},
    {"login_id": "second"},
]

UNKNOWN: list[dict[str, str]] = [
    {"user_id": NOBODY},
    {"email": "nobody@example.com"},
    {"email": "nobody"},
    {"email": " "},
    {"phone_number": "+4930999999"},
    {"phone_number": "+00"},
    {"login_id": "ann@example.com"},
    {"login_id": "a%"},
    {"login_id": " "},
]

INVALID: list[tuple[dict[str, str], str]] = [
    ({"user_id": "ann"}, "user_id"),
    ({"user_id": ""}, "user_id"),
    ({"email": ""}, "email"),
    ({"email": "x" * 255}, "email"),
    ({"phone_number": "030123456"}, "phone_number"),
    ({"phone_number": ""}, "phone_number"),
    ({"login_id": ""}, "login_id"),
    ({"login_id": "x" * 201}, "login_id"),
    ({"login_id": "a\0"}, "login_id"),
    ({}, "ref"),
]


@pytest.fixture
def ann(client: Client) -> pb.User:
    """Somebody who can be named in every way, beside others who lack each of them."""
    created(client, email="bob@example.com")
    created(client, login_ids=["carl"])
    return created(
        client,
        email="Ann@Example.com",
        phone_number="+4930123456",
        login_ids=["Ann", "second"],
        given_name="Ann",
    )


def test_user_is_found_by_every_identifier_in_any_spelling(client: Client, ann: pb.User) -> None:
    """The same user, the same answer."""
    for reference in ({"user_id": ann.user_id.upper()}, *REFERENCES):
        assert ann == read(client, by(**reference)), reference


@pytest.mark.usefixtures("ann")
def test_nobody_is_not_found(client: Client) -> None:
    """The error says by what the user was sought."""
    for reference in UNKNOWN:
        with refused("NOT_FOUND", "USER_NOT_FOUND") as error:
            read(client, by(**reference))

        assert reference == error.value.metadata
        resource = error.value.details["ResourceInfo"]
        assert ("roster.v1.User", *reference.values()) == (resource.resource_type, resource.resource_name)


def test_reference_that_can_name_nobody_is_refused(client: Client) -> None:
    """One by one and in a batch; a request without a user asks for nothing."""
    for reference, field in INVALID:
        one, two = get(by(**reference)), batch_get(by(user_id=NOBODY), by(**reference))
        assert [f"by.{field}"] == invalid_fields(client, one)
        assert [f"by[1].{field}"] == invalid_fields(client, two)

    assert invalid_fields(client, rpc.GetUserRequest()) == ["by"]
    assert invalid_fields(client, rpc.BatchGetUsersRequest()) == ["by"]


def test_user_of_another_project_is_not_found(client: Client, other_project: Client, ann: pb.User) -> None:
    """Not even by id."""
    for reference in ({"user_id": ann.user_id}, *REFERENCES):
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            read(other_project, by(**reference))
        answer = ask(other_project, batch_get(by(**reference)))
        assert ([], [by(**reference)]) == (list(answer.users), list(answer.not_found))


def test_reading_changes_nothing(server: Running, client: Client, ann: pb.User) -> None:
    """No events, no records."""
    before = contents(server.url)
    read(client, ann)
    ask(client, batch_get(ann))

    assert before == contents(server.url)


def test_grant_that_has_expired_is_gone(server: Running, client: Client) -> None:
    """The clock ends it: neither the role nor its permissions are there any more."""
    reader, writer = role(client, "Reader", "books:read"), role(client, "Writer", "books:write")
    user = created(client, email="ann@example.com", roles=[reader, grant(writer, in_days(1))])
    assert list(user.permissions) == ["books:read", "books:write"]

    let_grant_expire(server.url, user, writer)

    for answer in (read(client, user), *ask(client, batch_get(user)).users):
        assert (role_names(answer), list(answer.permissions)) == (["Reader"], ["books:read"])


@pytest.mark.parametrize("status", [ACTIVE, INACTIVE])
def test_user_whose_time_is_over_is_expired_until_the_end_is_moved(
    server: Running, client: Client, status: pb.UserStatus
) -> None:
    """The status before is kept, and comes back."""
    user = created(client, email="ann@example.com", status=status, expire_time=in_days(1))
    assert status == user.status

    let_user_expire(server.url, user)
    assert read(client, user).status == EXPIRED
    assert [found.status for found in ask(client, batch_get(user)).users] == [EXPIRED]

    assert status == ask(client, update(user, expire_time=in_days(2))).user.status
    assert status == read(client, user).status


def test_far_end_is_answered_to_the_microsecond(client: Client) -> None:
    """As are ends nearby."""
    reader = role(client, "Reader")
    for seconds in (4_000_000_000, 100_000_000_000):
        end = Timestamp(seconds=seconds, nanos=123_457_000)
        user = created(client, login_ids=[str(seconds)], expire_time=end, roles=[grant(reader, end)])

        assert [end, end] == [user.expire_time, user.roles[0].expire_time]
        assert user == read(client, user)


def test_batch_answers_in_the_order_asked(client: Client, ann: pb.User) -> None:
    """However each is named, once for each time asked; those missing stand apart, as they were named."""
    bob, carl = read(client, by(email="bob@example.com")), read(client, by(login_id="carl"))
    asked = [
        by(login_id="CARL"),
        by(email="nobody@example.com"),
        by(email="ANN@example.com"),
        by(user_id=bob.user_id),
        by(phone_number="+00"),
        by(phone_number="+49 30 123456"),
        by(login_id="second"),
        by(login_id="bob@example.com"),
        by(user_id=bob.user_id.upper()),
        by(user_id=NOBODY),
        by(email=" "),
    ]

    answer = ask(client, batch_get(*asked))

    assert [carl, ann, bob, ann, ann, bob] == list(answer.users)
    assert [asked[1], asked[4], asked[7], asked[9], asked[10]] == list(answer.not_found)


def test_batch_has_at_most_1000_users(client: Client, ann: pb.User) -> None:
    """A thousand are answered, one more is refused."""
    assert [ann] * 1000 == list(ask(client, batch_get(*[ann] * 1000)).users)

    assert invalid_fields(client, batch_get(*[ann] * 1001)) == ["by"]
