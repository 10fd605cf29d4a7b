"""What a management key opens: its scopes, its projects, its networks, its time."""

from __future__ import annotations

import grpc
import pytest
from roster.v1 import project_service_pb2, role_pb2, role_service_pb2

from server.app import create_server
from server.config import Config
from server.domain.keyring import Keyring
from server.errors import Error, Reason
from server.interceptors.origin import peer_address
from server.store.database import Database
from tests.calling import Client, refused
from tests.conftest import Running, StartServer, sql
from tests.rows import events
from tests.rpc.key_requests import ahead, create, get, holder, update

LIST_ROLES = role_service_pb2.ListRolesRequest()
CREATE_ROLE = role_service_pb2.CreateRoleRequest(role=role_pb2.Role(name="Made"))


# -- scopes ----------------------------------------------------------------------------------------


def test_writing_does_not_include_reading(client: Client) -> None:
    """Nor reading writing."""
    writer, reader = holder(client, "roles:write"), holder(client, "roles:read")

    writer.roles.CreateRole(CREATE_ROLE)
    with refused("PERMISSION_DENIED", "SCOPE_MISSING") as error:
        writer.roles.ListRoles(LIST_ROLES)
    assert error.value.metadata == {"scope": "roles:read"}

    assert [role.name for role in reader.roles.ListRoles(LIST_ROLES).roles] == ["Made"]
    with refused("PERMISSION_DENIED", "SCOPE_MISSING"):
        reader.roles.CreateRole(CREATE_ROLE)


@pytest.mark.parametrize("scope", ["roles:*", "*"])
def test_wildcard_stands_for_reading_and_writing(client: Client, scope: str) -> None:
    """`roles:*` for all of roles, `*` for everything."""
    wide = holder(client, scope)

    wide.roles.CreateRole(CREATE_ROLE)

    assert len(wide.roles.ListRoles(LIST_ROLES).roles) == 1


def test_changed_scopes_count_from_the_next_call(client: Client) -> None:
    """Where keys are not remembered, that is at once."""
    key, secret = create(client, "roles:read")
    caller = client.with_key(client.project_id, secret)
    caller.roles.ListRoles(LIST_ROLES)

    update(client, key.key_id, scopes=["roles:write"])

    with refused("PERMISSION_DENIED", "SCOPE_MISSING"):
        caller.roles.ListRoles(LIST_ROLES)
    caller.roles.CreateRole(CREATE_ROLE)


# -- projects --------------------------------------------------------------------------------------


def test_key_acts_in_the_projects_that_it_names(
    server: Running, client: Client, other_project: Client
) -> None:
    """The call says in which one; the event there names the key."""
    key, secret = create(client, "roles:*", project_ids=[other_project.project_id])

    for project_id in (client.project_id, other_project.project_id):
        caller = client.with_key(project_id, secret)
        caller.roles.CreateRole(CREATE_ROLE)
        assert len(caller.roles.ListRoles(LIST_ROLES).roles) == 1
        assert events(server.url, project_id, "role.")[-1].key_id == key.key_id


def test_key_of_one_project_opens_no_other(client: Client, other_project: Client) -> None:
    """Until it is allowed to, and after that was taken back."""
    key, secret = create(client, "roles:*")
    there = client.with_key(other_project.project_id, secret)
    for project_ids in ([], [other_project.project_id], []):
        update(client, key.key_id, "project_ids", project_ids=project_ids)
        if project_ids:
            there.roles.ListRoles(LIST_ROLES)
        else:
            with refused("UNAUTHENTICATED", "PROJECT_NOT_ALLOWED") as error:
                there.roles.ListRoles(LIST_ROLES)
            assert error.value.metadata == {"project_id": other_project.project_id}


def test_key_belongs_to_the_project_that_it_was_created_in(client: Client, other_project: Client) -> None:
    """A key that acts elsewhere is not managed from there."""
    key, secret = create(client, "keys:*", "users:read", project_ids=[other_project.project_id])
    there = client.with_key(other_project.project_id, secret)

    with refused("NOT_FOUND", "MANAGEMENT_KEY_NOT_FOUND"):
        get(there, key.key_id)

    made, made_secret = create(there, "users:read")
    assert get(other_project, made.key_id) == made
    with refused("UNAUTHENTICATED", "PROJECT_NOT_ALLOWED"):
        client.with_key(client.project_id, made_secret).roles.ListRoles(LIST_ROLES)


def test_key_outlives_a_project_that_it_names(client: Client, other_project: Client) -> None:
    """It opens what is left, and can still be changed."""
    gone = other_project.project_id
    key, secret = create(client, "roles:read", project_ids=[gone])
    client.projects.DeleteProject(project_service_pb2.DeleteProjectRequest(project_id=gone))

    client.with_key(client.project_id, secret).roles.ListRoles(LIST_ROLES)
    with refused("UNAUTHENTICATED", "PROJECT_NOT_ALLOWED"):
        client.with_key(gone, secret).roles.ListRoles(LIST_ROLES)
    assert update(client, key.key_id, display_name="Backend").display_name == "Backend"
    assert list(update(client, key.key_id, "project_ids").project_ids) == []


# -- networks --------------------------------------------------------------------------------------


def test_key_is_bound_to_its_networks(client: Client) -> None:
    """One of them is enough; the refusal names the address that the server saw."""
    near = holder(client, "roles:read", allowed_cidrs=["10.0.0.0/8", "127.0.0.0/8"])
    far = holder(client, "roles:read", allowed_cidrs=["10.0.0.0/8", "::1/128"])

    near.roles.ListRoles(LIST_ROLES)

    with refused("UNAUTHENTICATED", "ADDRESS_NOT_ALLOWED") as error:
        far.roles.ListRoles(LIST_ROLES)
    assert error.value.metadata == {"address": "127.0.0.1"}


def test_key_is_bound_to_its_networks_over_ipv6(client: Client, database_url: str, config: Config) -> None:
    """The same of a server that is reached by IPv6."""
    near = holder(client, "roles:read", allowed_cidrs=["::1/128"]).key
    far = holder(client, "roles:read", allowed_cidrs=["2001:db8::/32", "127.0.0.0/8"]).key
    server = create_server(config, Database(database_url, config))
    try:
        port = server.start("[::1]:0")
    except RuntimeError:
        server.stop(0)
        pytest.skip("there is no IPv6 here")
    try:
        with grpc.insecure_channel(f"[::1]:{port}") as channel:
            Client(channel, client.project_id, near).roles.ListRoles(LIST_ROLES)
            with refused("UNAUTHENTICATED", "ADDRESS_NOT_ALLOWED") as error:
                Client(channel, client.project_id, far).roles.ListRoles(LIST_ROLES)
            assert error.value.metadata == {"address": "::1"}
    finally:
        server.stop(0)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.1.2.3", False),
        ("::ffff:11.1.2.3", False),
        ("2001:db8::7", True),
        ("2001:db9::7", False),
        ("::1", False),
        ("unix:/run/roster.sock", False),
        ("", False),
    ],
)
def test_networks_hold_whatever_form_an_address_comes_in(
    client: Client, database: Database, address: str, allowed: bool
) -> None:
    """A socket for both families shows an IPv4 caller as an IPv6 address."""
    bound = holder(client, "roles:read", allowed_cidrs=["10.0.0.0/8", "2001:db8::/32"])
    ((_, authorization),) = bound.metadata
    keyring = Keyring(database, 0)

    if allowed:
        assert keyring.admit(authorization, lambda: address).project_id == client.project_id
    else:
        with pytest.raises(Error) as error:
            keyring.admit(authorization, lambda: address)
        assert error.value.reason == Reason.ADDRESS_NOT_ALLOWED


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:127.0.0.1:51234", "127.0.0.1"),
        ("ipv6:%5B::1%5D:51234", "::1"),
        ("ipv6:[::1]:51234", "::1"),
        ("ipv6:%5Bfe80::1%25eth0%5D:51234", "fe80::1"),
        ("ipv6:%5B::ffff:10.0.0.1%5D:51234", "::ffff:10.0.0.1"),
        ("unix:/run/roster.sock", "unix:/run/roster.sock"),
        ("", ""),
    ],
)
def test_address_is_read_from_the_name_of_the_peer(peer: str, address: str) -> None:
    """grpc names peers by family, address and port, escaped."""
    assert peer_address(peer) == address


# -- time ------------------------------------------------------------------------------------------


def test_remembered_key_expires_on_time(start_server: StartServer, client: Client) -> None:
    """Being remembered does not prolong its life."""
    server = start_server(key_cache_seconds=10)
    passing = holder(client, "roles:read", expire_time=ahead(seconds=3)).key

    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, passing)
        calls = 0
        with refused("UNAUTHENTICATED", "KEY_EXPIRED"):
            while calls < 100_000:
                caller.roles.ListRoles(LIST_ROLES)
                calls += 1


def test_use_is_noted_once_a_minute(server: Running, client: Client) -> None:
    """By whichever project it is used in; a wrong secret is no use."""
    key, secret = create(client, "roles:read")
    caller = client.with_key(client.project_id, secret)
    with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
        client.with_key(client.project_id, f"{secret}x").roles.ListRoles(LIST_ROLES)
    assert not get(client, key.key_id).HasField("last_use_time")

    caller.roles.ListRoles(LIST_ROLES)
    first = get(client, key.key_id)
    caller.roles.ListRoles(LIST_ROLES)
    assert get(client, key.key_id) == first
    assert first.last_use_time.ToNanoseconds() >= key.create_time.ToNanoseconds()
    assert (first.etag, first.update_time) == (key.etag, key.update_time)

    sql(server.url, "UPDATE management_keys SET last_use_time = now() - interval '61 seconds'")
    caller.roles.ListRoles(LIST_ROLES)
    assert get(client, key.key_id).last_use_time.ToNanoseconds() >= first.last_use_time.ToNanoseconds()
