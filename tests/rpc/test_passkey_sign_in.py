"""Signing in by a passkey: alone, and as a second factor."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import passkey_pb2 as pb
from roster.v1 import session_pb2, user_pb2
from roster.v1 import user_action_service_pb2 as action_rpc
from roster.v1 import user_service_pb2 as user_rpc

from tests.authenticator import BACKUP_ELIGIBLE, PRESENT, VERIFIED, Passkey, made_for, text
from tests.calling import Client, refused
from tests.conftest import BeginSession, Running, sql
from tests.rows import contents, events
from tests.rpc.action_requests import apply, define
from tests.rpc.passkey_requests import (
    ORIGIN,
    RP_ID,
    answer,
    ask_for,
    begin,
    delete_passkeys,
    demand_second_factors,
    finish,
    finish_sign_in,
    neck_and_neck,
    passkeys_of,
    register,
    set_passkey_policy,
    sign_in,
)
from tests.rpc.session_requests import claims_of, create_user, sessions_of
from tests.rpc.sign_in_requests import MFA, challenge, token_of, user_with
from tests.rpc.sign_in_requests import sign_in as sign_in_by_password

FALSE: list[dict[str, Any]] = [
    {"origin": "https://login.example.org"},
    {"origin": f"https://{RP_ID}"},
    {"rp_id": "example.org"},
    {"flags": PRESENT},
    {"flags": VERIFIED},
    {"client_data": (("challenge", text(bytes(32))),)},
    {"client_data": (("type", "webauthn.create"),)},
    {"client_data": (("crossOrigin", True),)},
    {"key": made_for(json.dumps({"rp": {"id": RP_ID}, "user": {"id": ""}}), ORIGIN).key},
]


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    """A user with a password, of a project that takes passkeys."""
    set_passkey_policy(client)
    return user_with(client, login_ids=["ada"])


@pytest.fixture
def passkey(client: Client, ann: user_pb2.User, begin_session: BeginSession) -> Passkey:
    """Her passkey; the session that it was registered in is over."""
    token = begin_session(ann.user_id)
    made, _ = register(client, token.access_token)
    client.public.auth.SignOut(auth.SignOutRequest(refresh_token=token.refresh_token))
    return made


def rejected(client: Client, assertion: pb.PasskeyAssertion) -> None:
    """Expects that nobody is signed in."""
    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED") as error:
        finish_sign_in(client, assertion)
    assert error.value.metadata == {}


# -- alone -------------------------------------------------------------------------------------


def test_passkey_signs_its_user_in(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """Without a word about who that is; the token says how it was done."""
    answered = sign_in(client, passkey)

    assert answered.user.user_id == ann.user_id
    assert not answered.HasField("challenge")
    claims = claims_of(client, answered.access_token)
    assert (claims["sub"], claims["amr"]) == (ann.user_id, ["passkey"])
    (session,) = sessions_of(client, ann.user_id)
    assert list(session.methods) == [session_pb2.LOGIN_METHOD_PASSKEY]
    (shown,) = passkeys_of(client, ann.user_id)
    assert shown.last_use_time.ToNanoseconds() >= shown.create_time.ToNanoseconds()


def test_options_allow_any_passkey(client: Client, passkey: Passkey) -> None:
    """Of the project's domain, whose authenticator verifies the user."""
    options = json.loads(ask_for(client).options_json)

    assert (options["rpId"], options["allowCredentials"]) == (RP_ID, [])
    assert (options["userVerification"], options["timeout"]) == ("required", 300_000)


def test_each_of_several_passkeys_serves(
    client: Client, ann: user_pb2.User, passkey: Passkey, begin_session: BeginSession
) -> None:
    """And each signs in its own user."""
    other, _ = register(client, begin_session(ann.user_id).access_token)
    bob = create_user(client)
    bobs, _ = register(client, begin_session(bob.user_id).access_token)

    signed_in = [sign_in(client, one).user.user_id for one in (passkey, other, bobs)]

    assert signed_in == [ann.user_id, ann.user_id, bob.user_id]


def test_domain_itself_is_the_origin_if_none_is_named(
    client: Client, ann: user_pb2.User, passkey: Passkey
) -> None:
    """By https alone."""
    set_passkey_policy(client, origins=[])

    assert sign_in(client, replace(passkey, origin=f"https://{RP_ID}")).user.user_id == ann.user_id
    for origin in (ORIGIN, f"http://{RP_ID}", f"https://{RP_ID}:8443"):
        rejected(client, answer(replace(passkey, origin=origin), ask_for(client)))


@pytest.mark.parametrize("behaviour", FALSE)
def test_false_answer_is_rejected(
    server: Running, client: Client, ann: user_pb2.User, passkey: Passkey, behaviour: dict[str, Any]
) -> None:
    """Nobody is signed in, and the options are used up."""
    options = ask_for(client)

    rejected(client, answer(replace(passkey, **behaviour), options))
    rejected(client, answer(passkey, options))

    assert sessions_of(client, ann.user_id) == []
    assert contents(server.url)["one_time_tokens"] == []
    assert not passkeys_of(client, ann.user_id)[0].HasField("last_use_time")


def test_passkey_that_nobody_registered(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """With the handle of a user, or of nobody."""
    options = ask_for(client)

    rejected(client, answer(replace(passkey, credential_id=b"another"), options))
    rejected(client, answer(replace(passkey, credential_id=b"another", handle=bytes(16)), ask_for(client)))


def test_authenticator_names_the_user(
    client: Client, ann: user_pb2.User, passkey: Passkey, begin_session: BeginSession
) -> None:
    """Neither nobody nor somebody else."""
    bobs, _ = register(client, begin_session(create_user(client).user_id).access_token)

    for handle in (None, bobs.handle, b""):
        rejected(client, answer(replace(passkey, handle=handle), ask_for(client)))


def test_nonsense_is_rejected(client: Client, passkey: Passkey) -> None:
    """As an answer and as a token."""
    options = ask_for(client)
    good = answer(passkey, options)

    for token in ("nothing", options.passkey_token[:-1]):
        rejected(client, pb.PasskeyAssertion(passkey_token=token, credential_json=good.credential_json))
    rejected(client, pb.PasskeyAssertion(passkey_token=good.passkey_token, credential_json="[]"))


def test_options_are_answered_once(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """A second answer, the same or another, is too late."""
    options = ask_for(client)
    first = answer(passkey, options)
    finish_sign_in(client, first)

    rejected(client, first)
    rejected(client, answer(passkey, options))

    assert len(sessions_of(client, ann.user_id)) == 1


def test_options_are_answered_once_at_the_same_time(
    server: Running, client: Client, ann: user_pb2.User, passkey: Passkey
) -> None:
    """Of several answers one counts."""
    options = ask_for(client)

    results = neck_and_neck(
        server.url, ann.user_id, [partial(finish_sign_in, client, answer(passkey, options)) for _ in range(4)]
    )

    assert results == {"OK": 1, "PASSKEY_REJECTED": 3}
    assert len(sessions_of(client, ann.user_id)) == 1


def test_options_expire(server: Running, client: Client, passkey: Passkey) -> None:
    """After five minutes."""
    options = ask_for(client)
    ((seconds,),) = sql(
        server.url, "SELECT extract(epoch FROM expire_time - create_time)::int FROM one_time_tokens"
    )
    sql(server.url, "UPDATE one_time_tokens SET expire_time = now()")

    rejected(client, answer(passkey, options))
    assert seconds == 300


def test_address_asks_for_so_many(server: Running, client: Client, passkey: Passkey) -> None:
    """A thousand within five minutes, which is how long they are kept; those that it has stay good."""
    options = ask_for(client)
    sql(server.url, "UPDATE throttles SET count = 999")
    ask_for(client)

    with refused("RESOURCE_EXHAUSTED", "SIGN_INS_TOO_FREQUENT") as error:
        ask_for(client)
    assert 250 < error.value.details["RetryInfo"].retry_delay.ToSeconds() <= 300
    assert sql(server.url, "SELECT count(*) FROM one_time_tokens") == [(2,)]
    assert finish_sign_in(client, answer(passkey, options)).access_token
    sql(server.url, "UPDATE throttles SET window_time = now() - interval '301 seconds', locked_until = now()")
    ask_for(client)


def test_options_of_one_kind_are_none_of_the_other(
    client: Client, ann: user_pb2.User, passkey: Passkey, begin_session: BeginSession
) -> None:
    """Those of a registration sign nobody in, and the other way round."""
    token = begin_session(ann.user_id).access_token
    registration, request = begin(client, token), ask_for(client)
    other = made_for(registration.options_json, ORIGIN)

    rejected(
        client,
        pb.PasskeyAssertion(
            passkey_token=registration.passkey_token,
            credential_json=passkey.assertion(registration.options_json),
        ),
    )
    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
        finish(client, token, request.passkey_token, other.attestation(request.options_json))


def test_nothing_crosses_projects(client: Client, other_project: Client, passkey: Passkey) -> None:
    """Neither options nor passkeys, even of the same domain."""
    set_passkey_policy(other_project)

    rejected(other_project, answer(passkey, ask_for(client)))
    rejected(other_project, answer(passkey, ask_for(other_project)))


def test_project_without_a_relying_party_takes_none(client: Client, passkey: Passkey) -> None:
    """From the moment on at which it has none any more."""
    options = ask_for(client)
    set_passkey_policy(client, rp_id="", origins=[])

    rejected(client, answer(passkey, options))
    with refused("FAILED_PRECONDITION", "PASSKEYS_NOT_CONFIGURED"):
        ask_for(client)


def test_backup_is_noted(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """As of the last use."""
    assert passkeys_of(client, ann.user_id)[0].backed_up

    sign_in(client, replace(passkey, flags=PRESENT | VERIFIED | BACKUP_ELIGIBLE))

    assert not passkeys_of(client, ann.user_id)[0].backed_up


# -- the count of signatures -------------------------------------------------------------------


def test_authenticator_that_does_not_count(client: Client, passkey: Passkey) -> None:
    """Always says zero."""
    for _ in range(3):
        sign_in(client, passkey)


def test_count_that_goes_on(server: Running, client: Client, passkey: Passkey) -> None:
    """Is remembered, gaps included."""
    for count in (1, 2, 7, 4_294_967_295):
        sign_in(client, replace(passkey, sign_count=count))

        assert sql(server.url, "SELECT sign_count FROM passkeys") == [(count,)]


@pytest.mark.parametrize("count", [5, 4, 0])
def test_count_that_goes_back(
    server: Running, client: Client, ann: user_pb2.User, passkey: Passkey, count: int
) -> None:
    """Shows that there are two of the passkey. Which is the true one nobody knows: it is told, and the one
    that is ahead serves on."""
    sign_in(client, replace(passkey, sign_count=5))

    rejected(client, answer(replace(passkey, sign_count=count), ask_for(client)))

    (event,) = events(server.url, client.project_id, "user.passkey.clone_suspected")
    (shown,) = passkeys_of(client, ann.user_id)
    assert (event.subject_id, event.data) == (ann.user_id, {"passkey_id": shown.passkey_id})
    assert sql(server.url, "SELECT sign_count FROM passkeys") == [(5,)]
    assert len(sessions_of(client, ann.user_id)) == 1
    sign_in(client, replace(passkey, sign_count=6))


def test_false_answer_suspects_nobody(server: Running, client: Client, passkey: Passkey) -> None:
    """Whoever has not the key cannot make it look cloned."""
    sign_in(client, replace(passkey, sign_count=5))

    for behaviour in FALSE:
        rejected(client, answer(replace(passkey, **({"sign_count": 1} | behaviour)), ask_for(client)))

    assert events(server.url, client.project_id, "user.passkey.clone_suspected") == []


def test_same_count_at_the_same_time(
    server: Running, client: Client, ann: user_pb2.User, passkey: Passkey
) -> None:
    """Serves once, although the options differ."""
    used = replace(passkey, sign_count=9)
    assertions = [answer(used, ask_for(client)) for _ in range(4)]

    results = neck_and_neck(
        server.url, ann.user_id, [partial(finish_sign_in, client, assertion) for assertion in assertions]
    )

    assert results == {"OK": 1, "PASSKEY_REJECTED": 3}
    assert len(sessions_of(client, ann.user_id)) == 1


def test_many_at_the_same_time(server: Running, client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """Of one that does not count, all are signed in; while others are deleted nothing collides."""
    assertions = [answer(passkey, ask_for(client)) for _ in range(4)]
    deletions = [partial(delete_passkeys, client, ann.user_id, ann.user_id) for _ in range(3)]

    results = neck_and_neck(
        server.url, ann.user_id, [*(partial(finish_sign_in, client, each) for each in assertions), *deletions]
    )

    assert results == {"OK": 7}
    assert len(sessions_of(client, ann.user_id)) == 4


# -- who may -----------------------------------------------------------------------------------


def test_deleted_passkey(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """Signs nobody in, not even by options from before."""
    options = ask_for(client)
    delete_passkeys(client, ann.user_id)

    rejected(client, answer(passkey, options))


def test_deleted_user(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """The same answer as for a passkey that never was."""
    options = ask_for(client)
    client.users.DeleteUser(user_rpc.DeleteUserRequest(by=user_pb2.UserRef(user_id=ann.user_id)))

    rejected(client, answer(passkey, options))


def test_blocked_user(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """Hears why, having proven who they are."""
    by = user_pb2.UserRef(user_id=ann.user_id)
    client.actions.BlockUser(action_rpc.BlockUserRequest(by=by))

    with refused("FAILED_PRECONDITION", "LOGIN_NOT_ALLOWED") as error:
        sign_in(client, passkey)
    assert error.value.metadata == {"status": "BLOCKED"}

    client.actions.UnblockUser(action_rpc.UnblockUserRequest(by=by))
    sign_in(client, passkey)


def test_user_who_is_kept_from_signing_in(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """The same, by an applied action."""
    ban = define(client, "Ban", temporal=True, prevent_login=True)
    apply(client, ann, ban, indefinite=True)

    with refused("FAILED_PRECONDITION", "LOGIN_PREVENTED"):
        sign_in(client, passkey)
    assert sessions_of(client, ann.user_id) == []


# -- as a second factor ------------------------------------------------------------------------


@pytest.fixture
def strict(client: Client, passkey: Passkey) -> None:
    """Passwords alone do not suffice in the project."""
    demand_second_factors(client)


def complete(
    client: Client, challenge_token: str, assertion: pb.PasskeyAssertion
) -> auth.CompleteMfaResponse:
    request = auth.CompleteMfaRequest(challenge_token=challenge_token, passkey=assertion)
    return client.public.auth.CompleteMfa(request)


@pytest.mark.usefixtures("strict")
def test_passkey_completes_a_sign_in(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """It is offered; the options allow the user's own ones, and the authenticator need not name the user."""
    answered = sign_in_by_password(client)
    challenge_token = token_of(answered, MFA)
    options = ask_for(client, challenge_token)
    allowed = json.loads(options.options_json)["allowCredentials"]

    completed = complete(client, challenge_token, answer(replace(passkey, handle=None), options))

    assert list(answered.challenge.mfa_methods) == [session_pb2.LOGIN_METHOD_PASSKEY]
    assert [one["id"] for one in allowed] == [text(passkey.credential_id)]
    assert completed.user.user_id == ann.user_id
    assert claims_of(client, completed.access_token)["amr"] == ["password", "passkey"]


@pytest.mark.usefixtures("strict")
def test_passkey_alone_is_as_good_as_two_factors(client: Client, passkey: Passkey) -> None:
    """No challenge follows."""
    assert sign_in(client, passkey).access_token


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("behaviour", FALSE)
def test_false_answer_completes_nothing(
    client: Client, ann: user_pb2.User, passkey: Passkey, behaviour: dict[str, Any]
) -> None:
    """It is a failed sign-in as any other; the challenge stays good."""
    challenge_token = challenge(client, MFA)

    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        false = answer(replace(passkey, **behaviour), ask_for(client, challenge_token))
        complete(client, challenge_token, false)

    assert complete(client, challenge_token, answer(passkey, ask_for(client, challenge_token))).access_token


@pytest.mark.usefixtures("strict")
def test_passkey_of_somebody_else_completes_nothing(
    client: Client, ann: user_pb2.User, passkey: Passkey, begin_session: BeginSession
) -> None:
    """Whether the options were made for the challenge or for anybody."""
    bobs, _ = register(client, begin_session(create_user(client).user_id).access_token)
    challenge_token = challenge(client, MFA)

    for options in (ask_for(client, challenge_token), ask_for(client)):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            complete(client, challenge_token, answer(bobs, options))
    # Nor do the options of a challenge let somebody else in.
    rejected(client, answer(bobs, ask_for(client, challenge_token)))
    assert sessions_of(client, ann.user_id) == []


@pytest.mark.usefixtures("strict")
def test_options_take_a_challenge_that_is_good(client: Client, ann: user_pb2.User, passkey: Passkey) -> None:
    """Not nonsense, not one that was met, and none of a user who has no passkey any more."""
    met = challenge(client, MFA)
    complete(client, met, answer(passkey, ask_for(client, met)))
    other = challenge(client, MFA)
    delete_passkeys(client, ann.user_id)

    for token in ("nothing", met, other, ask_for(client).passkey_token):
        with refused("UNAUTHENTICATED", "CHALLENGE_INVALID"):
            ask_for(client, token)
