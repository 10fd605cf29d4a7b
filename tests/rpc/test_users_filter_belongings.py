"""The filter of ListUsers and SearchUsers: what users belong to, what lasts on them, how they signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import password_pb2, role_pb2
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client
from tests.conftest import Running, sql
from tests.requests import PASSWORD
from tests.rpc.action_requests import apply, cancel, define
from tests.rpc.directory_requests import access, application, membership, tenant
from tests.rpc.user_requests import (
    ACTIVE,
    NOBODY,
    ask,
    created,
    emails,
    grant,
    in_days,
    invalid_fields,
    listing,
    role,
    search,
    walk,
)

Ids = dict[str, str]


def moment(day: int, microsecond: int = 0) -> Timestamp:
    """Midnight of a day in January 2020, and a little."""
    instant = Timestamp()
    instant.FromDatetime(datetime(2020, 1, day, 0, 0, 0, microsecond, tzinfo=UTC))
    return instant


def sign_in(server: Running, user: pb.User, at: Timestamp) -> None:
    """Notes a sign-in, as one would."""
    update = "UPDATE users SET last_login_time = %s WHERE user_id = %s"
    sql(server.url, update, at.ToDatetime(UTC), user.user_id)


@pytest.fixture
def ids(server: Running, client: Client) -> Ids:
    """Four users; the ids of what they belong to, by name."""
    reader, writer = role(client, "Reader"), role(client, "Writer")
    acme, globex, empty = (tenant(client, name) for name in ("Acme", "Globex", "Empty"))
    mail, shop = (application(client, name) for name in ("Mail", "Shop"))
    people: dict[str, dict[str, Any]] = {
        "anna": {"tenants": [membership(acme, reader, writer)], "applications": [access(mail), access(shop)]},
        "berta": {
            "tenants": [membership(acme), membership(globex, reader)],
            "applications": [access(shop)],
            "status": ACTIVE,
        },
        "carl": {"tenants": [membership(globex, grant(writer, in_days(1)))], "roles": [reader]},
        "dora": {},
    }
    users = {}
    for name, fields in people.items():
        user = pb.User(
            email=f"{name}@example.com", **{**fields, "roles": map(grant, fields.get("roles", ()))}
        )
        password = PASSWORD if name in ("anna", "dora") else None
        users[name] = ask(client, rpc.CreateUserRequest(user=user, password=password)).user
    sql(server.url, "UPDATE user_tenant_roles SET expire_time = now() WHERE expire_time IS NOT NULL")
    suspend, warn, coupon = (
        define(client, temporal=True),
        define(client, "Warn", temporal=True),
        define(client, "Coupon"),
    )
    for name in ("anna", "berta", "carl"):
        apply(client, users[name], coupon)
    apply(client, users["anna"], suspend, indefinite=True)
    apply(client, users["berta"], suspend, indefinite=True)
    cancel(client, apply(client, users["dora"], suspend, indefinite=True))
    apply(client, users["carl"], suspend)
    sql(server.url, "UPDATE applied_actions SET expire_time = now() WHERE expire_time IS NOT NULL")
    for name in ("berta", "carl"):
        apply(client, users[name], warn)
    sign_in(server, users["anna"], moment(3))
    sign_in(server, users["berta"], moment(2))
    sign_in(server, users["dora"], moment(2, 1))
    return {
        **{made.name: made.tenant_id for made in (acme, globex, empty)},
        **{made.name: made.application_id for made in (mail, shop)},
        **{made.name: made.role_id for made in (reader, writer)},
        **{made.name: made.user_action_id for made in (suspend, warn, coupon)},
    }


def held(tenant_id: str, **reference: str) -> rpc.TenantRole:
    return rpc.TenantRole(tenant_id=tenant_id, role=role_pb2.RoleRef(**reference))


Filter = Callable[[Ids], dict[str, Any]]

FILTERS: list[tuple[str, Filter, list[str]]] = [
    ("a tenant", lambda ids: {"tenant_ids": [ids["Acme"]]}, ["anna", "berta"]),
    ("any of tenants", lambda ids: {"tenant_ids": [ids["Acme"], ids["Globex"]]}, ["anna", "berta", "carl"]),
    ("in upper case", lambda ids: {"tenant_ids": [ids["Globex"].upper()]}, ["berta", "carl"]),
    ("a tenant of nobody", lambda ids: {"tenant_ids": [ids["Empty"]]}, []),
    ("a tenant that is none", lambda ids: {"tenant_ids": [NOBODY, ids["Mail"]]}, []),
    ("an application", lambda ids: {"application_ids": [ids["Mail"]]}, ["anna"]),
    ("any of applications", lambda ids: {"application_ids": [ids["Mail"], ids["Shop"]]}, ["anna", "berta"]),
    ("an application that is none", lambda _: {"application_ids": [NOBODY]}, []),
    ("an action lasts", lambda ids: {"active_user_action_ids": [ids["Suspend"]]}, ["anna", "berta"]),
    (
        "one of actions lasts",
        lambda ids: {"active_user_action_ids": [ids["Suspend"].upper(), ids["Warn"]]},
        ["anna", "berta", "carl"],
    ),
    ("an action that does not last", lambda ids: {"active_user_action_ids": [ids["Coupon"]]}, []),
    ("an action that is none", lambda _: {"active_user_action_ids": [NOBODY]}, []),
    ("a role in a tenant", lambda ids: {"tenant_roles": [held(ids["Acme"], name="READER")]}, ["anna"]),
    ("held in another tenant", lambda ids: {"tenant_roles": [held(ids["Globex"], name="Reader")]}, ["berta"]),
    ("held project-wide only", lambda ids: {"tenant_roles": [held(ids["Empty"], name="Reader")]}, []),
    ("no longer held", lambda ids: {"tenant_roles": [held(ids["Globex"], name="Writer")]}, []),
    (
        "any of roles in tenants, by id",
        lambda ids: {
            "tenant_roles": [
                held(ids["Globex"].upper(), role_id=ids["Reader"].upper()),
                held(ids["Acme"], name="Writer"),
                held(NOBODY, name="Reader"),
                held(ids["Acme"], name="Unknown"),
            ]
        },
        ["anna", "berta"],
    ),
    ("project-wide roles only", lambda _: {"any_roles": [role_pb2.RoleRef(name="Reader")]}, ["carl"]),
    ("a password", lambda _: {"auth_methods": [pb.AUTH_METHOD_PASSWORD]}, ["anna", "dora"]),
    ("signed in at or after", lambda _: {"last_login_after": moment(2, 1)}, ["anna", "dora"]),
    ("signed in before", lambda _: {"last_login_before": moment(2, 1)}, ["berta"]),
    (
        "signed in between",
        lambda _: {"last_login_after": moment(2), "last_login_before": moment(3)},
        ["berta", "dora"],
    ),
    (
        "ever signed in",
        lambda _: {"last_login_before": Timestamp(seconds=253_402_300_799, nanos=999_999_999)},
        ["anna", "berta", "dora"],
    ),
    (
        "all together",
        lambda ids: {
            "tenant_ids": [ids["Acme"]],
            "tenant_roles": [held(ids["Acme"], name="Writer")],
            "application_ids": [ids["Shop"]],
            "auth_methods": [pb.AUTH_METHOD_PASSWORD],
            "last_login_after": moment(3),
            "active_user_action_ids": [ids["Suspend"]],
            "emails": ["anna@example.com"],
        },
        ["anna"],
    ),
    (
        "two that nobody meets both",
        lambda ids: {"tenant_ids": [ids["Globex"]], "application_ids": [ids["Mail"]]},
        [],
    ),
]


def test_filter_lets_through_whom_it_describes(client: Client, ids: Ids) -> None:
    """All that is set must hold; within a repeated field one value is enough. Searches know it too."""
    for label, chosen, expected in FILTERS:
        fields = chosen(ids)

        answer = ask(client, listing(order_by="email", include_total_size=True, **fields))
        found = ask(client, search("example", **fields))

        assert (expected, len(expected)) == (emails(answer.users), answer.total_size), label
        assert expected == sorted(emails(found.users)), label


def test_another_project_has_nobody_of_it(client: Client, other_project: Client, ids: Ids) -> None:
    """Ids of one project mean nothing in another."""
    created(other_project, email="eve@example.com")
    for _, chosen, _ in FILTERS:
        assert list(ask(other_project, listing(**chosen(ids))).users) == []


def test_removed_password_is_none(server: Running, client: Client, ids: Ids) -> None:
    """The filter agrees with what a user shows."""
    sql(server.url, "DELETE FROM passwords")

    assert list(ask(client, listing(auth_methods=[pb.AUTH_METHOD_PASSWORD])).users) == []
    assert not any(user.auth_methods for user in ask(client, listing()).users)


def test_filter_out_of_bounds_is_refused(client: Client) -> None:
    """In lists and in searches."""
    too_far = Timestamp(seconds=253_402_300_800)
    out_of_bounds: list[tuple[dict[str, Any], str]] = [
        ({"tenant_ids": ["acme"]}, "tenant_ids[0]"),
        ({"tenant_ids": [NOBODY] * 101}, "tenant_ids"),
        ({"application_ids": [""]}, "application_ids[0]"),
        ({"application_ids": [NOBODY] * 101}, "application_ids"),
        ({"active_user_action_ids": ["suspend"]}, "active_user_action_ids[0]"),
        ({"active_user_action_ids": [NOBODY] * 101}, "active_user_action_ids"),
        ({"tenant_roles": [held(NOBODY, name="x")] * 101}, "tenant_roles"),
        ({"tenant_roles": [held("acme", name="x")]}, "tenant_roles[0].tenant_id"),
        ({"tenant_roles": [rpc.TenantRole(tenant_id=NOBODY)]}, "tenant_roles[0].role"),
        ({"tenant_roles": [held(NOBODY)]}, "tenant_roles[0].role.ref"),
        ({"auth_methods": [0]}, "auth_methods[0]"),
        ({"auth_methods": [pb.AUTH_METHOD_PASSWORD] * 11}, "auth_methods"),
        ({"last_login_after": too_far}, "last_login_after"),
        ({"last_login_before": Timestamp(nanos=-1)}, "last_login_before"),
    ]
    for chosen, field in out_of_bounds:
        for request in (listing(**chosen), search("example", **chosen)):
            assert [f"filter.{field}"] == invalid_fields(client, request)


# -- the order of sign-ins -------------------------------------------------------------------------


def test_who_never_signed_in_comes_first(client: Client, ids: Ids) -> None:
    """And last if the order is descending."""
    expected = ["carl", "berta", "dora", "anna"]

    for order, names in (
        ("last_login_time", expected),
        ("last_login_time asc", expected),
        ("last_login_time desc", expected[::-1]),
    ):
        assert emails(ask(client, listing(order_by=order)).users) == names


@pytest.mark.parametrize("order", ["last_login_time", "last_login_time desc"])
def test_walk_meets_everybody_once(server: Running, client: Client, order: str) -> None:
    """Among many who never signed in or did at the same instant, whatever the size of a page."""
    users = [created(client, email=f"user-{n:02}@example.com") for n in range(14)]
    for number, user in enumerate(users[4:]):
        sign_in(server, user, moment(1 + number // 4))
    whole = [user.user_id for user in ask(client, listing(order_by=order)).users]
    assert len(whole) == 14

    for size in (1, 2, 3, 5, 13, 14):
        pages = walk(client, listing(order_by=order, page_size=size))
        assert [user.user_id for page in pages for user in page] == whole
    beyond = ask(client, listing(order_by=order, page_size=3, skip=6)).users
    assert [user.user_id for user in beyond] == whole[6:9]


def test_imported_password_is_a_way_to_sign_in(client: Client) -> None:
    """One that must be replaced counts as well."""
    temporary = password_pb2.Password(temporary=True, hashed=PASSWORD.hashed)
    ask(client, rpc.CreateUserRequest(user=pb.User(email="ann@example.com"), password=temporary))

    (user,) = ask(client, listing(auth_methods=[pb.AUTH_METHOD_PASSWORD])).users

    assert (list(user.auth_methods), user.password_change_required) == ([pb.AUTH_METHOD_PASSWORD], True)
