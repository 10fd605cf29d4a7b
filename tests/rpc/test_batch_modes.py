"""Batches that only tell what they would do, and batches that do all of a message or nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import batch_pb2

from tests.calling import Client, Failure
from tests.conftest import Running
from tests.requests import BATCHES, Ground, ground, requests
from tests.rows import contents
from tests.rpc.batch_requests import (
    POLICIES,
    answers,
    creation,
    deletions,
    item,
    options,
    tidings,
    told,
    update,
    updates,
)
from tests.rpc.password_requests import GOOD, plain
from tests.rpc.user_requests import by, created, role

each_batch = pytest.mark.parametrize("name", BATCHES)


@pytest.fixture
def on(client: Client) -> Ground:
    """Something to work on."""
    return ground(client)


def message_of(on: Ground, name: str, **chosen: Any) -> Any:
    """A message of this RPC whose items all succeed."""
    message = requests(on)[name]
    message.options.CopyFrom(options(**chosen))
    message.request_id = str(uuid4())
    return message


def spoil(message: Any) -> int:
    """Adds an item that breaks the contract, and returns its position."""
    message.items.add()
    return len(message.items) - 1


def id_of(result: Any) -> str:
    """The id of what an item was about."""
    return str(getattr(result, result.WhichOneof("outcome")))


# -- dry runs --------------------------------------------------------------------------------------


@each_batch
def test_dry_run_changes_nothing(server: Running, client: Client, on: Ground, name: str) -> None:
    """Not even its request id is used up: the same message, meant, does what was told."""
    message = message_of(on, name, dry_run=True)
    spoil(message)
    before = contents(server.url)

    (dry,) = answers(client, message)

    assert before == contents(server.url)
    assert dry.request_id == message.request_id
    message.options.dry_run = False
    (real,) = answers(client, message)
    assert [told(result) for result in dry.results] == [told(result) for result in real.results]
    new = {id_of(result) for result in real.results if told(result) == "CREATED"}
    for was_told, result in zip(dry.results[:-1], real.results[:-1], strict=True):
        assert id_of(was_told) == ("" if id_of(result) in new else id_of(result))
    assert before != contents(server.url)


@pytest.mark.parametrize("policy", POLICIES)
def test_dry_run_tells_what_a_run_would(server: Running, client: Client, policy: str) -> None:
    """Of conflicts with those who are there and within the message, of failures early and late."""
    role(client, "Reader")
    ann = created(client, email="ann@example.com")
    created(client, login_ids=["bob"])
    items = [
        item(email="ann@example.com", given_name="Ann"),
        item(email="ann@example.com", login_ids=["bob"]),
        item(email="new@example.com", roles=["Reader"], password=plain(GOOD)),
        item(email="NEW@example.com", given_name="New"),
        item(email="new@example.com", roles=["Nothing"]),
        item(email="other@example.com", roles=["Nothing"]),
        item(email="other@example.com"),
        item(email="no address"),
    ]
    before = contents(server.url)

    (dry,) = answers(client, creation(*items, on_conflict=policy, dry_run=True))

    assert before == contents(server.url)
    (real,) = answers(client, creation(*items, on_conflict=policy))
    assert [told(result) for result in dry.results] == [told(result) for result in real.results]
    if policy != "FAIL":
        assert dry.results[0].user_id == ann.user_id
        assert (dry.results[2].user_id, dry.results[3].user_id) == ("", "")
    assert [result.status for result in dry.results] == [result.status for result in real.results]


def test_messages_of_a_dry_run_do_not_see_each_other(client: Client) -> None:
    """Each tells what it would do now."""
    first = creation(item(email="ann@example.com"), dry_run=True)

    assert tidings(client, first, creation(item(email="ann@example.com"))) == ["CREATED", "CREATED"]


# -- all or nothing --------------------------------------------------------------------------------


@each_batch
def test_one_failure_fails_the_message(server: Running, client: Client, on: Ground, name: str) -> None:
    """The item that fails says why; the others say that another did, and nothing was changed."""
    message = message_of(on, name, all_or_nothing=True)
    bad = spoil(message)
    before = contents(server.url)

    (answer,) = answers(client, message)

    assert before == contents(server.url)
    reasons = [told(result) for result in answer.results]
    assert reasons == ["BATCH_ITEM_FAILED"] * bad + ["FIELDS_INVALID"]
    assert Failure(answer.results[0].status).code == "ABORTED"
    # Its id is not used up: without the bad item the message is another one, and done.
    del message.items[bad]
    (done,) = answers(client, message)
    assert not any(result.HasField("status") for result in done.results)
    assert before != contents(server.url)


def test_every_failure_says_why(server: Running, client: Client) -> None:
    """Whether it is found early or late; the messages before and behind are done."""
    created(client, email="ann@example.com")
    stream = (
        creation(item(email="first@example.com"), all_or_nothing=True),
        creation(
            item(email="second@example.com"),
            item(email="ann@example.com"),
            item(email="no address"),
            item(email="third@example.com", roles=["Nothing"]),
        ),
        creation(item(email="second@example.com")),
    )

    assert tidings(client, *stream) == [
        "CREATED",
        "BATCH_ITEM_FAILED",
        "EMAIL_TAKEN",
        "FIELDS_INVALID",
        "ROLE_NOT_FOUND",
        "CREATED",
    ]


def test_what_is_skipped_is_no_failure(client: Client) -> None:
    """Only items that fail count."""
    created(client, email="ann@example.com")
    message = creation(
        item(email="ann@example.com"), item(email="bob@example.com"), on_conflict="SKIP", all_or_nothing=True
    )

    assert tidings(client, message) == ["SKIPPED", "CREATED"]


def test_updates_and_deletions_are_taken_back(server: Running, client: Client) -> None:
    """Those that were done before the failure was found."""
    ann, bob = created(client, email="ann@example.com"), created(client, login_ids=["bob"])
    before = contents(server.url)

    for message in (
        updates(
            update(ann, given_name="Ann"), update(bob, login_ids=["ann"], etag="old"), all_or_nothing=True
        ),
        deletions(ann, bob, by(login_id="nobody"), all_or_nothing=True),
    ):
        *others, last = tidings(client, message)
        assert set(others) == {"BATCH_ITEM_FAILED"}
        assert last in ("ETAG_MISMATCH", "USER_NOT_FOUND")
    assert before == contents(server.url)


def test_dry_run_of_all_or_nothing(server: Running, client: Client) -> None:
    """Tells what would have become of the message."""
    before = contents(server.url)
    items = [item(email="ann@example.com"), item(email="no address")]

    assert tidings(client, creation(*items, dry_run=True, all_or_nothing=True)) == [
        "BATCH_ITEM_FAILED",
        "FIELDS_INVALID",
    ]
    assert tidings(client, creation(items[0], dry_run=True, all_or_nothing=True)) == ["CREATED"]
    assert before == contents(server.url)


def test_options_are_those_of_the_contract() -> None:
    """One that is added is tried here too; those of emails are tried where these are sent."""
    fields = {field.name for field in batch_pb2.BatchOptions.DESCRIPTOR.fields}

    assert fields - {"invite", "send_verification_email"} == {"on_conflict", "dry_run", "all_or_nothing"}
