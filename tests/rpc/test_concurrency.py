"""What holds when many call at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from uuid import uuid4

from roster.v1 import role_pb2, role_service_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, Refused
from tests.conftest import Running, sql


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Makes all calls at the same time; for each its answer, or how it was refused."""
    start = Barrier(len(calls))

    def make(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        except Refused as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(make, calls))


def outcomes(results: list[Any]) -> Counter[str]:
    """How often each reason came, and `OK`."""
    return Counter(result.reason if isinstance(result, Refused) else "OK" for result in results)


def create(client: Client, **fields: Any) -> user_pb2.User:
    return client.users.CreateUser(rpc.CreateUserRequest(user=user_pb2.User(**fields))).user


def test_one_of_many_creates_of_one_email_wins(client: Client, server: Running) -> None:
    """Two creates of one email, in any spelling, never make two users."""
    results = at_once(
        [
            lambda email=email: create(client, email=email)
            for email in ["anna@example.com", "ANNA@example.com"] * 8
        ]
    )

    assert Counter(OK=1, EMAIL_TAKEN=15) == outcomes(results)
    assert [(1,)] == sql(server.url, "SELECT count(*) FROM users")


def test_one_of_two_updates_with_one_etag_wins(client: Client) -> None:
    """An update whose etag is no longer the present one changes nothing."""
    user = create(client, email="anna@example.com")

    def rename(name: str) -> user_pb2.User:
        changed = user_pb2.User(display_name=name, etag=user.etag)
        request = rpc.UpdateUserRequest(by=user_pb2.UserRef(user_id=user.user_id), user=changed)
        return client.users.UpdateUser(request).user

    names = [f"name {n}" for n in range(8)]
    results = at_once([lambda name=name: rename(name) for name in names])

    (winner,) = [result for result in results if not isinstance(result, Refused)]
    assert Counter(OK=1, ETAG_MISMATCH=7) == outcomes(results)
    by = user_pb2.UserRef(user_id=user.user_id)
    assert winner == client.users.GetUser(rpc.GetUserRequest(by=by)).user


def test_roles_granted_in_parallel_are_all_held(client: Client) -> None:
    """Adding roles to one user from many callers loses none of them."""
    user = create(client, email="anna@example.com")
    names = [f"role {n}" for n in range(12)]
    for name in names:
        role = role_pb2.Role(name=name)
        client.roles.CreateRole(role_service_pb2.CreateRoleRequest(role=role))
    by = user_pb2.UserRef(user_id=user.user_id)

    def grant(name: str) -> object:
        return client.users.ModifyUserRoles(
            rpc.ModifyUserRolesRequest(by=by, mode=rpc.MODIFY_MODE_ADD, roles=[user_pb2.RoleGrant(name=name)])
        )

    results = at_once([lambda name=name: grant(name) for name in names])

    assert Counter(OK=12) == outcomes(results)
    held = client.users.GetUser(rpc.GetUserRequest(by=by)).user.roles
    assert sorted(names) == sorted(role.name for role in held)


def test_repeated_request_id_from_20_threads_does_the_work_once(client: Client, server: Running) -> None:
    """Every repeat gets the first answer, also while the first is still at work."""
    request = rpc.CreateUserRequest(user=user_pb2.User(email="anna@example.com"), request_id=str(uuid4()))

    results = at_once([lambda: client.users.CreateUser(request)] * 20)

    assert Counter(OK=20) == outcomes(results)
    assert all(result == results[0] for result in results)
    assert [(1,)] == sql(server.url, "SELECT count(*) FROM users")
    assert [(1,)] == sql(server.url, "SELECT count(*) FROM events WHERE type = 'user.created'")


def test_changes_in_opposite_orders_do_not_deadlock(client: Client) -> None:
    """Changing the same users in opposite orders ends well for everyone."""
    users = [create(client, email=f"user{n}@example.com") for n in range(2)]

    def change(order: list[user_pb2.User]) -> None:
        for round_number in range(10):
            for user in order:
                client.users.UpdateUser(
                    rpc.UpdateUserRequest(
                        by=user_pb2.UserRef(user_id=user.user_id),
                        user=user_pb2.User(display_name=f"round {round_number}"),
                    )
                )

    results = at_once([lambda: change(users), lambda: change(users[::-1])] * 3)

    assert Counter(OK=6) == outcomes(results)


def test_role_deleted_while_it_is_granted_leaves_no_trace(client: Client, server: Running) -> None:
    """A role that is granted and deleted at once is either held or gone, never both."""
    for round_number in range(10):
        name = f"role {round_number}"
        role = role_pb2.Role(name=name)
        client.roles.CreateRole(role_service_pb2.CreateRoleRequest(role=role))
        email = f"user{round_number}@example.com"

        deletion = role_service_pb2.DeleteRoleRequest(by=role_pb2.RoleRef(name=name))
        granted, deleted = at_once(
            [
                partial(create, client, email=email, roles=[user_pb2.RoleGrant(name=name)]),
                partial(client.roles.DeleteRole, deletion),
            ]
        )

        assert outcomes([granted]) + outcomes([deleted]) in (
            Counter(OK=1, ROLE_IN_USE=1),
            Counter(OK=1, ROLE_NOT_FOUND=1),
        )
    orphans = "SELECT count(*) FROM user_roles WHERE role_id NOT IN (SELECT role_id FROM roles)"
    assert [(0,)] == sql(server.url, orphans)
