"""Sessions: begun and refreshed, by tokens that are good once."""

from __future__ import annotations

import base64
import secrets
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import grpc
import pytest
from roster.v1 import session_pb2

from tests.calling import Client, refused
from tests.conftest import BeginSession, Running, StartServer, sql
from tests.rpc.action_requests import apply, define
from tests.rpc.session_requests import (
    claims_of,
    create_user,
    current_user,
    ended,
    refresh,
    sessions_of,
    set_token_policy,
    sign_out,
)
from tests.rpc.user_requests import let_user_expire

REPLACED_LONG_AGO = "UPDATE sessions SET refresh_time = refresh_time - interval '11 seconds'"


def test_refresh_gives_new_tokens(client: Client, begin_session: BeginSession) -> None:
    """Of the same session and user."""
    user = create_user(client, email="ada@example.com")
    begun = begin_session(user.user_id)

    refreshed = refresh(client, begun.refresh_token)

    assert refreshed.user == user
    assert refreshed.refresh_token not in ("", begun.refresh_token)
    first, second = claims_of(client, begun.access_token), claims_of(client, refreshed.access_token)
    assert (first["sub"], first["sid"]) == (user.user_id, begun.session_id)
    assert (second["sub"], second["sid"]) == (user.user_id, begun.session_id)
    assert second["exp"] == refreshed.expire_time.seconds
    assert first["jti"] != second["jti"]


def test_refreshed_token_refreshes(client: Client, begin_session: BeginSession) -> None:
    """And so on; every one is another."""
    token = begin_session(create_user(client).user_id).refresh_token

    tokens = {token := refresh(client, token).refresh_token for _ in range(5)}

    assert len(tokens) == 5


def test_replaced_token_has_the_same_answer_for_a_while(
    server: Running, client: Client, begin_session: BeginSession
) -> None:
    """So that who did not get the answer asks again."""
    user = create_user(client)
    begun = begin_session(user.user_id)
    lost = refresh(client, begun.refresh_token)

    again = refresh(client, begun.refresh_token)

    assert again.refresh_token == lost.refresh_token
    assert claims_of(client, again.access_token)["sid"] == begun.session_id
    assert refresh(client, again.refresh_token)
    assert ended(server, client) == []


def test_reuse_after_the_while_ends_the_session(
    server: Running, client: Client, begin_session: BeginSession
) -> None:
    """Somebody else has the token: thief and owner have to sign in again. Other sessions last."""
    user = create_user(client)
    begun, other = begin_session(user.user_id), begin_session(user.user_id)
    present = refresh(client, begun.refresh_token)
    sql(server.url, REPLACED_LONG_AGO)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, begun.refresh_token)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, present.refresh_token)
    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        current_user(client, present.access_token)
    assert [session.session_id for session in sessions_of(client, user.user_id)] == [other.session_id]
    told = {"cause": "reused", "count": 1, "session_ids": [begun.session_id]}
    assert ended(server, client) == [("session.reuse_detected", told)]


def test_older_token_ends_the_session_at_once(
    server: Running, client: Client, begin_session: BeginSession
) -> None:
    """One from before the last: nobody who lost an answer has it."""
    begun = begin_session(create_user(client).user_id)
    present = refresh(client, refresh(client, begun.refresh_token).refresh_token)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, begun.refresh_token)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, present.refresh_token)
    assert [kind for kind, _ in ended(server, client)] == ["session.reuse_detected"]


def test_project_may_allow_no_while(client: Client, begin_session: BeginSession) -> None:
    """Then every token is good once."""
    set_token_policy(client, reuse_leeway_seconds=0)
    begun = begin_session(create_user(client).user_id)
    refresh(client, begun.refresh_token)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, begun.refresh_token)


def test_parallel_refreshes_give_one_next_token(
    server: Running, client: Client, start_server: StartServer, begin_session: BeginSession
) -> None:
    """However many tabs of a browser come at once, and to whichever process."""
    user = create_user(client)
    begun = begin_session(user.user_id)
    with grpc.insecure_channel(start_server().address) as channel:
        callers = [client, Client(channel, client.project_id, client.key)] * 10
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda caller: refresh(caller, begun.refresh_token), callers))

    (next_token,) = {answer.refresh_token for answer in answers}
    assert {claims_of(client, answer.access_token)["sid"] for answer in answers} == {begun.session_id}
    assert len(sessions_of(client, user.user_id)) == 1
    assert ended(server, client) == []
    assert refresh(client, next_token)


def test_restart_of_the_server_changes_nothing(
    client: Client, start_server: StartServer, begin_session: BeginSession
) -> None:
    """Neither for the present token nor for the one before it."""
    begun = begin_session(create_user(client).user_id)
    lost = refresh(client, begun.refresh_token)
    with grpc.insecure_channel(start_server().address) as channel:
        restarted = Client(channel, client.project_id)

        assert refresh(restarted, begun.refresh_token).refresh_token == lost.refresh_token
        assert refresh(restarted, lost.refresh_token)


def _forged(token: str, *, session_id: str = "", secret: bytes = b"") -> str:
    raw = base64.urlsafe_b64decode(token.removeprefix("rt_") + "==")
    parts = [UUID(session_id).bytes if session_id else raw[:16], secret or raw[16:48], raw[48:]]
    return "rt_" + base64.urlsafe_b64encode(b"".join(parts)).decode().rstrip("=")


@pytest.mark.parametrize("how", ["secret", "session", "cut", "longer", "spelling", "prefix", "text"])
def test_forged_token_ends_nobodys_session(client: Client, begin_session: BeginSession, how: str) -> None:
    """Who knows the id of a session, which every access token tells, knows nothing to end it with."""
    user = create_user(client)
    begun, other = begin_session(user.user_id), begin_session(user.user_id)
    genuine = begun.refresh_token
    forged = {
        "secret": _forged(genuine, secret=secrets.token_bytes(32)),
        "session": _forged(genuine, session_id=other.session_id),
        "cut": genuine[:-1],
        "longer": f"{genuine}A",
        "spelling": f"{genuine}==",
        "prefix": genuine.removeprefix("rt_"),
        "text": "rt_é",
    }[how]

    for attempt in (refresh, sign_out):
        with refused("UNAUTHENTICATED", "REFRESH_TOKEN_INVALID"):
            attempt(client, forged)

    assert len(sessions_of(client, user.user_id)) == 2
    assert refresh(client, genuine)


def test_token_of_another_project_is_none(
    client: Client, other_project: Client, begin_session: BeginSession
) -> None:
    """And ends nothing where it is one."""
    begun = begin_session(create_user(client).user_id)

    for attempt in (refresh, sign_out):
        with refused("UNAUTHENTICATED", "REFRESH_TOKEN_INVALID"):
            attempt(other_project, begun.refresh_token)

    assert refresh(client, begun.refresh_token)


def test_who_may_not_sign_in_is_told_why(
    server: Running, client: Client, begin_session: BeginSession
) -> None:
    """Where the session is still there: the account has expired, or an action has come by another way."""
    expired, suspended = create_user(client), create_user(client)
    tokens = [begin_session(user.user_id) for user in (expired, suspended)]
    let_user_expire(server.url, expired)
    suspend = define(client, temporal=True, prevent_login=True)
    applied = apply(client, create_user(client), suspend)
    sql(
        server.url,
        "UPDATE applied_actions SET user_id = %s WHERE applied_action_id = %s",
        suspended.user_id,
        applied.applied_action_id,
    )

    with refused("FAILED_PRECONDITION", "LOGIN_NOT_ALLOWED") as caught:
        refresh(client, tokens[0].refresh_token)
    assert caught.value.metadata == {"status": "EXPIRED"}
    with refused("FAILED_PRECONDITION", "LOGIN_PREVENTED") as caught:
        refresh(client, tokens[1].refresh_token)
    assert caught.value.metadata == {"user_action": "Suspend"}
    (prevention,) = caught.value.details["LoginPreventions"].login_preventions
    assert prevention.applied_action_id == applied.applied_action_id


def test_session_lasts_as_long_as_the_project_says(
    server: Running, client: Client, begin_session: BeginSession
) -> None:
    """It is prolonged by every refresh, up to its end in any case."""
    user = create_user(client)
    policy = {"session_seconds": 2_000, "idle_seconds": 1_500}
    set_token_policy(client, **policy)
    begun = begin_session(user.user_id, token_policy=policy)

    def seconds() -> tuple[int, int]:
        (session,) = sessions_of(client, user.user_id)
        since = session.create_time.seconds
        return session.expire_time.seconds - since, session.refresh_time.seconds - since

    assert seconds() == (1_500, 0)
    moved = "UPDATE sessions SET {} = {} - interval '1000 seconds'"
    for column in ("create_time", "refresh_time", "end_time", "expire_time"):
        sql(server.url, moved.format(column, column))
    refresh(client, begun.refresh_token)

    until, refreshed = seconds()
    assert until in (2_000, 1_999)
    assert refreshed >= 1_000


def test_refresh_notes_where_the_session_is_used_from(client: Client, begin_session: BeginSession) -> None:
    """The address and the user agent of the last time."""
    user = create_user(client)
    begun = begin_session(user.user_id, methods=["PASSKEY"])
    (before,) = sessions_of(client, user.user_id)
    assert (before.ip_address, before.user_agent) == ("", "")

    refresh(client, begun.refresh_token)

    (session,) = sessions_of(client, user.user_id)
    assert session.ip_address == "127.0.0.1"
    assert session.user_agent.startswith("grpc-python")
    assert list(session.methods) == [session_pb2.LOGIN_METHOD_PASSKEY]


def test_only_hashes_of_tokens_are_stored(
    server: Running, client: Client, begin_session: BeginSession
) -> None:
    """Who reads the database can refresh nothing."""
    begun = begin_session(create_user(client).user_id)
    present = refresh(client, begun.refresh_token)
    stored = sql(server.url, "SELECT s::text FROM sessions s") + sql(
        server.url, "SELECT e::text FROM events e"
    )

    for token in (begun.refresh_token, present.refresh_token):
        secret = base64.urlsafe_b64decode(token.removeprefix("rt_") + "==")[16:48]
        assert not any(token in row or secret.hex() in row for (row,) in stored)
