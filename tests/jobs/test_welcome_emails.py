"""Emails to users who are new: invitations and verifications, one by one and by the thousand."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import user_action_service_pb2 as action_rpc
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.mailbox import Mailbox, token_in
from tests.rows import contents
from tests.rpc.batch_requests import answers, creation, deletions, item, options, update, updates
from tests.rpc.link_requests import reset, send_invitation, send_verification, verify, welcomed
from tests.rpc.sign_in_requests import sign_in
from tests.rpc.user_requests import ACTIVE, INACTIVE, INVITED, NOBODY, by, created, person, read


def waiting(server: Running) -> dict[str, list[str]]:
    """The users whom emails wait for, by kind."""
    found: dict[str, list[str]] = {}
    for kind, user_id in sql(
        server.url,
        "SELECT args->>'kind', args->>'user_id' FROM procrastinate_jobs"
        " WHERE task_name = 'send_email' ORDER BY id",
    ):
        found.setdefault(kind, []).append(user_id)
    return found


@pytest.mark.parametrize(
    ("flags", "fields", "kind"),
    [
        ({"invite": True}, {}, "INVITATION"),
        ({"send_verification_email": True}, {}, "VERIFICATION"),
        ({"send_verification_email": True}, {"status": ACTIVE}, "VERIFICATION"),
        ({"send_verification_email": True}, {"email_verified": True}, ""),
        ({"invite": True, "send_verification_email": True}, {}, "INVITATION"),
        ({"invite": True, "send_verification_email": True}, {"email_verified": True}, "INVITATION"),
        ({}, {}, ""),
    ],
)
def test_new_user_is_sent_what_was_asked_for(
    server: Running, client: Client, flags: dict[str, bool], fields: dict[str, Any], kind: str
) -> None:
    """An invitation verifies the email too."""
    user = welcomed(client, **flags, email="ada@example.com", **fields)

    assert waiting(server) == ({kind: [user.user_id]} if kind else {})


@pytest.mark.parametrize(
    ("flags", "fields", "wrong"),
    [
        ({"invite": True}, {"login_ids": ["ada"]}, ["invite"]),
        ({"invite": True}, {"email": "ada@example.com", "status": ACTIVE}, ["invite"]),
        ({"invite": True}, {"email": "ada@example.com", "status": INACTIVE}, ["invite"]),
        ({"send_verification_email": True}, {"login_ids": ["ada"]}, ["send_verification_email"]),
        (
            {"invite": True, "send_verification_email": True},
            {"login_ids": ["ada"], "status": ACTIVE},
            ["invite", "invite", "send_verification_email"],
        ),
    ],
)
def test_email_that_cannot_be_sent_keeps_the_user_from_being_made(
    server: Running, client: Client, flags: dict[str, bool], fields: dict[str, Any], wrong: list[str]
) -> None:
    """The error names what was asked for."""
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        welcomed(client, **flags, **fields)

    assert error.value.fields == wrong
    assert contents(server.url) == before
    assert waiting(server) == {}


def test_user_who_is_refused_is_sent_nothing(server: Running, client: Client) -> None:
    """One whose address another has."""
    created(client, email="ada@example.com")

    with refused("ALREADY_EXISTS", "EMAIL_TAKEN"):
        welcomed(client, invite=True, email="ADA@example.com")

    assert waiting(server) == {}


def test_repeat_of_a_creation_sends_one_email(server: Running, client: Client) -> None:
    """With the first answer."""
    request = rpc.CreateUserRequest(
        user=person(email="ada@example.com"), invite=True, request_id=str(uuid4())
    )

    assert client.users.CreateUser(request) == client.users.CreateUser(request)

    assert len(waiting(server)["INVITATION"]) == 1


def test_first_email_counts(client: Client) -> None:
    """The next comes after a while, as after any other."""
    user = welcomed(client, invite=True, email="ada@example.com")

    with refused("RESOURCE_EXHAUSTED", "EMAILS_TOO_FREQUENT"):
        send_invitation(client, user)
    send_verification(client, user)


# -- by the thousand -------------------------------------------------------------------------------


def test_batch_invites_those_who_can_be(server: Running, client: Client) -> None:
    """INVITED, with an email, and created by it; the others are made without."""
    created(client, email="there@example.com")
    everybody = (
        item(email="a@example.com"),
        item(email="b@example.com", status=ACTIVE),
        item(login_ids=["c"]),
        item(email="d@example.com", email_verified=True),
        item(email="e@example.com", blocked=True),
        item(email="there@example.com"),
        item(email="not an address"),
        item(email="f@example.com", status=INVITED),
    )

    (answer,) = answers(
        client, creation(*everybody, on_conflict="UPDATE", invite=True, send_verification_email=True)
    )

    ids = [result.user_id for result in answer.results]
    assert waiting(server) == {
        "INVITATION": [ids[0], ids[3], ids[7]],
        "VERIFICATION": [ids[1], ids[4]],
    }


def test_batch_that_is_undone_sends_nothing(server: Running, client: Client) -> None:
    """By its options, or one of its items."""
    good, bad = item(email="a@example.com"), item(email="not an address")

    answers(client, creation(good, invite=True, dry_run=True))
    answers(client, creation(good, bad, invite=True, all_or_nothing=True))

    assert waiting(server) == {}


def test_repeated_message_sends_each_email_once(server: Running, client: Client) -> None:
    """As after a broken stream."""
    message = creation(item(email="a@example.com"), invite=True, request_id=str(uuid4()))

    for _ in range(2):
        answers(client, message)

    assert len(waiting(server)["INVITATION"]) == 1


def test_thousand_invitations_arrive(server: Running, client: Client, mailing: Mailbox) -> None:
    """Each with a link of its own, that works."""
    count = 100
    (answer,) = answers(
        client, creation(*(item(email=f"user{number}@example.com") for number in range(count)), invite=True)
    )

    messages = mailing.wait_for(count)

    tokens = {message["To"]: token_in(message) for message in messages}
    assert Counter(message["To"] for message in messages) == {
        f"user{number}@example.com": 1 for number in range(count)
    }
    assert len(set(tokens.values())) == count
    reset(client, tokens["user7@example.com"], "another horse 3")
    assert sign_in(client, "user7@example.com", "another horse 3").user.user_id == answer.results[7].user_id


def test_verification_of_a_batch_works(client: Client, mailing: Mailbox) -> None:
    """As one alone does."""
    answers(client, creation(item(email="a@example.com", status=ACTIVE), send_verification_email=True))

    verified = verify(client, token_in(mailing.wait_for(1)[0]))

    assert verified == read(client, by(email="a@example.com"))
    assert verified.email_verified


@pytest.mark.parametrize("option", ["invite", "send_verification_email"])
def test_only_creations_can_send_emails(server: Running, client: Client, option: str) -> None:
    """In other batches the option is an error, and nothing is done."""
    ada = created(client, email="ada@example.com")
    applications = action_rpc.BatchApplyUserActionsRequest(
        items=[action_rpc.ApplyUserActionsItem(by=by(user_id=ada.user_id), user_action_id=NOBODY)],
        options=options(**{option: True}),
    )
    before = contents(server.url)

    for stream in (
        lambda: answers(client, updates(update(ada, given_name="Ada"), **{option: True})),
        lambda: answers(client, deletions(ada, **{option: True})),
        lambda: next(client.actions.BatchApplyUserActions(applications)),
    ):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            stream()
        assert error.value.fields == [f"options.{option}"]
    assert contents(server.url) == before
