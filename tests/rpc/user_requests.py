"""Requests to UserService, a line each, and what tests say with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_pb2, role_service_pb2
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests import rows
from tests.calling import Client, Refused
from tests.conftest import sql

INVITED = pb.USER_STATUS_INVITED
ACTIVE = pb.USER_STATUS_ACTIVE
INACTIVE = pb.USER_STATUS_INACTIVE
EXPIRED = pb.USER_STATUS_EXPIRED

ADD = rpc.MODIFY_MODE_ADD
SET = rpc.MODIFY_MODE_SET
REMOVE = rpc.MODIFY_MODE_REMOVE

NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that no user and no role has."""

LAST_INSTANT = Timestamp(seconds=253_402_300_799, nanos=999_999_000)
"""The end of the year 9999, to the microsecond."""

By = pb.User | pb.UserRef
Held = str | role_pb2.Role | pb.RoleGrant


def by(**reference: str) -> pb.UserRef:
    """`by(email="ann@example.com")` names a user."""
    return pb.UserRef(**reference)


def _ref(who: By) -> pb.UserRef:
    return pb.UserRef(user_id=who.user_id) if isinstance(who, pb.User) else who


def grant(role: Held, expire_time: Timestamp | None = None) -> pb.RoleGrant:
    """A role to give: by name, or the one that stands there."""
    if isinstance(role, pb.RoleGrant):
        return role
    if isinstance(role, role_pb2.Role):
        return pb.RoleGrant(role_id=role.role_id, expire_time=expire_time)
    return pb.RoleGrant(name=role, expire_time=expire_time)


def person(*, roles: Iterable[Held] = (), **fields: Any) -> pb.User:
    """A user as a request carries it."""
    return pb.User(roles=[grant(role) for role in roles], **fields)


def create(*, request_id: str = "", **fields: Any) -> rpc.CreateUserRequest:
    return rpc.CreateUserRequest(user=person(**fields), request_id=request_id)


def get(who: By) -> rpc.GetUserRequest:
    return rpc.GetUserRequest(by=_ref(who))


def batch_get(*who: By) -> rpc.BatchGetUsersRequest:
    return rpc.BatchGetUsersRequest(by=[_ref(one) for one in who])


def update(who: By, *paths: str, request_id: str = "", **fields: Any) -> rpc.UpdateUserRequest:
    """Without paths there is no mask."""
    mask = FieldMask(paths=paths) if paths else None
    return rpc.UpdateUserRequest(by=_ref(who), user=person(**fields), update_mask=mask, request_id=request_id)


def delete(who: By, *, etag: str = "", request_id: str = "") -> rpc.DeleteUserRequest:
    return rpc.DeleteUserRequest(by=_ref(who), etag=etag, request_id=request_id)


def set_status(who: By, status: Any, *, request_id: str = "") -> rpc.SetUserStatusRequest:
    """The numbers of enums are not checked on their way to the server."""
    return rpc.SetUserStatusRequest(by=_ref(who), status=status, request_id=request_id)


def update_login_id(who: By, old: str, new: str, *, request_id: str = "") -> rpc.UpdateUserLoginIdRequest:
    return rpc.UpdateUserLoginIdRequest(by=_ref(who), login_id=old, new_login_id=new, request_id=request_id)


def modify_roles(who: By, mode: Any, *roles: Held, request_id: str = "") -> rpc.ModifyUserRolesRequest:
    return rpc.ModifyUserRolesRequest(
        by=_ref(who), mode=mode, roles=[grant(role) for role in roles], request_id=request_id
    )


def listing(
    *, order_by: str = "", page_size: int = 0, page_token: str = "", skip: int = 0, **chosen: Any
) -> rpc.ListUsersRequest:
    """`chosen` are fields of the filter, and `include_total_size`."""
    return rpc.ListUsersRequest(
        include_total_size=chosen.pop("include_total_size", False),
        filter=rpc.UserFilter(**chosen) if chosen else None,
        order_by=order_by,
        page_size=page_size,
        page_token=page_token,
        skip=skip,
    )


def search(
    query: str, search_by: str = "UNSPECIFIED", *, page_size: int = 0, page_token: str = "", **chosen: Any
) -> rpc.SearchUsersRequest:
    """`search_by` is written short, as in `EMAIL`; `chosen` are fields of the filter."""
    return rpc.SearchUsersRequest(
        query=query,
        search_by=f"SEARCH_BY_{search_by}",
        filter=rpc.UserFilter(**chosen) if chosen else None,
        page_size=page_size,
        page_token=page_token,
    )


def ask(client: Client, request: Any) -> Any:
    """Calls the RPC that the request is made for."""
    return getattr(client.users, type(request).__name__.removesuffix("Request"))(request)


def invalid_fields(client: Client, request: Any) -> list[str]:
    """The fields for which the request is refused, once each; none if it is not refused."""
    try:
        ask(client, request)
    except Refused as error:
        if error.reason != "FIELDS_INVALID":
            raise
        return sorted(set(error.fields))
    return []


def created(client: Client, **fields: Any) -> pb.User:
    """The user that CreateUser makes of these fields."""
    user: pb.User = ask(client, create(**fields)).user
    return user


def read(client: Client, who: By) -> pb.User:
    """The user as GetUser answers."""
    user: pb.User = ask(client, get(who)).user
    return user


def updated(client: Client, who: pb.User, *paths: str, **fields: Any) -> pb.User:
    """The answer to an update, which is what a read then answers too."""
    answer: pb.User = ask(client, update(who, *paths, **fields)).user
    assert answer == read(client, who)
    return answer


def walk(client: Client, request: Any) -> list[list[pb.User]]:
    """Every page from the request's on, down to the last."""
    pages = []
    while True:
        answer = ask(client, request)
        pages.append(list(answer.users))
        if not answer.next_page_token:
            return pages
        request.page_token = answer.next_page_token


def emails(users: Iterable[pb.User]) -> list[str]:
    """The part before the @ of each user's email: how these tests tell their people apart."""
    return [user.email.partition("@")[0] for user in users]


def role_names(user: pb.User) -> list[str]:
    return [role.name for role in user.roles]


def role(client: Client, name: str, *permissions: str, default: bool = False) -> role_pb2.Role:
    """Creates a role."""
    asked = role_pb2.Role(name=name, permissions=permissions, default=default)
    made: role_pb2.Role = client.roles.CreateRole(role_service_pb2.CreateRoleRequest(role=asked)).role
    return made


def in_days(days: float) -> Timestamp:
    """An instant that far from now."""
    instant = Timestamp()
    instant.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    return instant


def let_grant_expire(url: str, user: pb.User, held: role_pb2.Role) -> None:
    """Moves the end of a grant into the past, as the clock would."""
    sql(
        url,
        "UPDATE user_roles SET expire_time = now() - interval '1 second' WHERE (user_id, role_id) = (%s, %s)",
        user.user_id,
        held.role_id,
    )


def let_user_expire(url: str, user: pb.User) -> None:
    """Moves the end of a user into the past, as the clock would."""
    sql(url, "UPDATE users SET expire_time = now() - interval '1 second' WHERE user_id = %s", user.user_id)


def events_of(url: str, client: Client, user: pb.User) -> list[rows.Event]:
    """What is recorded of the user, oldest first."""
    return [
        event for event in rows.events(url, client.project_id, "user.") if event.subject_id == user.user_id
    ]
