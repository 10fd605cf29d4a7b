"""Sessions are listed, signed out of and revoked."""

from __future__ import annotations

from uuid import uuid4

import pytest
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import BeginSession, Running
from tests.rpc.session_requests import (
    create_user,
    ended,
    refresh,
    revoke_sessions,
    sessions_of,
    sign_out,
)
from tests.rpc.user_requests import NOBODY, by


def test_signing_out_ends_the_session(client: Client, server: Running, begin_session: BeginSession) -> None:
    """This one alone, with an event; doing so again is no error."""
    user = create_user(client)
    one, other = begin_session(user.user_id), begin_session(user.user_id)

    sign_out(client, one.refresh_token)
    sign_out(client, one.refresh_token)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, one.refresh_token)
    assert [session.session_id for session in sessions_of(client, user.user_id)] == [other.session_id]
    told = {"cause": "signed_out", "count": 1, "session_ids": [one.session_id]}
    assert ended(server, client) == [("session.ended", told)]


def test_signing_out_everywhere(server: Running, client: Client, begin_session: BeginSession) -> None:
    """All sessions of the user, nobody else's."""
    user = create_user(client)
    one, two, others = (
        begin_session(who) for who in (user.user_id, user.user_id, create_user(client).user_id)
    )

    sign_out(client, one.refresh_token, all_sessions=True)

    assert sessions_of(client, user.user_id) == []
    assert refresh(client, others.refresh_token)
    ((kind, told),) = ended(server, client)
    assert (kind, told["count"]) == ("session.ended", 2)
    assert set(told["session_ids"]) == {one.session_id, two.session_id}


def test_replaced_token_signs_out_as_well(client: Client, begin_session: BeginSession) -> None:
    """Whoever has any token of the session may end it."""
    user = create_user(client)
    begun = begin_session(user.user_id)
    refresh(client, refresh(client, begun.refresh_token).refresh_token)

    sign_out(client, begun.refresh_token)

    assert sessions_of(client, user.user_id) == []


def test_sessions_are_listed_newest_first_and_by_the_page(
    client: Client, begin_session: BeginSession
) -> None:
    """Of the user alone."""
    user = create_user(client)
    begun = [begin_session(user.user_id).session_id for _ in range(5)]
    begin_session(create_user(client).user_id)
    request = rpc.ListUserSessionsRequest(by=by(user_id=user.user_id), page_size=2)
    pages = []
    while not pages or request.page_token:
        answer = client.users.ListUserSessions(request)
        pages.append([session.session_id for session in answer.sessions])
        request.page_token = answer.next_page_token

    assert pages == [begun[:2:-1], begun[2:0:-1], begun[:1]]


def test_page_token_is_bound_to_the_user(client: Client, begin_session: BeginSession) -> None:
    """As tokens of all lists are to their arguments."""
    one, other = create_user(client), create_user(client)
    for _ in range(2):
        begin_session(one.user_id)
    request = rpc.ListUserSessionsRequest(by=by(user_id=one.user_id), page_size=1)
    request.page_token = client.users.ListUserSessions(request).next_page_token
    request.by.user_id = other.user_id

    with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
        client.users.ListUserSessions(request)


def test_some_sessions_are_revoked(server: Running, client: Client, begin_session: BeginSession) -> None:
    """Those that are named and are the user's; of others it is not told whether there are such."""
    user = create_user(client)
    one, two, three = (begin_session(user.user_id) for _ in range(3))
    others = begin_session(create_user(client).user_id)

    named = [one.session_id.upper(), two.session_id, others.session_id, str(uuid4())]
    assert revoke_sessions(client, user.user_id, *named) == 2

    assert [session.session_id for session in sessions_of(client, user.user_id)] == [three.session_id]
    assert refresh(client, others.refresh_token)
    ((kind, told),) = ended(server, client)
    assert (kind, told["cause"], told["count"]) == ("session.ended", "revoked", 2)
    assert set(told["session_ids"]) == {one.session_id, two.session_id}


def test_all_sessions_are_revoked(server: Running, client: Client, begin_session: BeginSession) -> None:
    """When none is named. A second time there are none, and no event."""
    user = create_user(client)
    for _ in range(3):
        begin_session(user.user_id)

    assert revoke_sessions(client, user.user_id) == 3
    assert revoke_sessions(client, user.user_id) == 0

    assert [told["count"] for _, told in ended(server, client)] == [3]


def test_event_names_so_many_sessions(server: Running, client: Client, begin_session: BeginSession) -> None:
    """The newest hundred; of more it tells the number."""
    user = create_user(client)
    last = [begin_session(user.user_id).session_id for _ in range(103)][3:]

    assert revoke_sessions(client, user.user_id) == 103

    ((_, told),) = ended(server, client)
    assert told["count"] == 103
    assert told["session_ids"] == last[::-1]


@pytest.mark.parametrize("method", ["list", "revoke"])
def test_sessions_of_nobody(client: Client, method: str) -> None:
    """An unknown user is told from one without sessions."""
    with refused("NOT_FOUND", "USER_NOT_FOUND") as caught:
        {"list": sessions_of, "revoke": revoke_sessions}[method](client, NOBODY)

    assert caught.value.metadata == {"user_id": NOBODY}


def test_user_without_sessions(client: Client) -> None:
    """Has none listed and none revoked."""
    user = create_user(client)

    assert sessions_of(client, user.user_id) == []
    assert revoke_sessions(client, user.user_id) == 0
