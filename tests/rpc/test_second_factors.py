"""Authenticator apps and recovery codes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.password_requests import read
from tests.rpc.session_requests import claims_of, refresh, sessions_of
from tests.rpc.sign_in_requests import (
    MFA,
    App,
    WithApp,
    challenge,
    complete,
    confirm,
    enrol,
    recorded,
    reset_mfa,
    set_settings,
    sign_in,
    user_with,
)
from tests.rpc.test_concurrency import at_once, outcomes
from tests.rpc.user_requests import by


@pytest.fixture
def ada(client: Client) -> user_pb2.User:
    return user_with(client, email="ada@example.com", login_ids=["ada"])


@pytest.fixture
def patient(client: Client) -> None:
    """Failures lock nobody."""
    set_settings(client, lockout_policy={"attempts": 0, "address_attempts": 0})


# -- setting up --------------------------------------------------------------------------------------


def test_secret_is_told_for_typing_and_for_a_picture(client: Client, ada: user_pb2.User) -> None:
    """The URI names the account and the project, as apps show them."""
    enrolment = enrol(client, access_token=sign_in(client).access_token)

    parts = urlsplit(enrolment.otpauth_uri)
    query = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert query["secret"] == [enrolment.secret]
    (issuer,) = query["issuer"]
    assert unquote(parts.path) == f"/{issuer}:ada@example.com"
    assert pyotp.parse_uri(enrolment.otpauth_uri).now() == pyotp.TOTP(enrolment.secret).now()


def test_secret_counts_once_it_is_confirmed(server: Running, client: Client, ada: user_pb2.User) -> None:
    """Then, and not before, sign-ins ask for it; the user has another etag, and there is an event."""
    token = sign_in(client).access_token
    app = App(enrol(client, access_token=token).secret)
    assert sign_in(client).access_token

    answer = confirm(client, app.code(), access_token=token)

    assert len(set(answer.recovery_codes)) == 10
    assert not answer.HasField("user")
    user = read(client, ada)
    assert user.mfa_enabled
    assert list(user.auth_methods) == [user_pb2.AUTH_METHOD_PASSWORD, user_pb2.AUTH_METHOD_TOTP]
    assert user.etag != ada.etag
    (event,) = recorded(server.url, client, "user.mfa")
    assert (event.type, event.subject_id, event.data) == ("user.mfa.enabled", ada.user_id, {})
    assert challenge(client, MFA)


def test_former_secret_counts_until_the_new_one_is_confirmed(client: Client, ada: user_pb2.User) -> None:
    """And its recovery codes as long."""
    had = WithApp(client)
    new = App(enrol(client, access_token=had.access_token).secret)
    assert complete(client, challenge(client, MFA), totp_code=had.app.code()).access_token

    answer = confirm(client, new.code(), access_token=had.access_token)

    for proof in ({"totp_code": had.app.code(1)}, {"recovery_code": had.recovery_codes[0]}):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            complete(client, challenge(client, MFA), **proof)
    assert complete(client, challenge(client, MFA), totp_code=new.code(1)).access_token
    assert complete(client, challenge(client, MFA), recovery_code=answer.recovery_codes[0]).access_token


def test_there_must_be_a_secret_to_confirm(client: Client, ada: user_pb2.User) -> None:
    """One that was confirmed does not wait any more."""
    token = sign_in(client).access_token
    with refused("FAILED_PRECONDITION", "TOTP_NOT_ENROLLED"):
        confirm(client, "123456", access_token=token)
    had = WithApp(client)
    with refused("FAILED_PRECONDITION", "TOTP_NOT_ENROLLED"):
        confirm(client, had.app.code(), access_token=token)


def test_wrong_codes_lock_the_confirmation(client: Client, ada: user_pb2.User) -> None:
    """They are guessed no faster than others."""
    set_settings(client, lockout_policy={"attempts": 2})
    token = sign_in(client).access_token
    app = App(enrol(client, access_token=token).secret)
    for _ in range(2):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            confirm(client, app.wrong(), access_token=token)

    with refused("RESOURCE_EXHAUSTED", "LOGIN_LOCKED"):
        confirm(client, app.code(), access_token=token)


@pytest.mark.parametrize("token", ["nonsense", "ended"])
def test_enrolment_takes_a_session(client: Client, ada: user_pb2.User, token: str) -> None:
    """One that lasts."""
    reason = "ACCESS_TOKEN_INVALID"
    if token == "ended":
        token, reason = sign_in(client).access_token, "SESSION_ENDED"
        client.users.RevokeUserSessions(rpc.RevokeUserSessionsRequest(by=by(user_id=ada.user_id)))
    for call in (
        lambda: enrol(client, access_token=token),
        lambda: confirm(client, "123456", access_token=token),
    ):
        with refused("UNAUTHENTICATED", reason):
            call()


def test_secret_of_one_is_not_that_of_another(client: Client, ada: user_pb2.User) -> None:
    """Nor does a sealed secret open in the place of another."""
    user_with(client, login_ids=["grace"])
    hers = WithApp(client)
    theirs = WithApp(client, "grace")

    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        complete(client, challenge(client, MFA), totp_code=theirs.app.code())
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        complete(client, challenge(client, MFA), recovery_code=theirs.recovery_codes[0])
    assert complete(client, challenge(client, MFA), totp_code=hers.app.code()).access_token


# -- one-time codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "good"), [(-2, False), (0, True), (1, True), (3, False)])
def test_code_is_good_near_its_time(client: Client, ada: user_pb2.User, step: int, good: bool) -> None:
    """One step of thirty seconds either way."""
    phone = WithApp(client).app
    token = challenge(client, MFA)
    if good:
        assert complete(client, token, totp_code=phone.code(step)).access_token
        return
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        complete(client, token, totp_code=phone.code(step))


def test_code_is_good_once(client: Client, ada: user_pb2.User) -> None:
    """Nor is an older one good after it, nor the one that confirmed the secret."""
    phone = WithApp(client).app
    assert complete(client, challenge(client, MFA), totp_code=phone.code(1)).access_token

    for step in (1, 0, -1):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            complete(client, challenge(client, MFA), totp_code=phone.code(step))


def test_one_of_many_uses_of_a_code_wins(client: Client, ada: user_pb2.User, patient: None) -> None:
    """Each with a challenge of its own."""
    phone = WithApp(client).app
    tokens = [challenge(client, MFA) for _ in range(20)]

    results = at_once(
        [lambda token=token: complete(client, token, totp_code=phone.code()) for token in tokens]
    )

    assert outcomes(results) == {"OK": 1, "LOGIN_FAILED": 19}


def test_one_of_many_uses_of_a_challenge_wins(server: Running, client: Client, ada: user_pb2.User) -> None:
    """The others are no failures: whoever sends a right code twice is not locked for it."""
    phone = WithApp(client).app
    before = len(sessions_of(client, ada.user_id))
    token = challenge(client, MFA)

    results = at_once([lambda: complete(client, token, totp_code=phone.code())] * 20)

    assert outcomes(results) == {"OK": 1, "CHALLENGE_INVALID": 19}
    assert len(sessions_of(client, ada.user_id)) == before + 1
    assert recorded(server.url, client, "user.sign_in.failed") == []


# -- recovery codes ----------------------------------------------------------------------------------


def test_each_recovery_code_is_good_once(client: Client, ada: user_pb2.User) -> None:
    """In any spelling; when the last is used up, the challenge does not name them any more."""
    had = WithApp(client)
    spellings: list[Any] = [str, str.upper, lambda code: code.replace("-", ""), lambda code: f" {code} "]

    for number, code in enumerate(had.recovery_codes):
        answer = complete(client, challenge(client, MFA), recovery_code=spellings[number % 4](code))
        assert claims_of(client, answer.access_token)["amr"] == ["password", "recovery_code"]
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            complete(client, challenge(client, MFA), recovery_code=code)

    assert list(sign_in(client).challenge.mfa_methods) == [3]


def test_one_of_many_uses_of_a_recovery_code_wins(client: Client, ada: user_pb2.User, patient: None) -> None:
    """Each with a challenge of its own."""
    code = WithApp(client).recovery_codes[0]
    tokens = [challenge(client, MFA) for _ in range(20)]

    results = at_once([lambda token=token: complete(client, token, recovery_code=code) for token in tokens])

    assert outcomes(results) == {"OK": 1, "LOGIN_FAILED": 19}


def test_secrets_are_not_kept_as_they_are(server: Running, client: Client, ada: user_pb2.User) -> None:
    """Neither secret nor code stands anywhere in the database."""
    token = sign_in(client).access_token
    secret = enrol(client, access_token=token).secret
    codes = confirm(client, App(secret).code(), access_token=token).recovery_codes

    kept = str(contents(server.url))

    for text in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert text not in kept
        assert text.encode().hex() not in kept


# -- taking it away ----------------------------------------------------------------------------------


def test_second_factor_is_taken_away(server: Running, client: Client, ada: user_pb2.User) -> None:
    """With all codes; sessions go on. Once."""
    had = WithApp(client)
    session = complete(client, challenge(client, MFA), totp_code=had.app.code())

    user = reset_mfa(client, ada)

    assert user == read(client, ada)
    assert (user.mfa_enabled, user.mfa_reset_required) == (False, True)
    assert user.etag != session.user.etag
    assert reset_mfa(client, ada) == user
    assert [event.type for event in recorded(server.url, client, "user.mfa")] == [
        "user.mfa.enabled",
        "user.mfa.reset",
    ]
    assert sql(server.url, "SELECT count(*) FROM totp_factors") == [(0,)]
    assert sql(server.url, "SELECT count(*) FROM recovery_codes") == [(0,)]
    assert refresh(client, session.refresh_token).access_token


def test_who_has_no_second_factor_keeps_none(client: Client, ada: user_pb2.User) -> None:
    """And is not asked to set one up."""
    assert reset_mfa(client, ada) == ada
    assert sign_in(client).access_token


def test_challenge_given_before_is_not_met_after(client: Client, ada: user_pb2.User) -> None:
    """There is nothing to meet it with."""
    had = WithApp(client)
    token = challenge(client, MFA)
    reset_mfa(client, ada)

    for proof in ({"totp_code": had.app.code()}, {"recovery_code": had.recovery_codes[0]}):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            complete(client, token, **proof)


# -- lists -------------------------------------------------------------------------------------------


def test_users_are_listed_by_how_they_prove_who_they_are(client: Client, ada: user_pb2.User) -> None:
    """Any of the ways that are named."""
    WithApp(client)
    user_with(client, login_ids=["grace"])
    user_with(client, None, login_ids=["nobody"])

    def listed(*methods: Any) -> list[str]:
        request = rpc.ListUsersRequest(filter=rpc.UserFilter(auth_methods=methods))
        return sorted(user.login_ids[0] for user in client.users.ListUsers(request).users)

    assert listed(user_pb2.AUTH_METHOD_TOTP) == ["ada"]
    assert listed(user_pb2.AUTH_METHOD_PASSKEY) == []
    assert listed(user_pb2.AUTH_METHOD_PASSWORD) == ["ada", "grace"]
    assert listed(user_pb2.AUTH_METHOD_TOTP, user_pb2.AUTH_METHOD_PASSKEY) == ["ada"]
    assert listed(user_pb2.AUTH_METHOD_PASSWORD, user_pb2.AUTH_METHOD_TOTP) == ["ada", "grace"]
