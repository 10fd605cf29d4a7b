"""BatchCreateUsers where somebody is there already: what FAIL, SKIP and UPDATE make of it."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Value
from roster.v1 import user_pb2 as pb

from tests.calling import Client, Failure
from tests.conftest import Running
from tests.requests import ground
from tests.rows import contents
from tests.rpc.batch_requests import POLICIES, answers, creation, item, tidings, told
from tests.rpc.password_requests import GOOD, opens, plain
from tests.rpc.user_requests import (
    ACTIVE,
    NOBODY,
    by,
    created,
    emails,
    events_of,
    listing,
    read,
    role,
    role_names,
    walk,
)

OWN_ID = "7b2c7c0e-9d5f-4a53-8f3e-3c2d1f0e9a8b"

# Of each identifier: how it is given first, another spelling of it, and the reason when it is taken.
IDENTIFIERS: dict[str, tuple[Any, Any, str]] = {
    "user_id": (OWN_ID, OWN_ID.upper(), "USER_ID_TAKEN"),
    "email": ("Ann@Example.com", "ａｎｎ@EXAMPLE.com", "EMAIL_TAKEN"),
    "phone_number": ("+49 30 1234567", "+49 (30) 123-4567", "PHONE_NUMBER_TAKEN"),
    "login_ids": (["first", "Straße"], ["STRASSE", "last"], "LOGIN_ID_TAKEN"),
}
OUTCOMES = {"FAIL": "", "SKIP": "SKIPPED", "UPDATE": "UPDATED"}

each_identifier = pytest.mark.parametrize("field", IDENTIFIERS)
each_policy = pytest.mark.parametrize("policy", POLICIES)


def twice(field: str) -> tuple[Any, Any]:
    """A user, and another with this identifier in another spelling."""
    first, second, _ = IDENTIFIERS[field]
    one = {"login_ids": ["one"], "given_name": "One", field: first}
    other = {"login_ids": ["other"], "given_name": "Other", field: second}
    return item(**one), item(**other)


def expected(field: str, policy: str) -> str:
    return OUTCOMES[policy] or IDENTIFIERS[field][2]


def everybody(client: Client) -> list[pb.User]:
    """All users, those who were created first before the others."""
    return [user for page in walk(client, listing(order_by="create_time")) for user in page]


@each_policy
@each_identifier
def test_duplicate_within_a_message(client: Client, field: str, policy: str) -> None:
    """The first is created, and is there for the second; their neighbours are left alone."""
    one, other = twice(field)
    neighbour = item(login_ids=["neighbour"])

    assert tidings(client, creation(one, other, neighbour, on_conflict=policy)) == [
        "CREATED",
        expected(field, policy),
        "CREATED",
    ]
    assert sorted(user.given_name for user in everybody(client)) == [
        "",
        "Other" if policy == "UPDATE" else "One",
    ]


@each_policy
@each_identifier
def test_duplicate_in_another_message(client: Client, field: str, policy: str) -> None:
    """Of the same stream."""
    one, other = twice(field)
    first, second = creation(one, on_conflict=policy), creation(other, item(login_ids=["neighbour"]))

    assert tidings(client, first, second) == ["CREATED", expected(field, policy), "CREATED"]
    assert len(everybody(client)) == 2


@each_policy
@each_identifier
def test_user_who_is_there(server: Running, client: Client, field: str, policy: str) -> None:
    """The result has the id of who is there; who is not updated does not change at all."""
    one, other = twice(field)
    ann = created(client, **{name.name: value for name, value in one.user.ListFields()})
    before = contents(server.url)

    (answer,) = answers(client, creation(other, on_conflict=policy))

    assert told(answer.results[0]) == expected(field, policy)
    if policy == "FAIL":
        assert Failure(answer.results[0].status).code == "ALREADY_EXISTS"
    else:
        assert answer.results[0].user_id == ann.user_id
    if policy != "UPDATE":
        assert contents(server.url) == before
    else:
        assert [event.type for event in events_of(server.url, client, ann)] == [
            "user.created",
            "user.updated",
        ]


def test_update_is_that_of_update_user(server: Running, client: Client) -> None:
    """What the item sets is set, roles and attributes included, and no more; the password as well."""
    on = ground(client)
    default = role(client, "Member", default=True)
    ann = created(
        client,
        email="ann@example.com",
        given_name="Ann",
        family_name="Smith",
        login_ids=["ann"],
        roles=["Reader", default],
        status=ACTIVE,
    )
    asked = item(
        email="ANN@example.com",
        given_name="Anna",
        roles=["reader"],
        custom_attributes={"level": Value(number_value=3)},
        applications=[pb.ApplicationAccess(application_id=on.application.application_id)],
        status=pb.USER_STATUS_INACTIVE,
        password=plain(GOOD, temporary=True),
    )

    assert tidings(client, creation(asked, on_conflict="UPDATE")) == ["UPDATED"]

    found = read(client, ann)
    assert (found.email, found.given_name, found.family_name) == ("ANN@example.com", "Anna", "Smith")
    assert (list(found.login_ids), role_names(found), found.status) == (["ann"], ["Reader"], ACTIVE)
    assert found.custom_attributes["level"].number_value == 3
    assert [held.name for held in found.applications] == ["Shop"]
    assert found.password_change_required
    assert opens(server.url, ann, GOOD)
    changes = {"email", "given_name", "roles", "custom_attributes", "applications"}
    _, updated, password = events_of(server.url, client, ann)
    assert (updated.type, set(updated.changes[1])) == ("user.updated", changes)
    assert (password.type, password.data) == ("user.password.set", {"temporary": True})


def test_update_may_fail_as_update_user_does(client: Client) -> None:
    """And leaves the user, and the neighbours, as they are."""
    ann = created(client, email="ann@example.com")
    bob = created(client, login_ids=["bob"])

    assert tidings(
        client,
        creation(
            item(email="ann@example.com", roles=["Nothing"]),
            item(email="ann@example.com", given_name="Ann", roles=[pb.RoleGrant(role_id=NOBODY)]),
            item(login_ids=["bob"], given_name="Bob"),
            on_conflict="UPDATE",
        ),
    ) == ["ROLE_NOT_FOUND", "ROLE_NOT_FOUND", "UPDATED"]
    assert read(client, ann) == ann
    assert read(client, bob).given_name == "Bob"


def test_two_users_in_the_way_of_an_update(server: Running, client: Client) -> None:
    """It is not known whom it is about: the item fails, with what the second has of it."""
    created(client, email="ann@example.com")
    created(client, login_ids=["bob"])
    created(client, phone_number="+390236618300")
    before = contents(server.url)

    for fields, reason in (
        ({"email": "ann@example.com", "login_ids": ["bob"]}, "LOGIN_ID_TAKEN"),
        ({"email": "ann@example.com", "phone_number": "+390236618300"}, "PHONE_NUMBER_TAKEN"),
        ({"login_ids": ["bob"], "phone_number": "+390236618300"}, "PHONE_NUMBER_TAKEN"),
    ):
        assert tidings(client, creation(item(**fields), on_conflict="UPDATE")) == [reason]
    assert contents(server.url) == before


# -- what depends on what --------------------------------------------------------------------------


@each_policy
def test_item_that_fails_takes_no_identifier(client: Client, policy: str) -> None:
    """Whoever comes behind it with the same one is the first."""
    created(client, email="ann@example.com")
    failing = [
        item(email="bob@example.com", login_ids=["bob"], roles=["Nothing"]),
        item(email="not an address", login_ids=["bob"]),
    ]

    assert tidings(
        client,
        creation(*failing, item(email="bob@example.com"), item(login_ids=["bob"]), on_conflict=policy),
    ) == ["ROLE_NOT_FOUND", "FIELDS_INVALID", "CREATED", "CREATED"]


def test_identifier_of_an_item_that_met_another_user_is_free(client: Client) -> None:
    """An item that fails by its email leaves its login id to the next."""
    created(client, email="ann@example.com")

    assert tidings(
        client, creation(item(email="ann@example.com", login_ids=["bob"]), item(login_ids=["BOB"]))
    ) == ["EMAIL_TAKEN", "CREATED"]


def test_chain_of_duplicates(client: Client) -> None:
    """Each has something of the one before it: what becomes of it depends on what became of that one."""
    links = [item(login_ids=[f"link-{n}", f"link-{n + 1}"]) for n in range(7)]

    assert tidings(client, creation(*links)) == ["CREATED", "LOGIN_ID_TAKEN"] * 3 + ["CREATED"]


def test_updates_one_after_another(client: Client) -> None:
    """Each sees what the one before it did: who gave a login id up is not updated by it any more."""
    ann = created(client, email="ann@example.com", login_ids=["old"])
    items = [
        item(email="ann@example.com", login_ids=["new"], given_name="First"),
        item(login_ids=["new"], family_name="Second"),
        item(login_ids=["old"], given_name="Third"),
        item(login_ids=["OLD"], phone_number="+390236618300"),
        item(phone_number="+390236618300", login_ids=["new"]),
    ]

    (answer,) = answers(client, creation(*items, on_conflict="UPDATE"))

    assert [told(result) for result in answer.results] == [
        "UPDATED",
        "UPDATED",
        "CREATED",
        "UPDATED",
        "PHONE_NUMBER_TAKEN",
    ]
    found = read(client, ann)
    assert (list(found.login_ids), found.given_name, found.family_name) == (["new"], "First", "Second")
    third = read(client, by(login_id="old"))
    assert (third.given_name, third.phone_number) == ("Third", "+390236618300")
    assert [result.user_id for result in answer.results[:4]] == [ann.user_id] * 2 + [third.user_id] * 2


def test_one_user_many_times(server: Running, client: Client) -> None:
    """The last one counts."""
    items = [item(email="ann@example.com", given_name=f"Ann {n}") for n in range(200)]

    assert tidings(client, creation(*items, on_conflict="UPDATE")) == ["CREATED"] + ["UPDATED"] * 199
    assert tidings(client, creation(*items)) == ["EMAIL_TAKEN"] * 200
    assert tidings(client, creation(*items, on_conflict="SKIP")) == ["SKIPPED"] * 200
    (user,) = everybody(client)
    assert user.given_name == "Ann 199"
    assert len(events_of(server.url, client, user)) == 200


def test_skip_passes_over_what_cannot_be_created(client: Client) -> None:
    """Whether somebody is there counts first; a rule of the contract counts before that."""
    created(client, email="ann@example.com")

    assert tidings(
        client,
        creation(
            item(email="ann@example.com", roles=["Nothing"]),
            item(email="ann@example.com", zoneinfo="Europe/Atlantis"),
            item(email="bob@example.com", roles=["Nothing"]),
            on_conflict="SKIP",
        ),
    ) == ["SKIPPED", "FIELDS_INVALID", "ROLE_NOT_FOUND"]


def test_users_of_other_projects_are_in_nobodys_way(client: Client, other_project: Client) -> None:
    """The same identifiers are free in every project, whatever the policy."""
    fields = {field: first for field, (first, _, _) in IDENTIFIERS.items()}
    created(other_project, **fields)

    for policy in POLICIES:
        asked = item(**fields) if policy == "FAIL" else item(login_ids=[policy])
        assert tidings(client, creation(asked, on_conflict=policy)) == ["CREATED"]
    assert emails(everybody(other_project)) == ["Ann"]
