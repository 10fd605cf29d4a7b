"""Email, phone number and login ids: how they are compared, kept and given up."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import user_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.user_requests import (
    ask,
    by,
    created,
    delete,
    read,
    role,
    update,
    updated,
)


@pytest.fixture
def ann(client: Client) -> pb.User:
    """A user with identifiers of every kind, all verified."""
    return created(
        client,
        email="ann@example.com",
        email_verified=True,
        phone_number="+4930123456",
        phone_number_verified=True,
        login_ids=["ann", "second"],
    )


@pytest.mark.parametrize(
    "identifier",
    [{"email": "ann@example.com"}, {"phone_number": "+4930123456"}, {"login_ids": ["ann"]}],
    ids=lambda identifier: next(iter(identifier)),
)
def test_one_identifier_of_any_kind_suffices(client: Client, identifier: dict[str, Any]) -> None:
    """At least one of email, phone number and login ids is required, and no more."""
    user = created(client, **identifier)

    assert user == read(client, user)


def test_users_without_an_identifier_kind_do_not_collide_in_it(client: Client) -> None:
    """What is absent is not the same as another absent one."""
    first = created(client, login_ids=["ann"])
    second = created(client, login_ids=["bob"])

    assert first.user_id != second.user_id


def test_spelling_of_identifiers_is_kept_for_display(client: Client) -> None:
    """Only phone numbers have one form; white space around the others is dropped."""
    user = created(client, email="Ann@EXAMPLE.com", login_ids=[" ＡＮＮ "], phone_number="+49 (0)30 123-456")

    assert (
        user.email,
        list(user.login_ids),
        user.phone_number,
    ) == ("Ann@EXAMPLE.com", ["ＡＮＮ"], "+4930123456")


def test_login_id_given_twice_is_one(client: Client) -> None:
    """Two spellings that compare equal are one login id, the later one."""
    assert list(created(client, login_ids=["ann", "bob", "ANN"]).login_ids) == ["ANN", "bob"]


SAME: list[tuple[str, Any, Any, str]] = [
    ("email", "Ann@Example.com", "aNN@eXAMPLE.COM", "EMAIL_TAKEN"),
    ("email", "ann@example.com", "ａｎｎ@example.com", "EMAIL_TAKEN"),
    ("email", "STRASSE@example.com", "straße@example.com", "EMAIL_TAKEN"),
    ("email", "ann@bücher.example", "ann@BÜCHER.example", "EMAIL_TAKEN"),
    ("phone_number", "+4930123456", "+49 30 123456", "PHONE_NUMBER_TAKEN"),
    ("phone_number", "+49 30 12-34-56", "+49 (0)30 123.456", "PHONE_NUMBER_TAKEN"),
    ("login_ids", ["ann"], ["ANN"], "LOGIN_ID_TAKEN"),
    ("login_ids", ["ＡＮＮ"], ["ann"], "LOGIN_ID_TAKEN"),
    ("login_ids", ["ann"], ["  ann\t"], "LOGIN_ID_TAKEN"),
    ("login_ids", ["ﬁona"], ["FIONA"], "LOGIN_ID_TAKEN"),
    ("login_ids", ["ann", "bob"], ["carl", "BOB"], "LOGIN_ID_TAKEN"),
]
"""Two spellings of one identifier, and the reason for which the second is refused."""


def test_identifier_is_unique_whatever_its_spelling(client: Client) -> None:
    """Identifiers are compared case-insensitively after NFKC, phone numbers as E.164."""
    for field, spelling, other_spelling, reason in SAME:
        user = created(client, **{field: spelling})

        with refused("ALREADY_EXISTS", reason) as error:
            created(client, **{field: other_spelling})
        assert error.value.metadata == {}

        ask(client, delete(user))
        ask(client, delete(created(client, **{field: other_spelling})))


def test_kinds_of_identifiers_do_not_collide_with_each_other(client: Client) -> None:
    """A login id may look like somebody's email."""
    ann = created(client, email="ann@example.com")
    bob = created(client, login_ids=["ann@example.com"])

    assert ann == read(client, by(email="ann@example.com"))
    assert bob == read(client, by(login_id="ann@example.com"))


def test_own_id_is_kept_and_unique(client: Client) -> None:
    """A caller may bring the ids of another system; they are answered in lower case."""
    own = str(uuid4())

    assert own == created(client, user_id=own.upper(), email="ann@example.com").user_id
    with refused("ALREADY_EXISTS", "USER_ID_TAKEN"):
        created(client, user_id=own, email="bob@example.com")


def test_other_project_may_have_the_same_user(client: Client, other_project: Client) -> None:
    """Ids and identifiers are unique within a project only."""
    same = {"user_id": str(uuid4()), "email": "ann@example.com", "phone_number": "+4930123456"}
    ours = created(client, **same, login_ids=["ann"], given_name="Ours")
    theirs = created(other_project, **same, login_ids=["ann"], given_name="Theirs")

    assert ours == read(client, ours)
    assert theirs == read(other_project, theirs)


@pytest.mark.parametrize(
    ("field", "other", "respelled"),
    [
        ("email", "beth@example.com", "ANN@Example.com"),
        ("phone_number", "+4930654321", "+49 (0)30 123456"),
    ],
)
def test_new_identifier_is_unverified_unless_said_otherwise(
    client: Client, ann: pb.User, field: str, other: str, respelled: str
) -> None:
    """Another spelling of the same identifier is not a new one."""
    mark = f"{field}_verified"
    assert getattr(updated(client, ann, **{field: respelled}), mark)
    assert not getattr(updated(client, ann, **{field: other}), mark)

    assert getattr(updated(client, ann, **{mark: True}), mark)
    back: dict[str, Any] = {field: getattr(ann, field), mark: True}
    assert getattr(updated(client, ann, **back), mark)

    assert not getattr(updated(client, ann, field, mark, **{field: other}), mark)


def test_mark_cannot_be_set_on_nothing(client: Client) -> None:
    """What is absent is not verified."""
    user = created(client, login_ids=["ann"])

    assert not updated(client, user, email_verified=True, phone_number_verified=True).email_verified


def test_spelling_can_be_changed(client: Client, ann: pb.User) -> None:
    """A user does not collide with the user's own identifiers."""
    after = updated(client, ann, email="ANN@example.com", login_ids=["ＡＮＮ", "Second"])

    assert (after.email, list(after.login_ids)) == ("ANN@example.com", ["ＡＮＮ", "Second"])


def test_taken_identifiers_are_refused_and_given_up_ones_are_free(
    server: Running, client: Client, ann: pb.User
) -> None:
    """Whatever their spelling; nothing of a refused update happens."""
    role(client, "Reader")
    bob = created(client, email="bob@example.com", phone_number="+4930654321", login_ids=["bob"])
    before = contents(server.url)
    taken: list[tuple[dict[str, Any], str]] = [
        ({"email": "ＢＯＢ@example.com"}, "EMAIL_TAKEN"),
        ({"phone_number": "+49 30 654321"}, "PHONE_NUMBER_TAKEN"),
        ({"login_ids": ["free", "BOB"]}, "LOGIN_ID_TAKEN"),
    ]
    for fields, reason in taken:
        with refused("ALREADY_EXISTS", reason):
            ask(client, update(ann, given_name="Changed", roles=["Reader"], **fields))
    assert contents(server.url) == before

    updated(client, bob, "*", login_ids=["other"])
    for fields, _ in taken:
        updated(client, ann, **fields)


def test_last_identifier_stays(server: Running, client: Client, ann: pb.User) -> None:
    """The others can go, one after another or at once."""
    updated(client, ann, "email", "phone_number")
    before = contents(server.url)

    for paths in (["login_ids"], ["*"]):
        with refused("FAILED_PRECONDITION", "LAST_IDENTIFIER"):
            ask(client, update(ann, *paths))

    assert contents(server.url) == before
    assert updated(client, ann, "login_ids", "email", email="ann@example.com").email == "ann@example.com"
