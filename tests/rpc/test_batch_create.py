"""BatchCreateUsers: its users are those that CreateUser makes, and a bad one is nobody else's problem."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import password_pb2
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from server.domain.passwords.imported import Digest, SaltedDigest
from tests.calling import Client, Failure, Refused
from tests.conftest import Running
from tests.requests import Ground, ground
from tests.rpc.batch_requests import answers, creation, item, made, tidings, told
from tests.rpc.password_requests import GOOD, hashed, opens, plain, set_policy, stored
from tests.rpc.test_users_invalid import INVALID
from tests.rpc.user_requests import (
    ACTIVE,
    INACTIVE,
    INVITED,
    NOBODY,
    by,
    created,
    delete,
    events_of,
    grant,
    in_days,
    person,
    read,
    role,
    role_names,
)

OWN_ID = "7b2c7c0e-9d5f-4a53-8f3e-3c2d1f0e9a8b"
HASH = hashed(SaltedDigest(Digest.SHA256, bytes(32), b"salt"))
SINCE = Timestamp(seconds=1_000_000_000, nanos=123_456_000)


@pytest.fixture
def on(client: Client) -> Ground:
    """Something for users to have."""
    return ground(client)


def everything(on: Ground) -> dict[str, Any]:
    """A user with all that one can have."""
    return {
        "login_ids": ["Grace", "Amazing.Grace"],
        "email": "Grace@Example.com",
        "email_verified": True,
        "phone_number": "+49 30 1234567",
        "phone_number_verified": True,
        "given_name": " Grace ",
        "family_name": "Höpper",
        "middle_name": "Brewster",
        "display_name": "Grace H.",
        "picture": "https://example.com/grace.png",
        "locale": "en-US",
        "zoneinfo": "America/New_York",
        "metadata": {"rank": {"name": "Rear admiral", "stars": 1}},
        "test": True,
        "expire_time": in_days(30),
        "status": INACTIVE,
        "roles": [grant("reader", in_days(3)), grant(on.role)],
        "tenants": [
            pb.TenantMembership(tenant_id=on.tenant.tenant_id.upper(), roles=[grant("READER", in_days(5))])
        ],
        "applications": [pb.ApplicationAccess(application_id=on.application.application_id)],
        "custom_attributes": {"level": Value(number_value=7.5)},
    }


def state(url: str, client: Client, user: pb.User) -> tuple[pb.User, list[Any]]:
    """The user as everybody sees it, and what is recorded of it, without what no two users share."""
    shown = read(client, user)
    recorded = [(event.type, event.key_id, event.data) for event in events_of(url, client, shown)]
    for _, _, data in recorded:
        assert data["after"].pop("user_id") == shown.user_id
    for field in ("user_id", "create_time", "update_time", "etag"):
        shown.ClearField(field)
    return shown, recorded


def test_users_are_those_that_create_user_makes(server: Running, client: Client, on: Ground) -> None:
    """With everything or with next to nothing; their events as well. Default roles are theirs, too."""
    role(client, "Member", "doors:open", default=True)
    for fields, password in (
        (everything(on), HASH),
        ({"email": "ann@example.com"}, None),
        ({"login_ids": ["bob"], "metadata": {}, "roles": ["Reader"]}, password_pb2.Password(plain=GOOD)),
        ({"phone_number": "+390236618300", "phone_number_verified": True, "email_verified": True}, None),
    ):
        request = rpc.CreateUserRequest(user=person(**fields), password=password)
        alone = client.users.CreateUser(request).user
        expected = state(server.url, client, alone)
        client.users.DeleteUser(delete(alone))

        (user,) = made(client, item(password=password, **fields))

        assert expected == state(server.url, client, user)
        assert "Member" in role_names(read(client, user))


def test_many_users_are_kept_apart(server: Running, client: Client, on: Ground) -> None:
    """Each has what the item at the same place says, and nothing of its neighbours."""
    roles = [role(client, f"Role {n}") for n in range(3)]
    items = [
        item(
            email=f"user-{n}@example.com",
            login_ids=[f"login-{n}", f"Other-{n}"][: n % 3],
            roles=roles[: n % 4],
            status=(INVITED, ACTIVE, INACTIVE)[n % 3],
            custom_attributes={"level": Value(number_value=n)} if n % 2 else {},
        )
        for n in range(120)
    ]

    users = [read(client, user) for user in made(client, *items)]

    for n, user in enumerate(users):
        assert user.email == f"user-{n}@example.com"
        assert list(user.login_ids) == [f"login-{n}", f"Other-{n}"][: n % 3]
        assert role_names(user) == [held.name for held in roles[: n % 4]]
        assert user.status == (INVITED, ACTIVE, INACTIVE)[n % 3]
        assert ("level" in user.custom_attributes) == bool(n % 2)
        assert [event.type for event in events_of(server.url, client, user)] == ["user.created"]


def test_ids_and_times_from_elsewhere_are_kept(client: Client) -> None:
    """An update leaves them; without any the server makes them."""
    known, new = made(
        client,
        item(email="ann@example.com", user_id=OWN_ID.upper(), create_time=SINCE, last_login_time=SINCE),
        item(email="bob@example.com"),
    )

    ann, bob = read(client, known), read(client, new)
    assert (ann.user_id, ann.create_time, ann.last_login_time) == (OWN_ID, SINCE, SINCE)
    assert datetime.now(UTC).timestamp() - ann.update_time.seconds < 60
    assert bob.create_time == bob.update_time
    assert not bob.HasField("last_login_time")


def test_passwords_are_hashed_and_hashes_imported(server: Running, client: Client) -> None:
    """As CreateUser does; temporary ones are to be changed."""
    first, second, third = made(
        client,
        item(email="ann@example.com", password=plain(GOOD)),
        item(email="bob@example.com", password=plain("another 1 good", temporary=True)),
        item(email="cid@example.com", password=HASH),
    )

    assert opens(server.url, first, GOOD)
    assert opens(server.url, second, "another 1 good")
    assert not opens(server.url, second, GOOD)
    assert stored(server.url, third).startswith("$salted-sha256$")
    assert [read(client, user).password_change_required for user in (first, second, third)] == [
        False,
        True,
        False,
    ]


# -- bad items -------------------------------------------------------------------------------------


def refusal(client: Client, request: rpc.CreateUserRequest) -> tuple[Any, ...]:
    """How CreateUser refuses."""
    with pytest.raises(Refused) as caught:
        client.users.CreateUser(request)
    return told_in_full(caught.value)


def told_in_full(error: Refused | Failure) -> tuple[Any, ...]:
    return error.code, error.reason, error.message, error.metadata, sorted(map(str, error.details.values()))


def bad_ones(on: Ground) -> list[dict[str, Any]]:
    """Fields of items that cannot become users."""
    unknown = pb.TenantMembership(tenant_id=NOBODY)
    known = pb.TenantMembership(tenant_id=on.tenant.tenant_id, roles=[grant("Nothing")])
    return [
        *({"login_ids": ["bob"], field: value} for field, value, _ in INVALID),
        {},
        {"given_name": "Nobody"},
        {"email": "ann", "phone_number": "+49", "zoneinfo": "Mars", "roles": [pb.RoleGrant()]},
        {"email": "bob@example.com", "status": pb.USER_STATUS_BLOCKED},
        {"email": "bob@example.com", "status": pb.USER_STATUS_EXPIRED},
        {"email": "bob@example.com", "status": 77},
        {"email": "bob@example.com", "roles": ["Nothing"]},
        {"email": "bob@example.com", "roles": [pb.RoleGrant(role_id=NOBODY)]},
        {"email": "bob@example.com", "tenants": [unknown]},
        {"email": "bob@example.com", "tenants": [known]},
        {"email": "bob@example.com", "applications": [pb.ApplicationAccess(application_id=NOBODY)]},
        {"email": "bob@example.com", "custom_attributes": {"size": Value(number_value=1)}},
        {"email": "bob@example.com", "custom_attributes": {"level": Value(string_value="high")}},
        {"email": "bob@example.com", "metadata": {"x": "y" * 65_536}},
        {"email": "ada@example.com"},
        {"login_ids": ["ＡＤＡ"]},
        {"email": "bob@example.com", "password": plain("short")},
        {"email": "bob@example.com", "password": plain("bob@example.com1")},
        {"email": "bob@example.com", "password": password_pb2.Password()},
        {
            "email": "bob@example.com",
            "password": hashed(SaltedDigest(Digest.SHA512, bytes(32), b"salt")),
        },
    ]


def test_bad_item_fails_as_alone_and_leaves_its_neighbours_alone(client: Client, on: Ground) -> None:
    """The same code, reason, message, metadata and fields as CreateUser has for it."""
    bad = bad_ones(on)
    items = []
    for n, fields in enumerate(bad):
        items += [item(email=f"good-{n}@example.com"), item(**fields)]
    expected = [
        refusal(client, rpc.CreateUserRequest(user=one.user, password=one.password))
        if one.HasField("password")
        else refusal(client, rpc.CreateUserRequest(user=one.user))
        for one in items[1::2]
    ]

    (answer,) = answers(client, creation(*items))

    assert [told(result) for result in answer.results[::2]] == ["CREATED"] * len(bad)
    for fields, wanted, result in zip(bad, expected, answer.results[1::2], strict=True):
        assert (fields, wanted) == (fields, told_in_full(Failure(result.status)))


def test_what_only_batches_take_is_checked_too(client: Client) -> None:
    """Times of another system that lie in the future, or nowhere."""
    for field in ("create_time", "last_login_time"):
        for wrong in (in_days(1), Timestamp(seconds=253_402_300_800)):
            (answer,) = answers(client, creation(item(email="ann@example.com", **{field: wrong})))

            failure = Failure(answer.results[0].status)
            assert (failure.reason, failure.fields) == ("FIELDS_INVALID", [f"user.{field}"])


def test_required_attribute_and_too_many_roles(client: Client) -> None:
    """What only the project can know."""
    from roster.v1 import custom_attribute_pb2
    from roster.v1 import custom_attribute_service_pb2 as attribute_rpc

    for n in range(60):
        role(client, f"Default {n}", default=True)
    others = [role(client, f"Other {n}") for n in range(60)]
    asked = custom_attribute_pb2.CustomAttribute(
        name="team", type=custom_attribute_pb2.ATTRIBUTE_TYPE_STRING, required=True
    )
    client.attributes.CreateCustomAttribute(
        attribute_rpc.CreateCustomAttributeRequest(custom_attribute=asked)
    )
    team = {"team": Value(string_value="red")}

    (answer,) = answers(
        client,
        creation(
            item(email="ann@example.com"),
            item(email="bob@example.com", custom_attributes=team, roles=others),
            item(email="cid@example.com", custom_attributes=team),
        ),
    )

    assert [told(result) for result in answer.results] == ["FIELDS_INVALID", "TOO_MANY_ROLES", "CREATED"]
    assert Failure(answer.results[0].status).fields == ["user.custom_attributes.team"]


def test_plain_passwords_follow_the_policy_of_the_project(client: Client) -> None:
    """Every broken rule is told."""
    set_policy(client, min_length=12, require_upper=True)

    (answer,) = answers(client, creation(item(email="ann@example.com", password=plain("short"))))

    failure = Failure(answer.results[0].status)
    assert failure.fields == ["password.plain"] * len(failure.fields)
    assert len(failure.fields) == 3


def test_no_more_than_fifty_plain_passwords_a_message(client: Client) -> None:
    """They take long; hashes do not count."""
    fifty = [item(email=f"user-{n}@example.com", password=plain(GOOD)) for n in range(50)]
    imported = [item(email=f"other-{n}@example.com", password=HASH) for n in range(60)]
    with pytest.raises(Refused) as caught:
        answers(client, creation(*fifty, *imported, item(login_ids=["one"], password=plain(GOOD))))
    assert (caught.value.reason, caught.value.fields) == ("FIELDS_INVALID", ["items"])

    assert tidings(client, creation(*fifty, *imported)) == ["CREATED"] * 110


def test_answered_users_are_there(client: Client) -> None:
    """For who has the response, whatever else the stream does."""
    for n in range(3):
        answer = answers(client, creation(item(email=f"user-{n}@example.com")))
        assert read(client, by(email=f"user-{n}@example.com")).user_id == answer[0].results[0].user_id
    assert created(client, email="user-3@example.com").email
