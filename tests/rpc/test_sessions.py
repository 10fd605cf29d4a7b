"""Sessions: begun, refreshed, listed, signed out of and revoked."""

from __future__ import annotations

from tests.calling import Client, refused
from tests.conftest import BeginSession, Running
from tests.rows import events
from tests.rpc.session_requests import (
    claims_of,
    create_user,
    refresh,
    sessions_of,
    sign_out,
)


def test_refresh_gives_new_tokens(client: Client, begin_session: BeginSession) -> None:
    """Of the same session and user."""
    user = create_user(client, email="ada@example.com")
    begun = begin_session(user.user_id)

    refreshed = refresh(client, begun.refresh_token)

    assert refreshed.user.user_id == user.user_id
    assert refreshed.refresh_token not in ("", begun.refresh_token)
    first, second = claims_of(client, begun.access_token), claims_of(client, refreshed.access_token)
    assert (first["sub"], first["sid"]) == (user.user_id, begun.session_id)
    assert (second["sub"], second["sid"]) == (user.user_id, begun.session_id)
    assert second["exp"] == refreshed.expire_time.seconds
    assert first["jti"] != second["jti"]


def test_refreshed_token_refreshes(client: Client, begin_session: BeginSession) -> None:
    """And so on."""
    token = begin_session(create_user(client).user_id).refresh_token

    tokens = {token := refresh(client, token).refresh_token for _ in range(5)}

    assert len(tokens) == 5


def test_signing_out_ends_the_session(client: Client, server: Running, begin_session: BeginSession) -> None:
    """This one alone, with an event; doing so again is no error."""
    user = create_user(client)
    one, other = begin_session(user.user_id), begin_session(user.user_id)

    sign_out(client, one.refresh_token)
    sign_out(client, one.refresh_token)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, one.refresh_token)
    assert [session.session_id for session in sessions_of(client, user.user_id)] == [other.session_id]
    (ended,) = events(server.url, client.project_id, "session.ended")
    assert ended.subject_id == user.user_id
    assert ended.data == {"cause": "signed_out", "count": 1, "session_ids": [one.session_id]}
