"""CreateUser."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.user_requests import (
    ACTIVE,
    EXPIRED,
    INACTIVE,
    INVITED,
    LAST_INSTANT,
    NOBODY,
    ask,
    create,
    created,
    delete,
    events_of,
    grant,
    in_days,
    person,
    read,
    role,
    role_names,
    update,
)

ANN: dict[str, Any] = {
    "login_ids": ["Ann", "ann.smith"],
    "email": "Ann@Example.com",
    "email_verified": True,
    "phone_number": "+4930123456",
    "phone_number_verified": True,
    "given_name": "Ann",
    "family_name": "Smith",
    "middle_name": "Beth",
    "display_name": "Annie",
    "picture": "https://example.com/ann.png",
    "locale": "pt-BR",
    "zoneinfo": "Europe/Berlin",
    "status": ACTIVE,
    "test": True,
    "expire_time": Timestamp(seconds=4_000_000_000, nanos=123_456_000),
}


def test_created_user_has_what_was_given_and_can_be_read(client: Client) -> None:
    """The answer is the request and what the server adds to it."""
    user = created(client, **ANN)

    expected = person(**ANN, user_id=user.user_id, create_time=user.create_time, etag=user.etag)
    expected.update_time.CopyFrom(user.create_time)
    assert expected == user
    assert UUID(user.user_id).version == 7
    assert user.etag
    assert user == read(client, user)


def test_user_of_whom_little_is_said_is_invited_and_unverified(client: Client) -> None:
    """An email is enough."""
    user = created(client, email="ann@example.com")

    assert (
        user.status,
        user.email_verified,
        user.phone_number_verified,
        user.test,
    ) == (INVITED, False, False, False)
    assert user.HasField("email_verified")
    assert not user.HasField("metadata")
    assert not user.HasField("expire_time")
    assert user == read(client, user)


def test_refused_user_leaves_no_trace(server: Running, client: Client) -> None:
    """A login id, a role or an event of somebody who was never created does not exist."""
    role(client, "Reader", default=True)
    created(client, email="ann@example.com")
    before = contents(server.url)

    with refused("ALREADY_EXISTS", "EMAIL_TAKEN"):
        created(client, email="ann@example.com", login_ids=["free"], request_id=str(uuid4()))

    assert before == contents(server.url)
    created(client, login_ids=["free"])


@pytest.mark.parametrize("status", [INVITED, ACTIVE, INACTIVE])
def test_user_can_start_in_any_status_but_expired(client: Client, status: pb.UserStatus) -> None:
    """The status given is the status kept."""
    assert status == read(client, created(client, email="ann@example.com", status=status)).status


def test_user_whose_end_has_passed_is_expired_at_once(client: Client) -> None:
    """An import may bring former members; the status given is there again once the end is moved."""
    user = created(client, email="ann@example.com", status=ACTIVE, expire_time=in_days(-1))

    assert user.status == EXPIRED
    assert user == read(client, user)
    assert ask(client, update(user, "expire_time")).user.status == ACTIVE


def test_default_roles_are_given_beside_those_asked_for(client: Client) -> None:
    """Roles are answered in alphabetical order, permissions of all of them without repeats."""
    role(client, "staff", "b:read", "a:read", default=True)
    admin = role(client, "Admin", "b:write", "a:read")
    role(client, "Other", "c:read")

    user = created(client, email="ann@example.com", roles=[admin])

    assert role_names(user) == ["Admin", "staff"]
    assert [list(held.permissions) for held in user.roles] == [["a:read", "b:write"], ["a:read", "b:read"]]
    assert list(user.permissions) == ["a:read", "b:read", "b:write"]
    assert user == read(client, user)


def test_role_can_be_named_in_any_spelling_and_end(client: Client) -> None:
    """A default role that is asked for with an end has that end; ends are kept to the microsecond."""
    role(client, "Reader", default=True)
    role(client, "Writer")
    soon = in_days(1)

    user = created(
        client, email="ann@example.com", roles=[grant("ＲＥＡＤＥＲ", soon), grant(" writer", LAST_INSTANT)]
    )

    assert role_names(user) == ["Reader", "Writer"]
    assert [soon, LAST_INSTANT] == [held.expire_time for held in user.roles]
    assert user == read(client, user)


def test_unknown_role_creates_nobody(server: Running, client: Client, other_project: Client) -> None:
    """The role is named as it was asked for; a role of another project is unknown."""
    known = role(client, "Reader")
    foreign = role(other_project, "Foreign")
    before = contents(server.url)

    for asked, reference in (
        ("Nothing", {"name": "Nothing"}),
        ("Foreign", {"name": "Foreign"}),
        (foreign, {"role_id": foreign.role_id}),
        (pb.RoleGrant(role_id=NOBODY, name="Reader"), {"role_id": NOBODY}),
    ):
        with refused("NOT_FOUND", "ROLE_NOT_FOUND") as error:
            created(client, email="ann@example.com", roles=[known, asked])
        assert reference == error.value.metadata
        assert error.value.details["ResourceInfo"].resource_type == "roster.v1.Role"

    assert before == contents(server.url)


def test_more_than_100_roles_are_refused_default_ones_included(client: Client) -> None:
    """100 roles can be held; the default ones count."""
    roles = [role(client, f"Role {number}") for number in range(100)]
    assert len(created(client, email="ann@example.com", roles=roles).roles) == 100
    role(client, "Default", default=True)

    with refused("FAILED_PRECONDITION", "TOO_MANY_ROLES") as error:
        created(client, email="bob@example.com", roles=roles)
    assert error.value.metadata == {"limit": "100"}
    assert len(created(client, email="bob@example.com", roles=roles[1:]).roles) == 100


def test_repeat_gets_the_first_answer(server: Running, client: Client) -> None:
    """Whatever became of the user since then."""
    request = create(email="ann@example.com", request_id=str(uuid4()))
    first = ask(client, request)
    ask(client, update(first.user, given_name="Ann"))
    before = contents(server.url)

    assert first == ask(client, request)
    assert before == contents(server.url)

    ask(client, delete(first.user))
    with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED") as error:
        ask(client, create(email="bob@example.com", request_id=request.request_id))
    assert {"request_id": request.request_id} == error.value.metadata


def test_request_id_is_the_same_in_any_spelling(client: Client) -> None:
    """A UUID in capitals is the same UUID."""
    request = create(email="ann@example.com", request_id=str(uuid4()))
    first = ask(client, request)
    request.request_id = request.request_id.upper()

    assert first == ask(client, request)


def test_creation_is_recorded(server: Running, client: Client) -> None:
    """The event shows what was set, and who did it."""
    role(client, "Reader", default=True)
    user = created(client, email="Ann@example.com", login_ids=["ann"], given_name="Ann", metadata={"a": [1]})

    (event,) = events_of(server.url, client, user)

    assert event.type == "user.created"
    assert UUID(client.key.split("_")[1]) == UUID(event.key_id)
    assert (
        None,
        {
            "user_id": user.user_id,
            "status": "INVITED",
            "email": "Ann@example.com",
            "login_ids": ["ann"],
            "given_name": "Ann",
            "metadata": {"a": [1]},
            "roles": ["Reader"],
        },
    ) == event.changes
