"""SetUserStatus and UpdateUserLoginId, and what all changes of one user have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import user_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.user_requests import (
    ACTIVE,
    ADD,
    EXPIRED,
    INACTIVE,
    INVITED,
    NOBODY,
    By,
    ask,
    by,
    created,
    delete,
    events_of,
    in_days,
    invalid_fields,
    let_user_expire,
    modify_roles,
    read,
    role,
    set_status,
    update,
    update_login_id,
)

Change = Callable[..., Any]

CHANGES: dict[str, Change] = {
    "UpdateUser": lambda who, **id_: update(who, given_name="Changed", **id_),
    "SetUserStatus": lambda who, **id_: set_status(who, INACTIVE, **id_),
    "UpdateUserLoginId": lambda who, **id_: update_login_id(who, "ann", "changed", **id_),
    "ModifyUserRoles": lambda who, **id_: modify_roles(who, ADD, "Reader", **id_),
    "DeleteUser": delete,
}

every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@pytest.fixture
def ann(client: Client) -> pb.User:
    """Somebody every change can be made to."""
    role(client, "Reader")
    return created(
        client,
        email="Ann@example.com",
        phone_number="+4930123456",
        login_ids=["Ann", "second"],
        status=ACTIVE,
    )


@every_change
@pytest.mark.parametrize(
    "who",
    [by(email="ＡＮＮ@example.com"), by(phone_number="+49 (0)30 123456"), by(login_id="SECOND")],
    ids=["email", "phone number", "login id"],
)
def test_user_to_change_can_be_named_in_every_way(
    server: Running, client: Client, ann: pb.User, change: Change, who: By
) -> None:
    """By every identifier in any spelling; one change is one event, and leads to another etag."""
    answer = ask(client, change(who))

    assert len(events_of(server.url, client, ann)) == 2
    if change is delete:
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            read(client, ann)
    else:
        assert answer.user == read(client, ann)
        assert answer.user.etag != ann.etag
        assert answer.user.update_time.ToNanoseconds() > ann.update_time.ToNanoseconds()


@every_change
def test_nobody_can_not_be_changed(
    server: Running, client: Client, other_project: Client, ann: pb.User, change: Change
) -> None:
    """The error says by what the user was sought; users of another project are nobody."""
    before = contents(server.url)
    for caller, reference in (
        (client, {"user_id": NOBODY}),
        (client, {"email": "nobody@example.com"}),
        (client, {"phone_number": "+00"}),
        (client, {"login_id": "ann@example.com"}),
        (other_project, {"user_id": ann.user_id}),
        (other_project, {"email": "ann@example.com"}),
    ):
        with refused("NOT_FOUND", "USER_NOT_FOUND") as error:
            ask(caller, change(by(**reference)))
        assert error.value.metadata == reference

    for reference, field in (({}, "ref"), ({"user_id": "ann"}, "user_id"), ({"login_id": ""}, "login_id")):
        assert invalid_fields(client, change(by(**reference))) == [f"by.{field}"]
    assert contents(server.url) == before


@every_change
def test_repeat_gets_the_first_answer_whatever_happened_since(
    server: Running, client: Client, ann: pb.User, change: Change
) -> None:
    """And changes nothing, even where the change could be made again."""
    request = change(ann, request_id=str(uuid4()))
    first = ask(client, request)
    if change is delete:
        created(client, user_id=ann.user_id, email="ann@example.com")
    else:
        ask(client, update(ann, "*", email="ann@example.com", login_ids=["Ann"]))
        ask(client, set_status(ann, ACTIVE))
    before = contents(server.url)

    assert ask(client, request) == first
    assert contents(server.url) == before


@every_change
def test_request_id_of_another_request_is_refused(
    server: Running, client: Client, ann: pb.User, change: Change
) -> None:
    """Another user makes it another request."""
    bob = created(client, email="bob@example.com")
    request_id = str(uuid4())
    ask(client, change(ann, request_id=request_id))
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED") as error:
        ask(client, change(bob, request_id=request_id))

    assert error.value.metadata == {"request_id": request_id}
    assert contents(server.url) == before
    assert invalid_fields(client, change(bob, request_id="17")) == ["request_id"]


def test_status_can_be_set_to_and_fro(server: Running, client: Client) -> None:
    """From any status but EXPIRED; setting the present one changes nothing."""
    user = created(client, email="ann@example.com")
    assert user.status == INVITED

    for status in (INACTIVE, ACTIVE, INACTIVE):
        changed = ask(client, set_status(user, status)).user
        assert changed.status == status
        before = contents(server.url)
        assert ask(client, set_status(user, status)).user == changed == read(client, user)
        assert contents(server.url) == before

    recorded = events_of(server.url, client, user)[1:]
    assert {event.type for event in recorded} == {"user.status.modified"}
    assert [event.changes for event in recorded] == [
        ({"status": "INVITED"}, {"status": "INACTIVE"}),
        ({"status": "INACTIVE"}, {"status": "ACTIVE"}),
        ({"status": "ACTIVE"}, {"status": "INACTIVE"}),
    ]


def test_status_of_an_expired_user_is_not_set(server: Running, client: Client) -> None:
    """Moving the end comes first."""
    user = created(client, email="ann@example.com", status=ACTIVE, expire_time=in_days(1))
    let_user_expire(server.url, user)
    before = contents(server.url)

    for status in (ACTIVE, INACTIVE):
        with refused("FAILED_PRECONDITION", "USER_EXPIRED") as error:
            ask(client, set_status(user, status))
        assert error.value.metadata == {}
    assert read(client, user).status == EXPIRED
    assert contents(server.url) == before

    ask(client, update(user, "expire_time"))
    assert ask(client, set_status(user, INACTIVE)).user.status == INACTIVE


def login_ids(client: Client, who: By, old: str, new: str) -> list[str]:
    """The login ids after an update of one of them."""
    answer = ask(client, update_login_id(who, old, new)).user
    assert answer == read(client, answer)
    return list(answer.login_ids)


def test_login_id_is_added_replaced_and_removed(client: Client, ann: pb.User) -> None:
    """In its place, in any spelling; the one in `by` is meant if no other is named."""
    assert login_ids(client, ann, "", " third ") == ["Ann", "second", "third"]
    assert login_ids(client, ann, "ＡＮＮ", "First") == ["First", "second", "third"]
    assert login_ids(client, by(login_id="FIRST"), "", "one") == ["one", "second", "third"]
    assert login_ids(client, by(login_id="third"), "second", "two") == ["one", "two", "third"]
    assert login_ids(client, by(login_id="one"), "", "") == ["two", "third"]
    assert login_ids(client, ann, "TWO", "") == ["third"]
    assert login_ids(client, ann, "third", "THIRD") == ["THIRD"]

    assert read(client, by(login_id="third")).user_id == ann.user_id
    for gone in ("ann", "first", "one", "two", "second"):
        created(client, login_ids=[gone])


def test_login_id_that_is_there_already_is_one(client: Client, ann: pb.User) -> None:
    """Adding it again, or putting it in the place of another, makes no second."""
    assert login_ids(client, ann, "", "SECOND") == ["Ann", "SECOND"]
    assert login_ids(client, ann, "ann", "second") == ["second"]


def test_login_id_update_that_changes_nothing_records_nothing(
    server: Running, client: Client, ann: pb.User
) -> None:
    """The same spelling in the same place is no change."""
    before = contents(server.url)

    assert login_ids(client, ann, "Ann", "Ann") == ["Ann", "second"]
    assert login_ids(client, ann, "", "second") == ["Ann", "second"]
    assert contents(server.url) == before


def test_change_of_a_login_id_is_recorded(server: Running, client: Client, ann: pb.User) -> None:
    """As a change of the user's login ids."""
    login_ids(client, ann, "ann", "")

    event = events_of(server.url, client, ann)[-1]
    assert event.type == "user.updated"
    assert event.changes == ({"login_ids": ["Ann", "second"]}, {"login_ids": ["second"]})


def test_last_identifier_stays(server: Running, client: Client) -> None:
    """A login id can go as long as an email, a phone number or another login id stays."""
    user = created(client, login_ids=["ann", "second"])
    assert login_ids(client, user, "ann", "") == ["second"]
    before = contents(server.url)

    for who in (user, by(login_id="second")):
        with refused("FAILED_PRECONDITION", "LAST_IDENTIFIER"):
            ask(client, update_login_id(who, "second", ""))
    assert contents(server.url) == before

    ask(client, update(user, phone_number="+4930123456"))
    assert login_ids(client, user, "second", "") == []


def test_refused_login_ids_change_nothing(server: Running, client: Client, ann: pb.User) -> None:
    """Those of others, those the user does not have, those that cannot be."""
    created(client, login_ids=["bob"])
    before = contents(server.url)

    for old in ("", "ann"):
        with refused("ALREADY_EXISTS", "LOGIN_ID_TAKEN"):
            ask(client, update_login_id(ann, old, "ＢＯＢ"))
    for old in ("Bob", "ann@example.com"):
        with refused("NOT_FOUND", "LOGIN_ID_NOT_FOUND") as error:
            ask(client, update_login_id(ann, old, "third"))
        assert error.value.metadata == {"login_id": old}
    for old, new, fields in (
        ("", "", ["new_login_id"]),
        (" ", "\u3000", ["new_login_id"]),
        ("", "x" * 201, ["new_login_id"]),
        ("", "\ufdfa" * 100, ["new_login_id"]),
        ("x" * 201, "a\0", ["login_id", "new_login_id"]),
    ):
        assert invalid_fields(client, update_login_id(ann, old, new)) == fields

    assert contents(server.url) == before


def test_user_has_at_most_20_login_ids(client: Client) -> None:
    """The twenty-first is refused, replacing one is not."""
    user = created(client, login_ids=[f"login{number}" for number in range(20)])

    assert invalid_fields(client, update_login_id(user, "", "more")) == ["new_login_id"]
    assert login_ids(client, user, "login19", "more")[-1] == "more"
