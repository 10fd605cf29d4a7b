"""Claims that callers add to the access tokens of a session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.calling import Client, refused
from tests.conftest import BeginSession
from tests.rpc.session_requests import (
    add_claims,
    claims_of,
    create_user,
    refresh,
    sessions_of,
    sign_out,
)


def test_claims_are_added_and_last(client: Client, begin_session: BeginSession) -> None:
    """In the new access token and all further ones of the session, and in no other session's."""
    user = create_user(client)
    begun, other = begin_session(user.user_id), begin_session(user.user_id)

    first = add_claims(client, begun.access_token, plan="gold", limits={"seats": 5, "regions": ["eu", "us"]})
    second = add_claims(client, first, plan=None, beta=True)

    told = claims_of(client, first)
    assert (told["plan"], told["limits"]) == ("gold", {"seats": 5, "regions": ["eu", "us"]})
    assert told["sid"] == begun.session_id
    for token in (second, refresh(client, begun.refresh_token).access_token):
        told = claims_of(client, token)
        assert "plan" not in told
        assert (told["limits"]["seats"], told["beta"]) == (5, True)
    assert "beta" not in claims_of(client, refresh(client, other.refresh_token).access_token)
    sessions = {session.session_id: session for session in sessions_of(client, user.user_id)}
    assert set(sessions[begun.session_id].custom_claims.fields) == {"limits", "beta"}
    assert not sessions[other.session_id].custom_claims.fields


@pytest.mark.parametrize(
    "name",
    ["sub", "iss", "aud", "exp", "nbf", "iat", "jti", "sid", "amr", "roles", "permissions", "tenants"],
)
def test_claims_of_rosters_own_are_refused(client: Client, begin_session: BeginSession, name: str) -> None:
    """By their names, also to be taken away; nothing is changed."""
    begun = begin_session(create_user(client).user_id)

    for value in ("mine", None):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as caught:
            add_claims(client, begun.access_token, **{name: value, "plan": "gold"})
        assert caught.value.fields == [f"custom_claims.{name}"]

    assert "plan" not in claims_of(client, refresh(client, begun.refresh_token).access_token)


def test_claims_have_a_limit(client: Client, begin_session: BeginSession) -> None:
    """4 KiB in all, those added before included."""
    begun = begin_session(create_user(client).user_id)
    token = add_claims(client, begun.access_token, a="x" * 2_000, b="y" * 2_080)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as caught:
        add_claims(client, token, c="zz")

    assert caught.value.fields == ["custom_claims"]
    assert add_claims(client, token, b=None, c="zz")


def test_claims_that_json_cannot_express(client: Client, begin_session: BeginSession) -> None:
    """Are refused, by their names."""
    begun = begin_session(create_user(client).user_id)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as caught:
        add_claims(client, begun.access_token, ratio=float("nan"))

    assert caught.value.fields == ["custom_claims.ratio"]


def test_claims_can_be_added_at_the_same_time(client: Client, begin_session: BeginSession) -> None:
    """None is lost."""
    begun = begin_session(create_user(client).user_id)
    names = [f"claim{number}" for number in range(12)]

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: add_claims(client, begun.access_token, **{name: 1}), names))

    claims = claims_of(client, refresh(client, begun.refresh_token).access_token)
    assert all(claims[name] == 1 for name in names)


def test_claims_take_a_key(client: Client, begin_session: BeginSession) -> None:
    """End users do not give themselves any."""
    begun = begin_session(create_user(client).user_id)

    with refused("UNAUTHENTICATED", "CREDENTIALS_MALFORMED"):
        add_claims(client.public, begun.access_token, plan="gold")


def test_claims_of_a_session_that_is_over(client: Client, begin_session: BeginSession) -> None:
    """There is nothing to add them to."""
    begun = begin_session(create_user(client).user_id)
    sign_out(client, begun.refresh_token)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        add_claims(client, begun.access_token, plan="gold")
