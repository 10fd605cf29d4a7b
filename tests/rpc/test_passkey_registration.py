"""Registering passkeys."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as user_rpc

from server.config import MAX_PASSKEYS_PER_USER
from tests.authenticator import AAGUID, BACKUP_ELIGIBLE, PRESENT, VERIFIED, Passkey, made_for, raw, text
from tests.calling import Client, refused
from tests.conftest import BeginSession, Running, sql
from tests.rows import contents, events
from tests.rpc.passkey_requests import (
    ORIGIN,
    RP_ID,
    begin,
    finish,
    neck_and_neck,
    passkeys_of,
    register,
    set_passkey_policy,
)
from tests.rpc.session_requests import create_user, revoke_sessions
from tests.rpc.user_requests import read


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    """A user of a project that takes passkeys."""
    set_passkey_policy(client)
    return create_user(client, email="ann@example.com", display_name="Ann")


@pytest.fixture
def token(ann: user_pb2.User, begin_session: BeginSession) -> str:
    """Her access token."""
    return begin_session(ann.user_id).access_token


def one_more(client: Client, token: str) -> tuple[Passkey, str, str]:
    """A passkey that has been made; its options, and their token."""
    options = begin(client, token)
    return made_for(options.options_json, ORIGIN), options.options_json, options.passkey_token


def test_registered_passkey_is_shown(server: Running, client: Client, ann: user_pb2.User, token: str) -> None:
    """In the answer and in the list; the user has another method to sign in by, and another etag."""
    made, shown = register(client, token)

    assert passkeys_of(client, ann.user_id) == [shown]
    assert shown.display_name == "Ann's phone"
    assert shown.aaguid.replace("-", "") == AAGUID.hex()
    assert (list(shown.transports), shown.backed_up) == (["internal", "hybrid"], True)
    assert shown.HasField("create_time")
    assert not shown.HasField("last_use_time")
    after = read(client, ann)
    assert list(after.auth_methods) == [user_pb2.AUTH_METHOD_PASSKEY]
    assert after.etag != ann.etag
    (event,) = events(server.url, client.project_id, "user.passkey.")
    assert (event.type, event.subject_id, event.key_id) == ("user.passkey.registered", ann.user_id, None)
    assert event.changes == (
        None,
        {
            "passkey_id": shown.passkey_id,
            "display_name": "Ann's phone",
            "aaguid": shown.aaguid,
            "transports": ["internal", "hybrid"],
            "backed_up": True,
        },
    )
    ((stored,),) = sql(server.url, "SELECT credential_id FROM passkeys")
    assert bytes(stored) == made.credential_id


def test_options_ask_for_a_passkey_of_the_user(client: Client, ann: user_pb2.User, token: str) -> None:
    """And exclude authenticators that hold one already."""
    first, _ = register(client, token)
    second, _ = register(client, token, transports=())

    options = json.loads(begin(client, token).options_json)

    assert options["rp"]["id"] == RP_ID
    assert (options["user"]["name"], options["user"]["displayName"]) == ("ann@example.com", "Ann")
    assert options["excludeCredentials"] == [
        {"id": text(first.credential_id), "type": "public-key", "transports": ["internal", "hybrid"]},
        {"id": text(second.credential_id), "type": "public-key"},
    ]
    assert len(raw(options["challenge"])) == 32


@pytest.mark.parametrize(("rp_name", "shown"), [("", "Default"), ("Our shop", "Our shop")])
def test_authenticators_show_the_project(
    server: Running, client: Client, ann: user_pb2.User, token: str, rp_name: str, shown: str
) -> None:
    """By the name in the policy, or else by its own. A change counts at once."""
    if rp_name:
        set_passkey_policy(client, rp_name=rp_name)
    else:
        ((shown,),) = sql(server.url, "SELECT display_name FROM projects")

    assert json.loads(begin(client, token).options_json)["rp"]["name"] == shown


def test_challenges_differ(client: Client, token: str) -> None:
    """And so do the tokens."""
    many = [begin(client, token) for _ in range(3)]

    assert len({json.loads(one.options_json)["challenge"] for one in many}) == 3
    assert len({one.passkey_token for one in many}) == 3


def test_project_without_a_relying_party_takes_none(client: Client, begin_session: BeginSession) -> None:
    """Not before, and not after it had one."""
    token = begin_session(create_user(client).user_id).access_token
    with refused("FAILED_PRECONDITION", "PASSKEYS_NOT_CONFIGURED"):
        begin(client, token)

    set_passkey_policy(client)
    made, options, passkey_token = one_more(client, token)
    set_passkey_policy(client, rp_id="", origins=[])

    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
        finish(client, token, passkey_token, made.attestation(options))


@pytest.mark.parametrize(
    "behaviour",
    [
        {"origin": "https://login.example.org"},
        {"rp_id": "example.org"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"client_data": (("challenge", text(bytes(32))),)},
        {"client_data": (("type", "webauthn.get"),)},
        {"credential_id": bytes(1_024)},
    ],
)
def test_false_answer_is_rejected(
    server: Running, client: Client, ann: user_pb2.User, token: str, behaviour: dict[str, Any]
) -> None:
    """Nothing is registered, and the options are used up."""
    made, options, passkey_token = one_more(client, token)

    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
        finish(client, token, passkey_token, replace(made, **behaviour).attestation(options))
    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
        finish(client, token, passkey_token, made.attestation(options))

    assert contents(server.url)["passkeys"] == []
    assert contents(server.url)["one_time_tokens"] == []
    assert list(read(client, ann).auth_methods) == []


def test_nonsense_is_rejected(client: Client, token: str) -> None:
    """As an answer and as a token."""
    made, options, passkey_token = one_more(client, token)

    for wrong in ("nothing", passkey_token[:-1]):
        with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
            finish(client, token, wrong, made.attestation(options))
    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
        finish(client, token, passkey_token, "{}")


def test_options_are_answered_once(client: Client, ann: user_pb2.User, token: str) -> None:
    """Also by another authenticator."""
    made, options, passkey_token = one_more(client, token)
    finish(client, token, passkey_token, made.attestation(options))

    for passkey in (made, made_for(options, ORIGIN)):
        with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
            finish(client, token, passkey_token, passkey.attestation(options))

    assert len(passkeys_of(client, ann.user_id)) == 1


def test_options_expire(server: Running, client: Client, token: str) -> None:
    """After five minutes."""
    made, options, passkey_token = one_more(client, token)
    ((seconds,),) = sql(
        server.url, "SELECT extract(epoch FROM expire_time - create_time)::int FROM one_time_tokens"
    )
    sql(server.url, "UPDATE one_time_tokens SET expire_time = now()")

    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
        finish(client, token, passkey_token, made.attestation(options))
    assert seconds == 300


def test_options_are_the_users_own(client: Client, token: str, begin_session: BeginSession) -> None:
    """Another user cannot answer them, and does not use them up."""
    made, options, passkey_token = one_more(client, token)
    bob = begin_session(create_user(client).user_id).access_token

    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
        finish(client, bob, passkey_token, made.attestation(options))

    assert finish(client, token, passkey_token, made.attestation(options)).passkey_id


def test_options_are_the_projects_own(
    client: Client, other_project: Client, token: str, begin_session: BeginSession
) -> None:
    """Although both have the same domain."""
    set_passkey_policy(other_project)
    stranger = create_user(other_project)
    theirs = begin_session(stranger.user_id, project_id=other_project.project_id).access_token
    made, options, passkey_token = one_more(client, token)

    with refused("UNAUTHENTICATED", "PASSKEY_REJECTED"):
        finish(other_project, theirs, passkey_token, made.attestation(options))
    with refused("UNAUTHENTICATED", "ACCESS_TOKEN_INVALID"):
        begin(other_project, token)


def test_session_has_to_last(
    client: Client, ann: user_pb2.User, begin_session: BeginSession, token: str
) -> None:
    """From the beginning to the end."""
    made, options, passkey_token = one_more(client, token)
    revoke_sessions(client, ann.user_id)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        begin(client, token)
    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        finish(client, token, passkey_token, made.attestation(options))
    with refused("UNAUTHENTICATED", "ACCESS_TOKEN_INVALID"):
        finish(client, "nothing", passkey_token, made.attestation(options))

    again = begin_session(ann.user_id).access_token
    assert finish(client, again, passkey_token, made.attestation(options)).passkey_id


def test_passkey_is_one_users(
    client: Client, ann: user_pb2.User, token: str, begin_session: BeginSession
) -> None:
    """The same credential cannot be registered again, by nobody, whatever the authenticator was told. What is
    taken leaves the options as they were."""
    made, _ = register(client, token)
    bob = create_user(client)
    for access_token in (token, begin_session(bob.user_id).access_token):
        options = begin(client, access_token)
        answer = made.attestation(options.options_json)
        for _ in range(2):
            with refused("ALREADY_EXISTS", "PASSKEY_TAKEN"):
                finish(client, access_token, options.passkey_token, answer)

    assert (len(passkeys_of(client, ann.user_id)), passkeys_of(client, bob.user_id)) == (1, [])
    assert list(read(client, bob).auth_methods) == []


def test_another_project_may_have_the_same_passkey(
    client: Client, other_project: Client, token: str, begin_session: BeginSession
) -> None:
    """They know nothing of each other."""
    set_passkey_policy(other_project)
    made, _ = register(client, token)
    stranger = create_user(other_project)
    theirs = begin_session(stranger.user_id, project_id=other_project.project_id).access_token
    options = begin(other_project, theirs)

    finish(other_project, theirs, options.passkey_token, made.attestation(options.options_json))

    assert len(passkeys_of(other_project, stranger.user_id)) == 1


def fill_up(url: str, user_id: str, number: int) -> None:
    """Gives the user so many passkeys."""
    sql(
        url,
        """INSERT INTO passkeys (project_id, passkey_id, user_id, credential_id, public_key, sign_count,
            transports, aaguid, backed_up, display_name)
        SELECT project_id, gen_random_uuid(), user_id, int4send(n), '', 0, '{}', gen_random_uuid(), false, ''
        FROM users, generate_series(1, %s) AS n WHERE user_id = %s""",
        number,
        user_id,
    )


def test_user_has_so_many_passkeys(server: Running, client: Client, ann: user_pb2.User, token: str) -> None:
    """The one that fits is registered; of one more not even the options are to be had."""
    fill_up(server.url, ann.user_id, MAX_PASSKEYS_PER_USER - 1)
    late, options, late_token = one_more(client, token)
    register(client, token)

    for attempt in (
        lambda: begin(client, token),
        lambda: finish(client, token, late_token, late.attestation(options)),
    ):
        with refused("FAILED_PRECONDITION", "PASSKEY_LIMIT") as error:
            attempt()
        assert error.value.metadata == {"limit": str(MAX_PASSKEYS_PER_USER)}
    assert len(passkeys_of(client, ann.user_id, page_size=1_000)) == MAX_PASSKEYS_PER_USER


def test_limit_holds_for_registrations_at_the_same_time(
    server: Running, client: Client, ann: user_pb2.User, token: str
) -> None:
    """The last place is given once."""
    fill_up(server.url, ann.user_id, MAX_PASSKEYS_PER_USER - 1)
    made = [one_more(client, token) for _ in range(4)]

    results = neck_and_neck(
        server.url,
        ann.user_id,
        [partial(finish, client, token, last, one.attestation(options)) for one, options, last in made],
    )

    assert results == {"OK": 1, "PASSKEY_LIMIT": 3}


def test_options_are_answered_once_at_the_same_time(
    server: Running, client: Client, ann: user_pb2.User, token: str
) -> None:
    """Of several answers one counts."""
    _, options, passkey_token = one_more(client, token)
    answers = [made_for(options, ORIGIN).attestation(options) for _ in range(4)]

    results = neck_and_neck(
        server.url, ann.user_id, [partial(finish, client, token, passkey_token, answer) for answer in answers]
    )

    assert results == {"OK": 1, "PASSKEY_REJECTED": 3}
    assert len(passkeys_of(client, ann.user_id)) == 1


def test_device_that_is_not_backed_up_says_so(client: Client, token: str) -> None:
    """As long as that is so."""
    for flags in (PRESENT | VERIFIED, PRESENT | VERIFIED | BACKUP_ELIGIBLE):
        assert not register(client, token, flags=flags)[1].backed_up


def test_passkeys_go_with_the_user(server: Running, client: Client, ann: user_pb2.User, token: str) -> None:
    """Nothing is left of them, nor of options."""
    register(client, token)
    begin(client, token)

    client.users.DeleteUser(user_rpc.DeleteUserRequest(by=user_pb2.UserRef(user_id=ann.user_id)))

    rows = contents(server.url)
    assert rows["passkeys"] == rows["one_time_tokens"] == []
    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        begin(client, token)


def test_name_is_bounded_and_trimmed(client: Client, token: str) -> None:
    """200 characters."""
    made, options, passkey_token = one_more(client, token)
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        finish(client, token, passkey_token, made.attestation(options), "x" * 201)
    assert error.value.fields == ["display_name"]

    assert finish(client, token, passkey_token, made.attestation(options), "  Phone ").display_name == "Phone"
