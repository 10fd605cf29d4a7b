"""What an export of users tells, in which order, and that it leads back. Who may read it, and how slowly:
test_user_export_readers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import application_pb2, custom_attribute_pb2, role_pb2, tenant_pb2, user_pb2
from roster.v1 import application_service_pb2 as application_rpc
from roster.v1 import custom_attribute_service_pb2 as attribute_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import tenant_service_pb2 as tenant_rpc
from roster.v1 import user_batch_pb2 as batch
from roster.v1 import user_service_pb2 as rpc

from server.domain.user_exports import MESSAGE_USERS, ROOM
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rpc.directory_requests import values
from tests.rpc.export_requests import (
    EVERYBODY,
    HASHES,
    begun,
    crowd,
    emails,
    exported,
    importable,
    imported,
)
from tests.rpc.password_requests import hashed, plain
from tests.unit.password_digest_vectors import DIGESTS, HMACS
from tests.unit.password_vectors import VECTORS

ROLE, TENANT, APPLICATION = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2, 3))


def instant(**ago: float) -> Timestamp:
    """A time in the past, to the microsecond as it is kept."""
    moment = Timestamp()
    moment.FromDatetime(datetime(2024, 2, 29, 12, 30, 15, 123_456, tzinfo=UTC) - timedelta(**ago))
    return moment


def furnished(client: Client) -> None:
    """The project has what users can hold; under the same ids as any other that is furnished."""
    client.roles.CreateRole(
        role_rpc.CreateRoleRequest(
            role=role_pb2.Role(role_id=ROLE, name="Editor", permissions=["articles:write"])
        )
    )
    client.tenants.CreateTenant(
        tenant_rpc.CreateTenantRequest(tenant=tenant_pb2.Tenant(tenant_id=TENANT, name="Acme"))
    )
    client.applications.CreateApplication(
        application_rpc.CreateApplicationRequest(
            application=application_pb2.Application(application_id=APPLICATION, name="Shop")
        )
    )
    for name, kind in (("level", "NUMBER"), ("nickname", "STRING")):
        client.attributes.CreateCustomAttribute(
            attribute_rpc.CreateCustomAttributeRequest(
                custom_attribute=custom_attribute_pb2.CustomAttribute(
                    name=name, type=custom_attribute_pb2.AttributeType.Value(f"ATTRIBUTE_TYPE_{kind}")
                )
            )
        )


def everything() -> user_pb2.User:
    """A user with all that one can have."""
    metadata = Struct()
    metadata.update({"plan": {"name": "gold", "seats": 3}, "tags": ["a", None]})
    ahead = Timestamp()
    ahead.FromDatetime(datetime.now(UTC).replace(microsecond=0) + timedelta(days=30))
    role = user_pb2.RoleGrant(role_id=ROLE, expire_time=ahead)
    return user_pb2.User(
        user_id="0190a000-0000-7000-8000-000000000001",
        login_ids=["Ada", "countess"],
        email="Ada@Example.com",
        email_verified=True,
        phone_number="+4930901820",
        phone_number_verified=True,
        given_name="Ada",
        family_name="Lovelace",
        middle_name="King",
        display_name="Ada L.",
        picture="https://example.com/ada.png",
        locale="en-GB",
        zoneinfo="Europe/London",
        status=user_pb2.USER_STATUS_ACTIVE,
        roles=[role],
        tenants=[user_pb2.TenantMembership(tenant_id=TENANT, roles=[role])],
        applications=[user_pb2.ApplicationAccess(application_id=APPLICATION)],
        custom_attributes=values(level=7, nickname="Enchantress"),
        metadata=metadata,
        test=True,
        expire_time=ahead,
        create_time=instant(),
        last_login_time=instant(days=-3),
    )


def comparable(items: list[batch.ExportedUser]) -> list[batch.ExportedUser]:
    """Without what tells of the record itself, which begins anew."""
    for item in items:
        item.user.ClearField("update_time")
        item.user.ClearField("etag")
    return items


def round_trip(client: Client, other: Client) -> tuple[list[batch.ExportedUser], list[batch.ExportedUser]]:
    """What is exported, and what is exported of its import into another project."""
    first = exported(client, filter=EVERYBODY, **HASHES)
    list(imported(other, importable(first)))
    return comparable(first), comparable(exported(other, filter=EVERYBODY, **HASHES))


# -- there and back --------------------------------------------------------------------------------


def test_user_comes_back_with_all_that_there_is(client: Client, other_project: Client) -> None:
    """The message of an export is, as it is, an item of a batch."""
    for project in (client, other_project):
        furnished(project)
    ada = batch.CreateUsersItem(user=everything(), password=plain("note G of 1843", temporary=True))
    list(imported(client, [ada]))

    first, again = round_trip(client, other_project)

    assert first == again
    assert first[0].user.roles[0].expire_time == ada.user.expire_time
    assert first[0].user.create_time == instant()
    assert (first[0].password.temporary, first[0].user.password_change_required) == (True, True)
    assert first[0].password.hashed.argon2.encoded.startswith("$argon2id$")


@pytest.mark.parametrize("status", ["INVITED", "ACTIVE", "INACTIVE"])
@pytest.mark.parametrize(("blocked", "expired"), [(True, False), (False, True), (True, True), (False, False)])
def test_status_comes_back_with_what_lies_over_it(
    client: Client, other_project: Client, status: str, blocked: bool, expired: bool
) -> None:
    """Who is unblocked there is what they would have been here."""
    user = user_pb2.User(email="ada@example.com", status=user_pb2.UserStatus.Value(f"USER_STATUS_{status}"))
    if expired:
        user.expire_time.CopyFrom(instant())
    list(imported(client, [batch.CreateUsersItem(user=user, blocked=blocked)]))

    first, again = round_trip(client, other_project)

    assert first == again
    assert (again[0].user.status, again[0].blocked) == (user.status, blocked)
    shown = other_project.users.GetUser(
        rpc.GetUserRequest(by=user_pb2.UserRef(email="ada@example.com"))
    ).user.status
    seen = "BLOCKED" if blocked else "EXPIRED" if expired else status
    assert user_pb2.UserStatus.Name(shown) == f"USER_STATUS_{seen}"


def test_hash_of_every_scheme_comes_back_as_it_was(
    server: Running, client: Client, other_project: Client
) -> None:
    """What is stored is the same, to the letter."""
    vectors = [*VECTORS, *DIGESTS, *HMACS]
    items = [
        batch.CreateUsersItem(
            user=user_pb2.User(email=f"user-{n:03}@example.com", create_time=instant(seconds=-n)),
            password=hashed(vector.imported),
        )
        for n, vector in enumerate(vectors)
    ]
    list(imported(client, items))

    first, again = round_trip(client, other_project)

    assert [item.password for item in first] == [item.password for item in again]
    stored = "SELECT hash FROM passwords WHERE project_id = %s ORDER BY 1"
    assert sql(server.url, stored, client.project_id) == sql(server.url, stored, other_project.project_id)
    assert len(first) == len(vectors)


def test_empty_metadata_comes_back_as_that(client: Client, other_project: Client) -> None:
    """Which is another thing than none."""
    user = user_pb2.User(email="ada@example.com", metadata=Struct())
    list(imported(client, [batch.CreateUsersItem(user=user)]))

    first, again = round_trip(client, other_project)

    assert first == again
    assert again[0].user.HasField("metadata")


def test_without_being_asked_no_hash_is_told(client: Client) -> None:
    """That there is one is."""
    ada = batch.CreateUsersItem(
        user=user_pb2.User(email="ada@example.com"), password=hashed(VECTORS[0].imported)
    )
    list(imported(client, [ada]))

    (item,) = exported(client)

    assert not item.HasField("password")
    assert list(item.user.auth_methods) == [user_pb2.AUTH_METHOD_PASSWORD]


def test_hashes_take_a_scope_of_their_own(client: Client, make_key: Any) -> None:
    """Reading alone does not tell them."""
    reader = client.with_key(client.project_id, make_key("users:read"))
    trusted = client.with_key(client.project_id, make_key("users:read", "users:export_secrets"))

    assert exported(reader) == exported(trusted, **HASHES) == []
    with refused("PERMISSION_DENIED", "SCOPE_MISSING") as error:
        exported(reader, **HASHES)
    assert error.value.metadata == {"scope": "users:export_secrets"}


# -- order, filters, tokens ------------------------------------------------------------------------


def test_users_come_in_the_order_of_their_creation(client: Client) -> None:
    """Whatever the order in which they were imported."""
    items = [
        batch.CreateUsersItem(user=user_pb2.User(email=f"{n}@example.com", create_time=instant(days=n)))
        for n in (2, 0, 3, 1)
    ]
    list(imported(client, items))

    assert [f"{n}@example.com" for n in (3, 2, 1, 0)] == emails(exported(client))


def test_export_of_nobody_ends_at_once(client: Client) -> None:
    """Without a message."""
    assert list(begun(client)) == []


def test_every_message_leads_on_behind_it(client: Client) -> None:
    """To all that it had still to tell, each once; and the last to nothing."""
    crowd(client, 130)
    whole = emails(exported(client))
    told: list[str] = []

    for message in begun(client, page_size=50):
        told += emails(message.items)
        rest = emails(exported(client, page_size=50, resume_token=message.resume_token))
        assert told + rest == whole

    assert told == whole
    assert len(set(whole)) == 130


@pytest.mark.parametrize(("asked", "most"), [(0, MESSAGE_USERS), (70, 70), (1, 1)])
def test_message_has_as_many_users_as_were_asked_for(client: Client, asked: int, most: int) -> None:
    """At most."""
    count = len(crowd(client, 3 if asked == 1 else 1_200))

    sizes = [len(message.items) for message in begun(client, page_size=asked)]

    assert sum(sizes) == count
    assert max(sizes) == most


def test_messages_of_large_users_stay_small(client: Client) -> None:
    """However many were asked for."""
    metadata = Struct()
    metadata.update({"text": "x" * 60_000})
    crowd(client, 0)
    items = [
        batch.CreateUsersItem(user=user_pb2.User(email=f"user-{n:05}@example.com", metadata=metadata))
        for n in range(120)
    ]
    list(imported(client, items, size=40))

    messages = list(begun(client, page_size=1_000))

    assert [size for message in messages if (size := message.ByteSize()) > ROOM + 1_000] == []
    assert sum(len(message.items) for message in messages) == 120
    resumed = exported(client, resume_token=messages[2].resume_token)
    assert emails(item for message in messages[3:] for item in message.items) == emails(resumed)


def test_filter_is_that_of_lists(client: Client) -> None:
    """Test users are told when they are asked for."""
    active = user_pb2.User(email="active@example.com", status=user_pb2.USER_STATUS_ACTIVE)
    test = user_pb2.User(email="test@example.com", test=True)
    items = [batch.CreateUsersItem(user=user) for user in (active, test, user_pb2.User(login_ids=["other"]))]
    list(imported(client, items))

    assert emails(exported(client, filter=rpc.UserFilter(statuses=[user_pb2.USER_STATUS_ACTIVE]))) == [
        "active@example.com"
    ]
    assert sorted(emails(exported(client))) == ["", "active@example.com"]
    assert sorted(emails(exported(client, filter=EVERYBODY))) == [
        "",
        "active@example.com",
        "test@example.com",
    ]


def test_token_of_another_filter_or_project_is_none(client: Client, other_project: Client) -> None:
    """Nor is what nobody made."""
    crowd(client, 2)
    token = next(begun(client)).resume_token

    for caller, fields in (
        (client, {"filter": EVERYBODY, "resume_token": token}),
        (other_project, {"resume_token": token}),
        (client, {"resume_token": f"{token}x"}),
        (client, {"resume_token": "x"}),
    ):
        with refused("INVALID_ARGUMENT", "RESUME_TOKEN_INVALID"):
            exported(caller, **fields)
