"""The requests that the service is driven with: a different one for each call."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final
from uuid import uuid4

import grpc
from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_pb2, user_pb2
from roster.v1 import user_action_service_pb2 as action_rpc
from roster.v1 import user_service_pb2 as rpc
from roster.v1.user_action_service_pb2_grpc import UserActionServiceStub
from roster.v1.user_service_pb2_grpc import UserServiceStub

from scripts.benchmark.names import FAMILY, GIVEN
from scripts.benchmark.processes import Contestant
from scripts.benchmark.seeding import ROLES

_SEED: Final = 20_240_229
_CALL_SECONDS: Final = 30.0


class Messenger:
    """Makes requests about the users of one service.

    Args:
        service: where page tokens come from.
        user_ids: users to name.
    """

    def __init__(self, service: Contestant, user_ids: Sequence[str]) -> None:
        self._service = service
        self._user_ids = user_ids
        self._random = random.Random(_SEED)
        self._created = 0
        self._role_rounds = 0

    def gets(self, count: int) -> Iterator[bytes]:
        """GetUser, of users from all over the table."""
        for user_id in self._random.choices(self._user_ids, k=count):
            yield get_user(user_id).SerializeToString()

    def checks(self, count: int) -> Iterator[bytes]:
        """CheckPermissions of two permissions, one of which the user has."""
        for user_id in self._random.choices(self._user_ids, k=count):
            yield rpc.CheckPermissionsRequest(
                by=user_pb2.UserRef(user_id=user_id), permissions=["extra1:read", "settings:delete"]
            ).SerializeToString()

    def creates(self, count: int) -> Iterator[bytes]:
        """CreateUser without password; never the same user again."""
        for _ in range(count):
            self._created += 1
            yield create_user(self._created).SerializeToString()

    def role_changes(self) -> Iterator[bytes]:
        """ModifyUserRoles, once for each user; each time this is called with another role, so that it changes
        something."""
        self._role_rounds += 1
        grant = user_pb2.RoleGrant(name=ROLES[self._role_rounds % len(ROLES)][0])
        for user_id in self._random.sample(self._user_ids, k=len(self._user_ids)):
            yield rpc.ModifyUserRolesRequest(
                by=user_pb2.UserRef(user_id=user_id), mode=rpc.MODIFY_MODE_SET, roles=[grant]
            ).SerializeToString()

    def applications(self, count: int) -> Iterator[bytes]:
        """ApplyUserAction, for two hours and with all that makes it dear: option, reason, comment, locale."""
        with stub(self._service, UserActionServiceStub) as actions:
            action_id = _suspension(actions)
        for user_id in self._random.choices(self._user_ids, k=count):
            yield action_rpc.ApplyUserActionRequest(
                by=user_pb2.UserRef(user_id=user_id),
                user_action_id=action_id,
                option="Nicely",
                reason="spam",
                comment="Third time this week.",
                duration=Duration(seconds=7_200),
            ).SerializeToString()

    def lists(self, pages: int) -> list[bytes]:
        """ListUsers: the first pages of 50 users."""
        tokens = walk(self._service, page_size=50, pages=pages)
        return [list_users(token).SerializeToString() for token in tokens]

    def bare_pages(self, pages: int) -> list[bytes]:
        """ListUsers as the floor takes it: pages of 50 users, each behind the user whose id is the token."""
        behind = sorted(self._user_ids)[: -2 * 50]
        return [list_users(token).SerializeToString() for token in self._random.choices(behind, k=pages)]


def method(name: str) -> str:
    """A method as gRPC has it: of UserService, but for those that are about actions."""
    service = "UserActionService" if "Action" in name else "UserService"
    return f"/roster.v1.{service}/{name}"


def _suspension(actions: Any) -> str:
    """The id of a new user action with an option; the reason `spam` is there as well then."""
    name = f"Suspend {uuid4()}"
    option = user_action_pb2.UserActionOption(name="Nicely", localized_names={"de": "Freundlich"})
    definition = user_action_pb2.UserAction(
        name=name, temporal=True, prevent_login=True, options=[option], localized_names={"de": "Sperren"}
    )
    created = actions.CreateUserAction(action_rpc.CreateUserActionRequest(user_action=definition))
    if not actions.ListUserActionReasons(action_rpc.ListUserActionReasonsRequest()).user_action_reasons:
        reason = user_action_pb2.UserActionReason(code="spam", text="Sends spam")
        actions.CreateUserActionReason(action_rpc.CreateUserActionReasonRequest(user_action_reason=reason))
    return str(created.user_action.user_action_id)


def get_user(user_id: str) -> rpc.GetUserRequest:
    """The request for one user."""
    return rpc.GetUserRequest(by=user_pb2.UserRef(user_id=user_id))


def list_users(page_token: str = "", page_size: int = 50) -> rpc.ListUsersRequest:
    """The request for a page in the usual order."""
    return rpc.ListUsersRequest(page_size=page_size, page_token=page_token)


def search_users(query: str) -> rpc.SearchUsersRequest:
    """The request for the first page of a search in all fields."""
    return rpc.SearchUsersRequest(query=query)


def create_user(number: int) -> rpc.CreateUserRequest:
    """The request that creates the user of this number, who looks like those that are there."""
    given, family = GIVEN[number * 7 % len(GIVEN)], FAMILY[number * 11 % len(FAMILY)]
    user = user_pb2.User(
        email=f"created{number}@example.com",
        given_name=given,
        family_name=family,
        display_name=f"{given} {family}",
        picture=f"https://img.example.com/c/{number}.png",
        locale="en",
        zoneinfo="Europe/Berlin",
    )
    user.metadata.update({"plan": "pro", "seats": number % 50})
    return rpc.CreateUserRequest(user=user)


def walk(service: Contestant, *, page_size: int, pages: int | None = None) -> list[str]:
    """The tokens of the first pages, or of all, that of the first page being ''."""
    tokens = [""]
    with stub(service) as users:
        while pages is None or len(tokens) < pages:
            page = users.ListUsers(list_users(tokens[-1], page_size))
            if not page.next_page_token:
                break
            tokens.append(page.next_page_token)
    return tokens


class _WithHeaders:
    """A stub whose calls carry a contestant's metadata."""

    def __init__(self, stub: Any, headers: tuple[tuple[str, str], ...]) -> None:
        self._stub = stub
        self._headers = headers

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._stub, name), metadata=self._headers, timeout=_CALL_SECONDS)


@contextmanager
def stub(service: Contestant, kind: Callable[[grpc.Channel], Any] = UserServiceStub) -> Iterator[Any]:
    """A service, UserService if not said otherwise, to be called one call at a time."""
    with grpc.insecure_channel(f"127.0.0.1:{service.port}") as channel:
        yield _WithHeaders(kind(channel), service.headers)
