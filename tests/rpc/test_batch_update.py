"""BatchUpdateUsers: every item is what UpdateUser does, and a bad one is nobody else's problem."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_batch_pb2 as rpc
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client, Failure, Refused
from tests.conftest import Running
from tests.requests import Ground, ground
from tests.rows import contents
from tests.rpc.batch_requests import answers, tidings, told, update, updates
from tests.rpc.test_users_invalid import INVALID
from tests.rpc.user_requests import (
    NOBODY,
    by,
    created,
    events_of,
    grant,
    read,
    role,
    role_names,
)


@pytest.fixture
def on(client: Client) -> Ground:
    """Something for users to have."""
    return ground(client)


def alone(item: rpc.UpdateUsersItem) -> user_rpc.UpdateUserRequest:
    """The same for one user."""
    return user_rpc.UpdateUserRequest(
        by=item.by if item.HasField("by") else None,
        user=item.user if item.HasField("user") else None,
        update_mask=item.update_mask if item.HasField("update_mask") else None,
    )


NUMBERS = {"first": "+49301234561", "second": "+49301234562"}


def state(url: str, client: Client, user: pb.User) -> str:
    """The user as everybody sees it, and what is recorded of it, without what no two users share."""
    shown = read(client, user)
    recorded = [(event.type, event.changes) for event in events_of(url, client, user)[1:]]
    for field in ("user_id", "create_time", "update_time", "etag"):
        shown.ClearField(field)
    return f"{shown}\n{recorded}".replace("second", "first").replace(NUMBERS["second"], NUMBERS["first"])


def changes(on: Ground, who: str) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Masks, and fields of the users that they go with."""
    expiring = [grant("Reader", Timestamp(seconds=4_000_000_000))]
    return [
        ((), {"given_name": " Grace ", "locale": "de"}),
        (("given_name",), {"given_name": "Grace", "locale": "de"}),
        (("given_name", "metadata", "expire_time"), {}),
        (("*",), {"login_ids": [f"{who}-only"], "metadata": {"a": [1]}}),
        ((), {"phone_number": NUMBERS[who], "phone_number_verified": True, "email_verified": True}),
        ((), {"roles": expiring, "custom_attributes": {"level": Value(number_value=3)}}),
        (("roles", "tenants"), {"tenants": on.belongings["tenants"]}),
        (("custom_attributes.level",), {}),
        ((), {"applications": on.belongings["applications"]}),
        (("applications",), {}),
        ((), {}),
    ]


def test_items_are_what_update_user_does(server: Running, client: Client, on: Ground) -> None:
    """With each mask and without; their events as well."""
    first, second = (
        created(client, email=f"{who}@example.com", login_ids=[who], given_name="Old", **on.belongings)
        for who in ("first", "second")
    )

    for (paths, fields), (_, others) in zip(changes(on, "first"), changes(on, "second"), strict=True):
        client.users.UpdateUser(alone(update(second, *paths, **others)))

        assert tidings(client, updates(update(first, *paths, **fields))) == ["UPDATED"]

        assert (paths, state(server.url, client, first)) == (paths, state(server.url, client, second))


def test_users_are_found_by_every_reference(client: Client) -> None:
    """In any spelling; the results are in the order of the items, whatever that of the ids is."""
    users = [
        created(
            client, email=f"user-{n}@example.com", login_ids=[f"login-{n}"], phone_number=f"+4930123456{n}"
        )
        for n in range(4)
    ]
    refs = [
        by(login_id="LOGIN-3"),
        by(user_id=users[0].user_id.upper()),
        by(phone_number="+49 (30) 123-4562"),
        by(email="User-1@EXAMPLE.com"),
    ]

    (answer,) = answers(client, updates(*(update(ref, given_name=f"Name {n}") for n, ref in enumerate(refs))))

    assert [told(result) for result in answer.results] == ["UPDATED"] * 4
    order = [users[3], users[0], users[2], users[1]]
    assert [result.user_id for result in answer.results] == [user.user_id for user in order]
    assert [read(client, user).given_name for user in order] == [f"Name {n}" for n in range(4)]


def test_bad_item_fails_as_alone_and_leaves_its_neighbours_alone(client: Client, on: Ground) -> None:
    """The same code, reason, message, metadata and fields as UpdateUser has for it."""
    ann = created(client, email="ann@example.com")
    good = created(client, email="good@example.com")
    bad = [
        *(update(ann, **{field: value}) for field, value, path in INVALID),
        update(by(user_id=NOBODY), given_name="Nobody"),
        update(by(email="nobody@example.com"), given_name="Nobody"),
        rpc.UpdateUsersItem(user=pb.User(given_name="Nobody")),
        rpc.UpdateUsersItem(by=by(user_id=ann.user_id)),
        update(ann, "size", given_name="Ann"),
        update(ann, "roles", "status", given_name="Ann"),
        update(ann, etag="stale", given_name="Ann"),
        update(ann, "email"),
        update(ann, email="ada@example.com"),
        update(ann, login_ids=["new", "ADA"]),
        update(ann, roles=["Nothing"]),
        update(ann, tenants=[pb.TenantMembership(tenant_id=NOBODY)]),
        update(ann, applications=[pb.ApplicationAccess(application_id=NOBODY)]),
        update(ann, custom_attributes={"size": Value(number_value=1)}),
        update(ann, custom_attributes={"level": Value(string_value="high")}),
    ]
    expected = []
    for item in bad:
        with pytest.raises(Refused) as caught:
            client.users.UpdateUser(alone(item))
        expected.append(caught.value)
    message = updates()
    for n, item in enumerate(bad):
        message.items.extend([item, update(good, given_name=f"Good {n}")])

    (answer,) = answers(client, message)

    for item, refusal, result in zip(bad, expected, answer.results[::2], strict=True):
        failure = Failure(result.status)
        assert (item, failure.code, failure.reason) == (item, refusal.code, refusal.reason)
        assert (item, failure.message, failure.details) == (item, refusal.message, refusal.details)
    assert [told(result) for result in answer.results[1::2]] == ["UPDATED"] * len(bad)
    assert read(client, ann) == ann
    assert read(client, good).given_name == f"Good {len(bad) - 1}"


def test_item_that_fails_late_leaves_nothing_behind(server: Running, client: Client) -> None:
    """Not even what was written before the failure was found."""
    created(client, login_ids=["taken"])
    ann = created(client, email="ann@example.com", login_ids=["ann"])
    bob = created(client, login_ids=["bob"])
    before = contents(server.url)

    assert (
        tidings(
            client,
            updates(
                update(ann, login_ids=["first", "taken"], email="new@example.com"),
                update(by(email="ann@example.com"), login_ids=["bob"]),
            ),
        )
        == ["LOGIN_ID_TAKEN"] * 2
    )
    assert contents(server.url) == before
    assert tidings(client, updates(update(bob, login_ids=["free"]), update(ann, login_ids=["bob"]))) == [
        "UPDATED",
        "UPDATED",
    ]


def test_one_user_twice(server: Running, client: Client) -> None:
    """Each item sees what the one before it did; its etag is the one of then."""
    role(client, "Reader")
    ann = created(client, email="ann@example.com", given_name="Ann")

    (answer,) = answers(
        client,
        updates(
            update(ann, given_name="Anna", etag=ann.etag),
            update(by(email="ann@example.com"), family_name="Smith", roles=["Reader"]),
            update(ann, given_name="Annie", etag=ann.etag),
            update(ann, given_name="Anna"),
        ),
    )

    assert [told(result) for result in answer.results] == ["UPDATED", "UPDATED", "ETAG_MISMATCH", "UPDATED"]
    found = read(client, ann)
    assert (found.given_name, found.family_name, role_names(found)) == ("Anna", "Smith", ["Reader"])
    # The last one changed nothing.
    assert [event.changes[1] for event in events_of(server.url, client, ann)[1:]] == [
        {"given_name": "Anna"},
        {"family_name": "Smith", "roles": ["Reader"]},
    ]


def test_who_is_meant_is_known_before_the_first_is_updated(client: Client) -> None:
    """An identifier that an item gives away is not the other's yet."""
    ann = created(client, email="ann@example.com")
    bob = created(client, email="bob@example.com")

    (answer,) = answers(
        client,
        updates(
            update(ann, email="other@example.com"),
            update(bob, email="ann@example.com"),
            update(by(email="ann@example.com"), given_name="Ann"),
            update(by(email="other@example.com"), given_name="Nobody"),
        ),
    )

    assert [told(result) for result in answer.results] == ["UPDATED"] * 3 + ["USER_NOT_FOUND"]
    assert (read(client, ann).given_name, read(client, ann).email) == ("Ann", "other@example.com")
    assert read(client, bob).given_name == ""
