"""What a caller without good credentials is told: enough for an honest one, nothing for a stranger.

That every RPC asks for credentials: test_every_method."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import grpc
import pytest
from roster.v1 import role_pb2, role_service_pb2, role_service_pb2_grpc

from tests.calling import TIMEOUT, Client, Refused, refused
from tests.conftest import Running, StartServer, sql
from tests.rpc.key_requests import create, holder, revoke

LIST_ROLES = role_service_pb2.ListRolesRequest()
INVALID = role_service_pb2.CreateRoleRequest(role=role_pb2.Role(role_id="no id", name=""))
NOWHERE = "0190b8c1-0000-7000-8000-000000000000"
WELL_FORMED = f"rk_{'0190b8c1' * 4}_{'s' * 43}"


def refusal(client: Client, *metadata: tuple[str, str | bytes], request: Any = LIST_ROLES) -> Refused:
    """How a call with exactly this metadata is refused."""
    stub = role_service_pb2_grpc.RoleServiceStub(client.channel)
    method = stub.ListRoles if request is LIST_ROLES else stub.CreateRole
    with pytest.raises(grpc.RpcError) as error:
        method(request, timeout=TIMEOUT, metadata=metadata)
    return Refused(error.value)


def presented(client: Client, authorization: str) -> tuple[str, str]:
    """The code and reason of the refusal of this `authorization`."""
    error = refusal(client, ("authorization", authorization))
    return error.code, error.reason


def told(error: Refused) -> tuple[Any, ...]:
    """Everything that a caller is told, but for the id of the call."""
    trailers = {name: value for name, value in error.trailers.items() if name != "x-request-id"}
    return error.code, error.message, error.reason, error.metadata, sorted(error.details), trailers


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", ""),),
        (("authorization-bin", b"Bearer"),),
        (("x-api-key", WELL_FORMED),),
        (("proxy-authorization", f"Bearer {NOWHERE}:{WELL_FORMED}"),),
    ],
)
def test_missing(client: Client, metadata: tuple[tuple[str, str | bytes], ...]) -> None:
    """The message says what to send."""
    error = refusal(client, *metadata)

    assert (error.code, error.reason) == ("UNAUTHENTICATED", "CREDENTIALS_MISSING")
    assert "authorization: Bearer <project_id>:<management_key>" in error.message


MALFORMED = {
    "nothing behind the scheme": "Bearer",
    "only a space behind it": "Bearer ",
    "no scheme": "{project}:{key}",
    "another scheme": "Basic {project}:{key}",
    "the scheme twice": "Bearer Bearer {project}:{key}",
    "a colon behind the scheme": "Bearer: {project}:{key}",
    "no key": "Bearer {project}",
    "an empty key": "Bearer {project}:",
    "no project": "Bearer {key}",
    "an empty project": "Bearer :{key}",
    "a project that is no id": "Bearer first:{key}",
    "a project that is too short": "Bearer 0190b8c1-0000-7000-8000:{key}",
    "the two in the wrong order": "Bearer {key}:{project}",
    "another separator": "Bearer {project}/{key}",
    "a space for a separator": "Bearer {project} {key}",
    "quotes": 'Bearer "{project}:{key}"',
    "a key without its beginning": "Bearer {project}:{bare}",
    "a key in capitals": "Bearer {project}:{capitals}",
    "a key cut off behind its id": "Bearer {project}:{stump}",
    "a key with a short id": "Bearer {project}:rk_0123456789abcdef_secret",
    "a key whose id is no hexadecimal": "Bearer {project}:rk_{no_hex}_secret",
    "a key with dashes in its id": "Bearer {project}:rk_{dashed}_secret",
    "something of another maker": "Bearer {project}:sk_live_0123456789",
    "a token": "Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "very much": "Bearer " + "x" * 5_000,
}


@pytest.mark.parametrize("form", MALFORMED)
def test_malformed(client: Client, form: str) -> None:
    """Said of the form alone: whether a key exists does not matter."""
    authorization = MALFORMED[form].format(
        project=client.project_id,
        key=client.key,
        bare=client.key.removeprefix("rk_"),
        capitals=client.key.upper(),
        stump=client.key[:36],
        no_hex="g" * 32,
        dashed=uuid4(),
    )

    assert presented(client, authorization) == ("UNAUTHENTICATED", "CREDENTIALS_MALFORMED")


@pytest.mark.parametrize("form", ["Bearer {}:{}", "bearer {}:{}", "BEARER {}:{}", "Bearer  {}:{} "])
def test_scheme_may_be_written_as_http_allows(client: Client, form: str) -> None:
    """In any case, with spaces behind it."""
    stub = role_service_pb2_grpc.RoleServiceStub(client.channel)
    for project_id in (client.project_id, client.project_id.upper()):
        authorization = form.format(project_id, client.key)
        stub.ListRoles(LIST_ROLES, timeout=TIMEOUT, metadata=(("authorization", authorization),))


def test_unknown_key_and_wrong_secret_cannot_be_told_apart(client: Client, server: Running) -> None:
    """Whether the key exists, was revoked or has expired, and whether the project exists."""
    key, secret = create(client, "*")
    revoked, revoked_secret = create(client, "*")
    revoke(client, revoked.key_id)
    expired, expired_secret = create(client, "*")
    expire = "UPDATE management_keys SET expire_time = now() WHERE key_id = %s"
    sql(server.url, expire, expired.key_id)
    far = holder(client, "*", allowed_cidrs=["10.0.0.0/8"]).key
    wrong = [
        WELL_FORMED,
        f"{secret}x",
        secret[:-1],
        f"rk_{key.key_id.replace('-', '')}_wrong",
        secret.replace(key.key_id.replace("-", ""), revoked.key_id.replace("-", "")),
        *(f"{genuine[:36]}{'w' * 43}" for genuine in (revoked_secret, expired_secret, far)),
    ]

    errors = [
        refusal(client, ("authorization", f"Bearer {project_id}:{guess}"))
        for guess in wrong
        for project_id in (client.project_id, str(uuid4()))
    ]

    first = told(errors[0])
    assert first[:4] == (
        "UNAUTHENTICATED",
        "The management key or the project is not valid.",
        "CREDENTIALS_INVALID",
        {},
    )
    assert [told(error) for error in errors] == [first] * len(errors)


def test_holder_of_a_revoked_key_is_told(client: Client) -> None:
    """In whichever project, and whatever else is wrong with it."""
    key, secret = create(client, "*", allowed_cidrs=["10.0.0.0/8"])
    revoke(client, key.key_id)

    for project_id in (client.project_id, str(uuid4())):
        assert presented(client, f"Bearer {project_id}:{secret}") == ("UNAUTHENTICATED", "KEY_REVOKED")


def test_holder_of_an_expired_key_is_told(client: Client, server: Running) -> None:
    """To create another one."""
    key, secret = create(client, "*")
    sql(server.url, "UPDATE management_keys SET expire_time = now() WHERE key_id = %s", key.key_id)

    error = refusal(client, ("authorization", f"Bearer {client.project_id}:{secret}"))

    assert (error.code, error.reason) == ("UNAUTHENTICATED", "KEY_EXPIRED")
    assert "create another one" in error.message


def test_unknown_project_and_one_not_allowed_cannot_be_told_apart(
    client: Client, other_project: Client
) -> None:
    """A genuine key does not find out which projects there are."""
    _, secret = create(client, "*")
    errors = [
        refusal(client, ("authorization", f"Bearer {project_id}:{secret}"))
        for project_id in (other_project.project_id, str(uuid4()))
    ]

    for error in errors:
        assert (error.code, error.reason) == ("UNAUTHENTICATED", "PROJECT_NOT_ALLOWED")
        assert list(error.metadata) == ["project_id"]
    assert len({error.message.replace(error.metadata["project_id"], "") for error in errors}) == 1


def test_even_a_key_of_all_projects_needs_one_that_exists(client: Client) -> None:
    """All projects are those that there are."""
    nowhere = str(uuid4())

    error = refusal(client, ("authorization", f"Bearer {nowhere}:{client.key}"))

    assert (error.reason, error.metadata) == ("PROJECT_NOT_ALLOWED", {"project_id": nowhere})


def test_wrong_address_is_told_to_the_holder(client: Client) -> None:
    """With the address that the server saw."""
    _, secret = create(client, "*", allowed_cidrs=["10.0.0.0/8", "2001:db8::/32"])

    error = refusal(client, ("authorization", f"Bearer {client.project_id}:{secret}"))

    assert (error.code, error.reason) == ("UNAUTHENTICATED", "ADDRESS_NOT_ALLOWED")
    assert error.metadata == {"address": "127.0.0.1"}


@pytest.mark.parametrize("authorization", ["", "Bearer x", f"Bearer {NOWHERE}:{WELL_FORMED}"])
def test_stranger_learns_nothing_about_the_contract(client: Client, authorization: str) -> None:
    """An invalid request is refused for its credentials, with not a word of its fields."""
    valid = refusal(client, ("authorization", authorization))
    invalid = refusal(client, ("authorization", authorization), request=INVALID)

    assert told(invalid) == told(valid)
    assert sorted(invalid.details) == ["ErrorInfo"]


def test_refusals_do_not_repeat_the_secret(client: Client, other_project: Client) -> None:
    """Neither in the message nor in any detail."""
    genuine = holder(client, "users:read", allowed_cidrs=["10.0.0.0/8"]).key
    for project_id, key in (
        (other_project.project_id, holder(client, "*").key),
        (client.project_id, genuine),
        (client.project_id, WELL_FORMED),
        ("first", genuine),
    ):
        error = refusal(client, ("authorization", f"Bearer {project_id}:{key}"))
        assert key[36:] not in f"{error}{error.details}{error.trailers}"


def test_revoked_key_lives_as_long_as_it_is_remembered(start_server: StartServer, client: Client) -> None:
    """Where keys are remembered it still opens the door, for `key_cache_seconds`; elsewhere it does not."""
    forgetful, mindful = start_server(key_cache_seconds=0), start_server(key_cache_seconds=10)
    key, secret = create(client, "roles:read")
    with (
        grpc.insecure_channel(forgetful.address) as one,
        grpc.insecure_channel(mindful.address) as other,
    ):
        at_once = Client(one, client.project_id, secret)
        later = Client(other, client.project_id, secret)
        for caller in (at_once, later):
            caller.roles.ListRoles(LIST_ROLES)

        revoke(client, key.key_id)

        with refused("UNAUTHENTICATED", "KEY_REVOKED"):
            at_once.roles.ListRoles(LIST_ROLES)
        later.roles.ListRoles(LIST_ROLES)


def test_remembering_ends(start_server: StartServer, client: Client) -> None:
    """When `key_cache_seconds` are over, the database is asked again."""
    server = start_server(key_cache_seconds=0.5)
    key, secret = create(client, "roles:read")
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, secret)
        caller.roles.ListRoles(LIST_ROLES)
        revoke(client, key.key_id)

        with refused("UNAUTHENTICATED", "KEY_REVOKED"):
            for _ in range(100_000):
                caller.roles.ListRoles(LIST_ROLES)


def test_refusals_are_not_remembered(start_server: StartServer, client: Client, server: Running) -> None:
    """Who was refused and is let in since gets in."""
    mindful = start_server(key_cache_seconds=10)
    key, secret = create(client, "roles:read")
    suspend = "UPDATE management_keys SET revoke_time = %s WHERE key_id = %s"
    sql(server.url, suspend, "now", key.key_id)
    with grpc.insecure_channel(mindful.address) as channel:
        caller = Client(channel, client.project_id, secret)
        with refused("UNAUTHENTICATED", "KEY_REVOKED"):
            caller.roles.ListRoles(LIST_ROLES)
        sql(server.url, suspend, None, key.key_id)

        caller.roles.ListRoles(LIST_ROLES)
