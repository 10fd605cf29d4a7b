"""Tokens of users' accounts at other providers: kept sealed, told to who may read them and nobody else."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import passkey_pb2 as pb
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from server.config import MAX_PROVIDER_TOKENS_PER_USER
from tests.calling import Client, refused
from tests.conftest import MakeKey, Running, StartServer, sql
from tests.rows import contents
from tests.rpc.user_requests import NOBODY, by, created, delete, events_of, read

ACCESS = "ya29.an-access-token"
REFRESH = "1//a-refresh-token"
SCOPES = ("calendar.readonly", "profile")
LATER = Timestamp(seconds=4_000_000_000, nanos=123_456_000)

Who = user_pb2.User | user_pb2.UserRef


def token(provider: str = "google", **fields: Any) -> pb.ProviderToken:
    return pb.ProviderToken(**({"provider": provider, "access_token": ACCESS} | fields))


def whole(**fields: Any) -> pb.ProviderToken:
    """A token with every field set."""
    given: dict[str, Any] = {
        "provider_user_id": "10769150350006150715113082367",
        "refresh_token": REFRESH,
        "scopes": SCOPES,
        "expire_time": LATER,
    }
    return token(**(given | fields))


def setting(who: Who, kept: pb.ProviderToken, request_id: str = "") -> rpc.SetUserProviderTokenRequest:
    ref = by(user_id=who.user_id) if isinstance(who, user_pb2.User) else who
    return rpc.SetUserProviderTokenRequest(by=ref, provider_token=kept, request_id=request_id)


def put(client: Client, who: Who, kept: pb.ProviderToken) -> None:
    client.users.SetUserProviderToken(setting(who, kept))


def got(client: Client, who: Who, provider: str = "google") -> pb.ProviderToken:
    ref = by(user_id=who.user_id) if isinstance(who, user_pb2.User) else who
    request = rpc.GetUserProviderTokenRequest(by=ref, provider=provider)
    answer: pb.ProviderToken = client.users.GetUserProviderToken(request).provider_token
    return answer


def test_what_is_kept_is_read(server: Running, client: Client) -> None:
    """All of it, with when it was set."""
    ann = created(client, email="ann@example.com")

    put(client, ann, whole())

    answer = got(client, ann)
    ((now,),) = sql(server.url, "SELECT extract(epoch FROM now())::float")
    assert 0 <= now - answer.update_time.ToDatetime().timestamp() < 60
    answer.ClearField("update_time")
    assert answer == whole()


def test_every_reference_names_the_user(client: Client) -> None:
    """Folded as everywhere."""
    created(client, email="ann@example.com", phone_number="+4930901820", login_ids=["ann"])
    refs = [by(email="Ann@Example.com"), by(phone_number="+49 30 901820"), by(login_id="ANN")]

    for number, ref in enumerate(refs):
        put(client, ref, token(access_token=f"token {number}"))
        assert [got(client, other).access_token for other in refs] == [f"token {number}"] * 3


def test_new_tokens_take_the_place_of_old_ones(client: Client) -> None:
    """What is not set anew is gone. Other providers' tokens stay."""
    ann = created(client, email="ann@example.com")
    put(client, ann, whole())
    put(client, ann, token("github", access_token="gho"))
    before = got(client, ann)

    put(client, ann, token(access_token="ya29.another"))

    after = got(client, ann)
    assert after.update_time.ToDatetime() > before.update_time.ToDatetime()
    assert after == token(access_token="ya29.another", update_time=after.update_time)
    assert got(client, ann, "github").access_token == "gho"


def test_output_only_field_is_ignored(client: Client) -> None:
    """Nobody says when the tokens were set but the server."""
    ann = created(client, email="ann@example.com")

    put(client, ann, token(update_time=LATER))

    assert got(client, ann).update_time != LATER


def test_event_tells_all_but_the_tokens(server: Running, client: Client) -> None:
    """The state of the user itself is the same."""
    ann = created(client, email="ann@example.com")

    put(client, ann, whole())

    event = events_of(server.url, client, ann)[-1]
    assert event.type == "user.provider_token.set"
    assert event.changes == (
        None,
        {
            "provider": "google",
            "provider_user_id": whole().provider_user_id,
            "scopes": list(SCOPES),
            "expire_time": "2096-10-02T07:06:40.123456+00:00",
        },
    )
    assert read(client, ann).etag == ann.etag


@pytest.mark.parametrize("request_id", ["", str(uuid4())], ids=["once", "repeatable"])
def test_tokens_stand_nowhere_in_the_clear(
    server: Running, client: Client, capfd: pytest.CaptureFixture[str], request_id: str
) -> None:
    """Neither in a row of the database, that of the request included, nor in the log."""
    ann = created(client, email="ann@example.com")
    request = setting(ann, whole(), request_id)
    for _ in range(2):
        client.users.SetUserProviderToken(request)
    got(client, ann)

    logged = "".join(capfd.readouterr())
    assert "SetUserProviderToken" in logged
    rows = "\n".join(row for table in contents(server.url).values() for row in table)
    for secret in (ACCESS, REFRESH):
        for spelling in (secret, secret.encode().hex()):
            assert spelling not in logged
            assert spelling not in rows


def test_repeat_with_other_tokens_is_no_repeat(client: Client) -> None:
    """Although neither is stored with the request."""
    ann = created(client, email="ann@example.com")
    request_id = str(uuid4())
    client.users.SetUserProviderToken(setting(ann, whole(), request_id))

    with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED"):
        client.users.SetUserProviderToken(setting(ann, whole(refresh_token="another"), request_id))

    assert got(client, ann).refresh_token == REFRESH


def test_what_is_sealed_for_one_place_opens_nowhere_else(
    server: Running, client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    """Who can write to the database cannot make one user's tokens another's, nor another provider's."""
    ann, bob = created(client, email="ann@example.com"), created(client, email="bob@example.com")
    put(client, ann, whole())
    put(client, bob, token(access_token="bob's"))
    put(client, ann, token("github", access_token="gho"))
    move = """UPDATE provider_tokens SET tokens =
        (SELECT tokens FROM provider_tokens WHERE (user_id, provider) = (%s, 'google'))
        WHERE (user_id, provider) = (%s, %s)"""
    sql(server.url, move, ann.user_id, bob.user_id, "google")
    sql(server.url, move, ann.user_id, ann.user_id, "github")

    for who, provider in ((bob, "google"), (ann, "github")):
        with refused("INTERNAL", "INTERNAL") as error:
            got(client, who, provider)
        assert ACCESS not in str(error.value)
    assert ACCESS not in "".join(capfd.readouterr())
    assert got(client, ann).access_token == ACCESS


def test_user_has_tokens_of_so_many_providers(client: Client) -> None:
    """One more is refused, but what is there can still be replaced."""
    ann, bob = created(client, email="ann@example.com"), created(client, email="bob@example.com")
    for number in range(MAX_PROVIDER_TOKENS_PER_USER):
        put(client, ann, token(f"provider-{number}"))

    with refused("FAILED_PRECONDITION", "PROVIDER_TOKEN_LIMIT") as error:
        put(client, ann, token("one-more"))

    assert error.value.metadata == {"limit": str(MAX_PROVIDER_TOKENS_PER_USER)}
    with refused("NOT_FOUND", "PROVIDER_TOKEN_NOT_FOUND"):
        got(client, ann, "one-more")
    put(client, ann, token("provider-7", access_token="anew"))
    assert got(client, ann, "provider-7").access_token == "anew"
    put(client, bob, token("one-more"))


def test_unknown_user_and_unknown_provider(client: Client) -> None:
    """Are told apart."""
    ann = created(client, email="ann@example.com")

    for call in (lambda: got(client, by(user_id=NOBODY)), lambda: put(client, by(user_id=NOBODY), token())):
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            call()
    with refused("NOT_FOUND", "PROVIDER_TOKEN_NOT_FOUND") as error:
        got(client, ann)
    assert error.value.metadata == {"provider": "google"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"provider": "Google"}, "provider"),
        ({"provider": ""}, "provider"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": "x" * 16_385}, "access_token"),
        ({"refresh_token": "x" * 16_385}, "refresh_token"),
        ({"provider_user_id": "x" * 501}, "provider_user_id"),
        ({"scopes": [""]}, "scopes[0]"),
        ({"scopes": ["a"] * 101}, "scopes"),
        ({"expire_time": Timestamp(seconds=10**15)}, "expire_time"),
    ],
)
def test_fields_out_of_bounds(client: Client, fields: dict[str, Any], field: str) -> None:
    """Each is named, and nothing is kept."""
    ann = created(client, email="ann@example.com")

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        put(client, ann, token(**fields))

    assert error.value.fields == [f"provider_token.{field}"]
    with refused("NOT_FOUND", "PROVIDER_TOKEN_NOT_FOUND"):
        got(client, ann)


def test_reading_and_writing_are_two_scopes(client: Client, make_key: MakeKey) -> None:
    """And the right to read users is neither."""
    ann = created(client, email="ann@example.com")
    put(client, ann, token())
    reader, writer, other = (
        client.with_key(client.project_id, make_key(*scopes))
        for scopes in (["provider_tokens:read"], ["provider_tokens:write"], ["users:*"])
    )

    got(reader, ann)
    put(writer, ann, token())
    for caller in (writer, other):
        with refused("PERMISSION_DENIED", "SCOPE_MISSING"):
            got(caller, ann)
    for caller in (reader, other):
        with refused("PERMISSION_DENIED", "SCOPE_MISSING"):
            put(caller, ann, token())


def test_tokens_of_another_project_do_not_exist(client: Client, other_project: Client) -> None:
    """Nor can they be set."""
    ann = created(client, email="ann@example.com")
    put(client, ann, token())

    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        got(other_project, ann)
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        put(other_project, ann, token(access_token="theirs"))
    assert got(client, ann).access_token == ACCESS


def test_tokens_go_with_the_user(server: Running, client: Client) -> None:
    """Nothing of them is left, in events neither."""
    ann = created(client, email="ann@example.com")
    put(client, ann, whole())

    client.users.DeleteUser(delete(ann))

    assert contents(server.url)["provider_tokens"] == []
    assert {event.data is None for event in events_of(server.url, client, ann)[:-1]} == {True}


def test_another_secret_key_opens_nothing(
    start_server: StartServer, client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever starts a server with the wrong one is told so by the log, and callers nothing."""
    ann = created(client, email="ann@example.com")
    put(client, ann, token())
    stranger = start_server(secret_key=b64encode(b"x" * 32).decode())

    with grpc.insecure_channel(stranger.address) as channel, refused("INTERNAL", "INTERNAL"):
        got(Client(channel, client.project_id, client.key), ann)
    assert "ROSTER_SECRET_KEY" in "".join(capfd.readouterr())
