"""The streams of batches: what can be sent, and by whom."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from roster.v1 import user_batch_pb2 as rpc

from tests.calling import Client, Refused, refused
from tests.conftest import MakeKey, Running
from tests.rows import contents
from tests.rpc.batch_requests import Talk, answers, creation, end_of, item, reasons, talking, tidings, users
from tests.rpc.key_requests import ahead, create, holder, revoke
from tests.rpc.user_requests import by, get

# -- messages that cannot be taken -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (rpc.BatchCreateUsersRequest(), ["items"]),
        (users(1_001), ["items"]),
        (creation(item(login_ids=["ann"]), request_id="17"), ["request_id"]),
        (creation(item(login_ids=["ann"]), on_conflict="SKIP"), ["options"]),
    ],
)
def test_message_that_breaks_a_rule_ends_the_stream(client: Client, message: Any, fields: list[str]) -> None:
    """What was sent before it is done and answered; nothing behind it is."""
    with talking(client, users(1)) as talk:
        assert reasons(talk.hear()) == ["CREATED"]
        talk.say(message)
        talk.say(users(1, first=1))
        end = end_of(talk)

    assert (end.code, end.reason, end.fields) == ("INVALID_ARGUMENT", "FIELDS_INVALID", fields)
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        client.users.GetUser(get(by(login_id="user-1")))


def test_option_that_nobody_knows(client: Client) -> None:
    """In the first message."""
    message = users(1)
    message.options.MergeFrom(type(message.options).FromString(b"\x08\x63"))

    with talking(client, message) as talk:
        end = end_of(talk)

    assert (end.reason, end.fields) == ("FIELDS_INVALID", ["options.on_conflict"])


def test_full_message_is_taken(client: Client) -> None:
    """A thousand users."""
    assert set(tidings(client, users(1_000))) == {"CREATED"}


def test_message_that_is_too_large_ends_the_stream(client: Client) -> None:
    """Over 4 MiB."""
    large = creation(*(item(login_ids=[f"user-{n}"], metadata={"x": "y" * 60_000}) for n in range(75)))
    assert large.ByteSize() > 4 * 1024**2

    with talking(client, users(1)) as talk:
        assert reasons(talk.hear()) == ["CREATED"]
        talk.say(large)

        assert end_of(talk).code == "RESOURCE_EXHAUSTED"


def test_message_that_cannot_be_decoded_ends_the_stream(client: Client) -> None:
    """It is told; what was sent before it is done."""
    raw = client.channel.stream_stream(
        "/roster.v1.UserService/BatchCreateUsers",
        request_serializer=lambda data: data,
        response_deserializer=rpc.BatchCreateUsersResponse.FromString,
    )
    stream = raw(iter([users(1).SerializeToString(), b"\xff\xff"]), timeout=20, metadata=client.metadata)

    assert reasons(next(stream)) == ["CREATED"]
    with pytest.raises(grpc.RpcError) as caught:
        next(stream)
    assert (Refused(caught.value).code, Refused(caught.value).reason) == (
        "INVALID_ARGUMENT",
        "MESSAGE_MALFORMED",
    )


def test_stream_without_messages_has_no_responses(client: Client) -> None:
    """And ends well."""
    assert list(client.users.BatchCreateUsers([])) == []


def test_responses_come_in_the_order_of_the_messages(client: Client) -> None:
    """Many may be on their way; each has its own results."""
    messages = [users(n % 7 + 1, first=n * 10) for n in range(60)]

    found = answers(client, *messages)

    assert [len(answer.results) for answer in found] == [len(message.items) for message in messages]


# -- who may send ----------------------------------------------------------------------------------


def kept_busy(talk: Talk) -> tuple[int, Refused]:
    """Goes on until the stream ends; returns how many users were created, and the end."""
    for count in range(1, 10_000):
        try:
            talk.ask(users(1, first=count))
        except Refused as end:
            return count - 1, end
    raise AssertionError("it does not end")


def test_stream_ends_when_its_key_is_revoked(server: Running, client: Client) -> None:
    """Whether it waits or works; what was answered is done, and what was not is not."""
    key, secret = create(client, "users:write")
    caller = client.with_key(client.project_id, secret)
    with talking(caller, users(1)) as busy, talking(caller, users(1, first=1_000)) as waiting:
        assert reasons(busy.hear()) == reasons(waiting.hear()) == ["CREATED"]

        revoke(client, key.key_id)

        answered, end = kept_busy(busy)
        ends = [end, end_of(waiting)]
    assert [(end.code, end.reason) for end in ends] == [("UNAUTHENTICATED", "KEY_REVOKED")] * 2
    assert len(contents(server.url)["users"]) == answered + 2


def test_stream_ends_when_its_key_expires(client: Client) -> None:
    """At its time, without anybody doing anything."""
    caller = holder(client, "users:write", expire_time=ahead(seconds=3))

    with talking(caller, users(1)) as talk:
        assert end_of(talk).reason == "KEY_EXPIRED"


def test_stream_of_a_key_that_may_only_read(client: Client, make_key: MakeKey) -> None:
    """Is refused before its first message is looked at."""
    reader = client.with_key(client.project_id, make_key("users:read", "roles:write"))

    for message in (users(1), rpc.BatchCreateUsersRequest()):
        with talking(reader, message) as talk:
            end = end_of(talk)
            assert (end.reason, end.metadata) == ("SCOPE_MISSING", {"scope": "users:write"})
