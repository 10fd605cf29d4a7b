"""What stands between a right password and a session."""

from __future__ import annotations

from typing import Any

import pytest
from roster.v1 import session_pb2, user_pb2

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.action_requests import block
from tests.rpc.passkey_requests import ORIGIN, RP_ID, register
from tests.rpc.password_requests import GOOD, expired, opens, put, read, set_policy
from tests.rpc.session_requests import claims_of, current_user, refresh, sessions_of
from tests.rpc.sign_in_requests import (
    MFA,
    MFA_ENROLMENT,
    PASSWORD_CHANGE,
    WRONG,
    App,
    WithApp,
    attempts,
    challenge,
    change_password,
    complete,
    confirm,
    enrol,
    recorded,
    reset_mfa,
    set_settings,
    sign_in,
    token_of,
    user_with,
)
from tests.rpc.test_concurrency import at_once, outcomes
from tests.rpc.user_requests import INVITED

NEW = "battery staple 3"


@pytest.fixture
def ada(client: Client) -> user_pb2.User:
    return user_with(client)


def age_password(server: Running, days: int) -> None:
    """Lets time pass since passwords were set."""
    sql(server.url, "UPDATE passwords SET set_time = set_time - make_interval(days => %s)", days)


def test_nothing_secret_is_kept_or_told(server: Running, client: Client, ada: user_pb2.User) -> None:
    """Of all that a user sends and is given, neither rows nor events show anything."""
    phone = WithApp(client)
    expired(client, ada)
    first = challenge(client, PASSWORD_CHANGE)
    second = token_of(change_password(client, NEW, challenge_token=first), MFA)
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, password=WRONG)
    answer = complete(client, second, recovery_code=phone.recovery_codes[0])
    secrets = [GOOD, NEW, WRONG, first, second, answer.access_token, answer.refresh_token]

    kept = str(contents(server.url))

    assert [secret for secret in secrets if secret in kept] == []


# -- a new password ----------------------------------------------------------------------------------


def _temporary(server: Running, client: Client, user: user_pb2.User) -> None:
    put(client, user, GOOD, temporary=True)


def _expired(server: Running, client: Client, user: user_pb2.User) -> None:
    expired(client, user)


def _old(server: Running, client: Client, user: user_pb2.User) -> None:
    set_policy(client, max_age_days=30)
    age_password(server, 31)


@pytest.mark.parametrize("happened", [_temporary, _expired, _old])
def test_password_that_must_be_replaced_begins_no_session(
    server: Running, client: Client, ada: user_pb2.User, happened: Any
) -> None:
    """Its challenge is good for ChangePassword, which begins one."""
    happened(server, client, ada)

    token = challenge(client, PASSWORD_CHANGE)
    assert sessions_of(client, ada.user_id) == []
    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        complete(client, token, totp_code="123456")
    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        enrol(client, challenge_token=token)
    answer = change_password(client, NEW, challenge_token=token)

    assert answer.user == read(client, ada)
    assert not answer.user.password_change_required
    assert current_user(client, answer.access_token).user_id == ada.user_id
    assert claims_of(client, answer.access_token)["amr"] == ["password"]
    assert opens(server.url, ada, NEW)
    assert sign_in(client, password=NEW).access_token
    assert attempts(client, ada)[:2] == [("PASSWORD", "CHALLENGED"), ("PASSWORD", "SUCCEEDED")]


def test_challenge_is_good_once(client: Client, ada: user_pb2.User) -> None:
    """And for as long as the password is the one that was proven."""
    expired(client, ada)
    used, void = (challenge(client, PASSWORD_CHANGE) for _ in range(2))

    change_password(client, NEW, challenge_token=used)

    for token in (used, void, "nonsense"):
        with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
            change_password(client, "paper clip 4", challenge_token=token)
    assert sign_in(client, password=NEW).access_token


def test_challenge_of_another_project_is_none(
    client: Client, ada: user_pb2.User, other_project: Client
) -> None:
    """Nor is one that has expired."""
    expired(client, ada)
    token = challenge(client, PASSWORD_CHANGE)

    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        change_password(other_project, NEW, challenge_token=token)


def test_challenge_expires(server: Running, client: Client, ada: user_pb2.User) -> None:
    """After its time it is worth nothing."""
    expired(client, ada)
    token = challenge(client, PASSWORD_CHANGE)
    sql(server.url, "UPDATE one_time_tokens SET expire_time = now()")

    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        change_password(client, NEW, challenge_token=token)


def test_new_password_that_is_refused_leaves_the_challenge(client: Client, ada: user_pb2.User) -> None:
    """It keeps the policy, and is another one."""
    expired(client, ada)
    token = challenge(client, PASSWORD_CHANGE)

    for bad in ("short", GOOD):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            change_password(client, bad, challenge_token=token)
        assert set(error.value.fields) == {"new_password"}

    assert change_password(client, NEW, challenge_token=token).access_token


def test_one_of_many_uses_of_a_challenge_wins(server: Running, client: Client, ada: user_pb2.User) -> None:
    """The others change nothing."""
    expired(client, ada)
    token = challenge(client, PASSWORD_CHANGE)
    texts = [f"battery staple {number}" for number in range(10)]

    results = at_once(
        [lambda text=text: change_password(client, text, challenge_token=token) for text in texts]
    )

    counted = outcomes(results)
    assert counted["OK"] == 1
    assert counted.keys() <= {"OK", "CHALLENGE_INVALID", "HASHING_OVERLOADED"}
    winner = next(
        text for text, result in zip(texts, results, strict=True) if hasattr(result, "access_token")
    )
    assert opens(server.url, ada, winner)
    assert len(sessions_of(client, ada.user_id)) == 1


# -- a new password with a session -------------------------------------------------------------------


def test_password_is_replaced_with_the_present_one(
    server: Running, client: Client, ada: user_pb2.User
) -> None:
    """All sessions end, and a new one begins."""
    others = [sign_in(client), sign_in(client)]

    answer = change_password(client, NEW, access_token=others[0].access_token, current_password=GOOD)

    for other in others:
        with refused("UNAUTHENTICATED", "SESSION_ENDED"):
            refresh(client, other.refresh_token)
    (session,) = sessions_of(client, ada.user_id)
    assert claims_of(client, answer.access_token)["sid"] == session.session_id
    assert sign_in(client, password=NEW).access_token
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client)
    assert len(recorded(server.url, client, "user.password.set")) == 1


def test_wrong_present_password_counts_as_a_failure(
    server: Running, client: Client, ada: user_pb2.User
) -> None:
    """Whoever has found an access token guesses no faster."""
    set_settings(client, lockout_policy={"attempts": 3})
    token = sign_in(client).access_token

    for _ in range(3):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            change_password(client, NEW, access_token=token, current_password=WRONG)
    with refused("RESOURCE_EXHAUSTED", "LOGIN_LOCKED"):
        change_password(client, NEW, access_token=token, current_password=GOOD)

    assert opens(server.url, ada, GOOD)


def test_user_without_a_password_sets_one(server: Running, client: Client, begin_session: Any) -> None:
    """There is none to tell."""
    user = user_with(client, None)
    token = begin_session(user.user_id, methods=["PASSKEY"]).access_token

    answer = change_password(client, NEW, access_token=token)

    assert claims_of(client, answer.access_token)["amr"] == ["passkey"]
    assert opens(server.url, user, NEW)


@pytest.mark.parametrize(
    ("token", "reason"), [("nonsense", "ACCESS_TOKEN_INVALID"), ("ended", "SESSION_ENDED")]
)
def test_password_is_not_replaced_without_a_session(
    client: Client, ada: user_pb2.User, token: str, reason: str
) -> None:
    """Nor by the right present one alone."""
    if token == "ended":
        token = sign_in(client).access_token
        change_password(client, NEW, access_token=token, current_password=GOOD)

    with refused("UNAUTHENTICATED", reason):
        change_password(client, "paper clip 4", access_token=token, current_password=NEW)


def test_history_of_the_policy_holds(client: Client, ada: user_pb2.User) -> None:
    """For what users choose as for what is set for them."""
    set_policy(client, history=3)
    token = sign_in(client).access_token
    token = change_password(client, NEW, access_token=token, current_password=GOOD).access_token

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        change_password(client, GOOD, access_token=token, current_password=NEW)

    assert error.value.fields == ["new_password"]


# -- a second factor ---------------------------------------------------------------------------------


def test_second_factor_is_asked_for(client: Client, ada: user_pb2.User) -> None:
    """And told which there are; with it the session begins."""
    phone = WithApp(client).app
    answer = sign_in(client)
    assert list(answer.challenge.mfa_methods) == [
        session_pb2.LOGIN_METHOD_TOTP,
        session_pb2.LOGIN_METHOD_RECOVERY_CODE,
    ]
    token = token_of(answer, MFA)

    completed = complete(client, token, totp_code=phone.code())

    assert completed.user == read(client, ada)
    assert completed.user.mfa_enabled
    assert claims_of(client, completed.access_token)["amr"] == ["password", "totp"]
    assert attempts(client, ada)[-2:] == [("PASSWORD", "CHALLENGED"), ("TOTP", "SUCCEEDED")]


def test_wrong_code_leaves_the_challenge(client: Client, ada: user_pb2.User) -> None:
    """Until the account is locked; a success uses it up."""
    phone = WithApp(client).app
    token = challenge(client, MFA)

    for _ in range(3):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            complete(client, token, totp_code=phone.wrong())
    assert complete(client, token, totp_code=phone.code()).access_token

    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        complete(client, token, totp_code=phone.code(1))


def test_challenge_falls_with_the_password(client: Client, ada: user_pb2.User) -> None:
    """Who has replaced the password wants the former one to open nothing."""
    phone = WithApp(client).app
    token = challenge(client, MFA)
    put(client, ada, NEW)

    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        complete(client, token, totp_code=phone.code())


def test_second_factor_comes_after_the_new_password(client: Client, ada: user_pb2.User) -> None:
    """A new password leads to the second factor, and that to the session."""
    phone = WithApp(client).app
    expired(client, ada)

    token = challenge(client, PASSWORD_CHANGE)
    token = token_of(change_password(client, NEW, challenge_token=token), MFA)

    assert complete(client, token, totp_code=phone.code()).access_token


def test_password_that_expires_before_the_second_factor_is_replaced_after_it(
    client: Client, ada: user_pb2.User
) -> None:
    """The factor is not asked for twice."""
    phone = WithApp(client).app
    token = challenge(client, MFA)
    expired(client, ada)

    token = token_of(complete(client, token, totp_code=phone.code()), PASSWORD_CHANGE)
    answer = change_password(client, NEW, challenge_token=token)

    assert claims_of(client, answer.access_token)["amr"] == ["password", "totp"]


def test_user_blocked_before_the_second_factor_is_refused(client: Client, ada: user_pb2.User) -> None:
    """With the code, not without."""
    phone = WithApp(client).app
    token = challenge(client, MFA)
    block(client, ada)

    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        complete(client, token, totp_code=phone.wrong())
    with refused("FAILED_PRECONDITION", "LOGIN_NOT_ALLOWED") as error:
        complete(client, token, totp_code=phone.code())

    assert error.value.metadata == {"status": "BLOCKED"}


@pytest.mark.parametrize("wanted", ["required", "reset"])
def test_who_has_no_second_factor_sets_one_up(
    server: Running, client: Client, ada: user_pb2.User, wanted: str
) -> None:
    """Where the project requires one, or the former one was taken away."""
    if wanted == "required":
        set_settings(client, mfa_policy={"required": True})
    else:
        WithApp(client)
        assert reset_mfa(client, ada).mfa_reset_required
    token = challenge(client, MFA_ENROLMENT)
    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        complete(client, token, totp_code="123456")

    app = App(enrol(client, challenge_token=token).secret)
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        confirm(client, app.wrong(), challenge_token=token)
    answer = confirm(client, app.code(), challenge_token=token)

    assert (answer.user.mfa_enabled, answer.user.mfa_reset_required) == (True, False)
    assert answer.user == read(client, ada)
    assert len(answer.recovery_codes) == 10
    assert claims_of(client, answer.access_token)["amr"] == ["password", "totp"]
    for call in (
        lambda: enrol(client, challenge_token=token),
        lambda: confirm(client, "123456", challenge_token=token),
    ):
        with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
            call()
    assert challenge(client, MFA)


def test_invited_user_becomes_active_with_the_session(client: Client) -> None:
    """Not by a challenge."""
    user = user_with(client, status=INVITED, temporary=True)
    set_settings(client, mfa_policy={"required": True})

    token = challenge(client, PASSWORD_CHANGE)
    token = token_of(change_password(client, NEW, challenge_token=token), MFA_ENROLMENT)
    app = App(enrol(client, challenge_token=token).secret)
    assert read(client, user).status == INVITED
    answer = confirm(client, app.code(), challenge_token=token)

    assert answer.user.status == user_pb2.USER_STATUS_ACTIVE


def test_password_that_expires_before_the_enrolment_begins_it_anew(
    client: Client, ada: user_pb2.User
) -> None:
    """The answer has no place for another challenge."""
    set_settings(client, mfa_policy={"required": True})
    token = challenge(client, MFA_ENROLMENT)
    app = App(enrol(client, challenge_token=token).secret)
    expired(client, ada)

    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        confirm(client, app.code(), challenge_token=token)

    assert not read(client, ada).mfa_enabled
    assert challenge(client, PASSWORD_CHANGE)


@pytest.mark.parametrize("enrolled", [False, True])
def test_enrolment_is_nobodys_once_a_second_factor_is_set_up(
    client: Client, ada: user_pb2.User, enrolled: bool
) -> None:
    """Who has but the password does not put another factor in the place of that one, however far they are."""
    set_settings(client, mfa_policy={"required": True})
    late, first = challenge(client, MFA_ENROLMENT), challenge(client, MFA_ENROLMENT)
    if enrolled:
        secret = enrol(client, challenge_token=late).secret
    phone = App(enrol(client, challenge_token=first).secret)
    confirm(client, phone.code(), challenge_token=first)

    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        if enrolled:
            confirm(client, App(secret).code(), challenge_token=late)
        else:
            enrol(client, challenge_token=late)
    assert complete(client, challenge(client, MFA), totp_code=phone.code(1)).access_token


def test_enrolment_is_nobodys_once_there_is_a_passkey(client: Client, ada: user_pb2.User) -> None:
    """It is a second factor as well."""
    access_token = sign_in(client).access_token
    set_settings(client, mfa_policy={"required": True}, passkey_policy={"rp_id": RP_ID, "origins": [ORIGIN]})
    late = challenge(client, MFA_ENROLMENT)
    phone = App(enrol(client, challenge_token=late).secret)
    register(client, access_token)

    with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
        confirm(client, phone.code(), challenge_token=late)
    assert challenge(client, MFA)
