"""What expires is recorded in the background, once, and told of; reads did without it long before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_pb2, tenant_pb2, user_pb2
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import tenant_service_pb2 as tenant_rpc
from roster.v1 import user_service_pb2 as rpc

from server.config import Config
from server.jobs.expiring import record_expiries
from server.store.database import Database
from tests.calling import Client
from tests.conftest import Running, sql

LATER = Timestamp(seconds=4_000_000_000)
TOLD = "SELECT type, data FROM events WHERE key_id IS NULL AND starts_with(type, 'user.') ORDER BY serial"


def holder(client: Client) -> user_pb2.User:
    """A user with a role for a time, in the project and in a tenant, and one for good."""
    for name in ("Guest", "Member"):
        client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role_pb2.Role(name=name)))
    tenant = client.tenants.CreateTenant(
        tenant_rpc.CreateTenantRequest(tenant=tenant_pb2.Tenant(name="Acme"))
    ).tenant
    guest = user_pb2.RoleGrant(name="Guest", expire_time=LATER)
    user = user_pb2.User(
        email="ada@example.com",
        roles=[guest, user_pb2.RoleGrant(name="Member")],
        tenants=[user_pb2.TenantMembership(tenant_id=tenant.tenant_id, roles=[guest])],
    )
    return client.users.CreateUser(rpc.CreateUserRequest(user=user)).user


def record(server: Running, config: Config, times: int = 1) -> None:
    """Runs the chore so many times at once."""
    with ThreadPoolExecutor(times) as pool:
        for done in [pool.submit(record_expiries, server.database, config) for _ in range(times)]:
            done.result()


def told(server: Running) -> list[tuple[str, Any]]:
    """The events about users that nobody but the system made."""
    return [(kind, data) for kind, data in sql(server.url, TOLD)]


def test_grants_that_expired_are_removed_with_an_event(
    client: Client, server: Running, config: Config
) -> None:
    """One event a user, which names each."""
    user = holder(client)
    for table in ("user_roles", "user_tenant_roles"):
        sql(
            server.url,
            f"UPDATE {table} SET expire_time = '2020-01-01T00:00:00Z' WHERE expire_time IS NOT NULL",
        )

    record(server, config, times=5)

    expired = {"role": "Guest", "expire_time": "2020-01-01T00:00:00+00:00"}
    in_tenant = {**expired, "tenant_id": user.tenants[0].tenant_id}
    ((kind, data),) = told(server)
    assert kind == "user.roles.modified"
    assert sorted(data["expired"], key=len) == [expired, in_tenant]
    assert [(1,)] == sql(server.url, "SELECT count(*) FROM user_roles")
    assert [(0,)] == sql(server.url, "SELECT count(*) FROM user_tenant_roles")


def test_grants_that_have_not_expired_stay(client: Client, server: Running, config: Config) -> None:
    """And nothing is told of them."""
    holder(client)

    record(server, config)

    assert [] == told(server)
    assert [(2,)] == sql(server.url, "SELECT count(*) FROM user_roles")


def test_account_that_expired_is_told_of_once(client: Client, server: Running, config: Config) -> None:
    """Until it is given another time, which passes too."""
    user = client.users.CreateUser(
        rpc.CreateUserRequest(user=user_pb2.User(email="ada@example.com", expire_time=Timestamp(seconds=1)))
    ).user

    record(server, config, times=5)
    record(server, config)

    first = ("user.expired", {"expire_time": "1970-01-01T00:00:01+00:00"})
    assert [first] == told(server)
    again = user_pb2.User(expire_time=Timestamp(seconds=2))
    client.users.UpdateUser(rpc.UpdateUserRequest(by=user_pb2.UserRef(user_id=user.user_id), user=again))
    record(server, config)
    assert [first, ("user.expired", {"expire_time": "1970-01-01T00:00:02+00:00"})] == told(server)


def test_locked_user_is_left_for_another_time(
    client: Client, server: Running, database: Database, config: Config
) -> None:
    """The chore waits for nobody."""
    client.users.CreateUser(
        rpc.CreateUserRequest(user=user_pb2.User(email="ada@example.com", expire_time=Timestamp(seconds=1)))
    )
    with database.transaction():
        database.execute("SELECT FROM users FOR UPDATE", {})
        record(server, config)
        assert [] == told(server)

    record(server, config)

    assert ["user.expired"] == [kind for kind, _ in told(server)]
