"""A user can be named by an access token wherever one can be named: the current user of an application."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, Failure, Refused, refused
from tests.conftest import BeginSession, Running, sql
from tests.requests import BATCHES, METHODS, WRITES, Ground, ground, invoke, requests
from tests.rows import contents
from tests.rpc.session_requests import create_user, current_user, refresh, revoke_sessions, sign_out
from tests.rpc.user_requests import by


def takes_a_user(descriptor: Descriptor) -> bool:
    """Whether messages of this type name users by reference."""
    types = [field.message_type for field in descriptor.fields if field.message_type is not None]
    return any(kind.full_name == "roster.v1.UserRef" for kind in types) or any(
        takes_a_user(kind) for kind in types if kind.full_name.endswith("Item")
    )


NAMING = [name for name, method in METHODS.items() if takes_a_user(method.input_type)]
"""Every RPC that is told users by reference."""

# Who is blocked has no session.
OF_NOBODY = {"UserActionService/UnblockUser"}


def references(message: Message) -> Iterator[user_pb2.UserRef]:
    """All references to users in a request."""
    for field, value in message.ListFields():
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        for inner in value if field.is_repeated else [value]:
            if isinstance(inner, user_pb2.UserRef):
                yield inner
            elif inner.DESCRIPTOR.file.package == "roster.v1":
                yield from references(inner)


def asked(on: Ground, name: str) -> Any:
    """A request that names a user."""
    request = requests(on)[name]
    if not any(True for _ in references(request)):
        request.by.CopyFrom(on.by_user)
    return request


def with_tokens(client: Client, request: Any, token_of: Any) -> Any:
    """The request, its users named by access tokens."""
    for reference in references(request):
        try:
            user = client.users.GetUser(rpc.GetUserRequest(by=reference)).user
        except Refused:
            continue  # of nobody
        reference.access_token = token_of(user.user_id)
    return request


def reasons_of(client: Client, name: str, request: Any) -> set[str]:
    """Why a call, or its items, fail."""
    try:
        answer = invoke(client, name, request)
    except Refused as error:
        return {error.reason}
    assert name in BATCHES
    return {Failure(result.status).reason for result in answer.results if result.HasField("status")}


def test_these_tests_speak_of_many_methods() -> None:
    """Those that take many messages among them."""
    assert len(NAMING) > 20
    assert {name for name in NAMING if name in BATCHES} == {
        "UserService/BatchUpdateUsers",
        "UserService/BatchDeleteUsers",
        "UserActionService/BatchApplyUserActions",
    }


@pytest.mark.parametrize("name", [name for name in NAMING if name not in OF_NOBODY])
def test_method_takes_an_access_token(client: Client, begin_session: BeginSession, name: str) -> None:
    """And does what it does for the user's id."""
    request = asked(ground(client), name)

    def token_of(user_id: str) -> str:
        return str(begin_session(user_id).access_token)

    answer = invoke(client, name, with_tokens(client, request, token_of))

    assert any(reference.access_token for reference in references(request))
    if name in BATCHES:
        assert not any(result.HasField("status") for result in answer.results)


def test_session_that_is_over_is_nobodys(
    server: Running, client: Client, begin_session: BeginSession
) -> None:
    """From the moment of its end on, and nothing is changed. BatchGetUsers tells who is nobody."""
    on = ground(client)
    token = begin_session(create_user(client).user_id).access_token
    sql(server.url, "DELETE FROM sessions")
    before = contents(server.url)

    for name in NAMING:
        request = with_tokens(client, asked(on, name), lambda _: token)
        if name == "UserService/BatchGetUsers":
            assert list(invoke(client, name, request).not_found) == list(request.by)
        else:
            assert reasons_of(client, name, request) == {"SESSION_ENDED"}, name
        assert contents(server.url) == before, name


def test_token_that_is_none_is_refused(server: Running, client: Client) -> None:
    """Whatever it names; nothing is changed."""
    on = ground(client)
    before = contents(server.url)

    for name in NAMING:
        request = with_tokens(client, asked(on, name), lambda _: "not.a.token")
        assert reasons_of(client, name, request) == {"ACCESS_TOKEN_INVALID"}, name
        assert contents(server.url) == before, name


@pytest.mark.parametrize("name", [name for name in NAMING if name in WRITES and name not in OF_NOBODY])
def test_repeat_with_the_same_token_is_a_repeat(
    client: Client, begin_session: BeginSession, name: str
) -> None:
    """Also once the session is over."""
    request = asked(ground(client), name)
    if "request_id" not in request.DESCRIPTOR.fields_by_name:
        pytest.skip("it is not repeated")
    request.request_id = str(uuid4())
    with_tokens(client, request, lambda user_id: begin_session(user_id).access_token)
    first = invoke(client, name, request)

    assert invoke(client, name, request) == first


def test_revocation_counts_at_once(client: Client, begin_session: BeginSession) -> None:
    """However long the token has still to live."""
    user = create_user(client)
    revoked, signed_out, kept = (begin_session(user.user_id) for _ in range(3))
    assert current_user(client, revoked.access_token).user_id == user.user_id

    assert revoke_sessions(client, user.user_id, revoked.session_id) == 1
    sign_out(client, signed_out.refresh_token)

    for tokens in (revoked, signed_out):
        with refused("UNAUTHENTICATED", "SESSION_ENDED"):
            current_user(client, tokens.access_token)
    assert current_user(client, kept.access_token).user_id == user.user_id


def test_session_past_its_time_is_over(server: Running, client: Client, begin_session: BeginSession) -> None:
    """Whether or not it has been cleared away."""
    tokens = begin_session(create_user(client).user_id)
    sql(server.url, "UPDATE sessions SET expire_time = now()")

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        current_user(client, tokens.access_token)
    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, tokens.refresh_token)


def test_refresh_ends_no_access_token(client: Client, begin_session: BeginSession) -> None:
    """That of before it is good as long as it says."""
    tokens = begin_session(create_user(client).user_id)

    refresh(client, tokens.refresh_token)

    assert current_user(client, tokens.access_token)


def test_token_is_good_in_its_project_only(
    client: Client, other_project: Client, begin_session: BeginSession
) -> None:
    """To another one it is none."""
    tokens = begin_session(create_user(client).user_id)

    with refused("UNAUTHENTICATED", "ACCESS_TOKEN_INVALID"):
        current_user(other_project, tokens.access_token)


def test_users_are_found_by_session_and_otherwise_in_one_go(
    client: Client, begin_session: BeginSession
) -> None:
    """In the order they were asked for, twice if so."""
    ann, ben = create_user(client, email="ann@example.com"), create_user(client)
    tokens = begin_session(ben.user_id)
    refs = [
        by(access_token=tokens.access_token),
        by(email="ann@example.com"),
        by(access_token=begin_session(ann.user_id).access_token),
        by(user_id=ben.user_id),
    ]

    answer = client.users.BatchGetUsers(rpc.BatchGetUsersRequest(by=refs))

    assert [user.user_id for user in answer.users] == [ben.user_id, ann.user_id, ann.user_id, ben.user_id]


@pytest.mark.parametrize("kind", ["session", "sessions"])
def test_session_is_no_kind_of_reference_of_the_contract(kind: str) -> None:
    """A session's id, which tokens show to everybody, names no user."""
    assert kind not in GetMessageClass(user_pb2.UserRef.DESCRIPTOR)().DESCRIPTOR.fields_by_name
