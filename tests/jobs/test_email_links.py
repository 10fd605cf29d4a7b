"""Links in emails, from end to end: they prove an address, set a password, accept an invitation, once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from roster.v1 import user_pb2 as pb

from tests.calling import Client, Refused, refused
from tests.conftest import Running, sql
from tests.mailbox import Mailbox, link_in, subjects, text_of, token_in
from tests.process.conftest import eventually
from tests.rows import events
from tests.rpc.batch_requests import item, made
from tests.rpc.email_requests import email_policy
from tests.rpc.link_requests import (
    ask_for_reset,
    reset,
    send_invitation,
    send_reset_to,
    send_verification,
    verify,
    welcomed,
)
from tests.rpc.password_requests import GOOD, plain, setting
from tests.rpc.session_requests import sessions_of
from tests.rpc.sign_in_requests import change_password, set_settings, sign_in, user_with
from tests.rpc.user_requests import ACTIVE, INVITED, NOBODY, ask, by, created, delete, read, updated

NEW = "another horse 3"


@pytest.fixture
def client(client: Client) -> Client:
    """Emails may follow each other at once."""
    email_policy(client, interval_seconds=0, emails_per_hour=1_000, notify_password_changed=False)
    return client


def types(server: Running, client: Client, user: pb.User) -> list[str]:
    """What is recorded of a user, from the creation on."""
    return [event.type for event in events(server.url, client.project_id) if event.subject_id == user.user_id]


# -- verification ----------------------------------------------------------------------------------


def test_link_verifies_the_email(server: Running, client: Client, mailing: Mailbox) -> None:
    """With an event that says so; once it is verified there is nothing to send."""
    ada = created(client, email="ada@example.com")
    send_verification(client, ada)
    token = token_in(mailing.wait_for(1)[0])

    verified = verify(client, token)

    assert (verified.user_id, verified.email_verified) == (ada.user_id, True)
    assert read(client, ada) == verified
    (changed,) = events(server.url, client.project_id, "user.updated")
    assert changed.changes == ({"email_verified": False}, {"email_verified": True})
    assert changed.key_id is None
    send_verification(client, ada)
    send_verification(client, created(client, email="last@example.com"))
    assert [one["To"] for one in mailing.wait_for(2)] == ["ada@example.com", "last@example.com"]


def jobs(server: Running) -> int:
    """Emails that wait to be sent."""
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'send_email'"
    return int(sql(server.url, query)[0][0])


def test_link_of_another_address_proves_nothing(client: Client, mailing: Mailbox) -> None:
    """A changed address has to be verified by itself."""
    ada = created(client, email="ada@example.com")
    send_verification(client, ada)
    token = token_in(mailing.wait_for(1)[0])
    updated(client, ada, email="other@example.com")

    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        verify(client, token)
    assert not read(client, ada).email_verified
    updated(client, ada, email="ADA@example.com")
    assert verify(client, token).email_verified


def test_verification_withdraws_the_other_links(client: Client, mailing: Mailbox) -> None:
    """All of one user."""
    ada = created(client, email="ada@example.com")
    for _ in range(2):
        send_verification(client, ada)
    first, second = map(token_in, mailing.wait_for(2))

    verify(client, second)

    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        verify(client, first)


def test_only_who_has_an_email_is_sent_one(client: Client) -> None:
    """And only who is there."""
    for send in (send_verification, send_invitation):
        with refused("FAILED_PRECONDITION", "EMAIL_NOT_AVAILABLE"):
            send(client, created(client, login_ids=[uuid4().hex]))
        for nobody in (by(user_id=NOBODY), by(email="nobody@example.com")):
            with refused("NOT_FOUND", "USER_NOT_FOUND"):
                send(client, nobody)
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        send_reset_to(client, by(user_id=NOBODY))


# -- passwords -------------------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", ["ADA@example.com", "+49 30 123456", "Ada"])
def test_link_sets_a_new_password(server: Running, client: Client, mailing: Mailbox, identifier: str) -> None:
    """Whatever the user is called by; it ends all sessions, and proves the address."""
    user = user_with(client, email="ada@example.com", phone_number="+4930123456", login_ids=["ada"])
    sign_in(client)
    ask_for_reset(client, identifier)
    token = token_in(mailing.wait_for(1)[0])

    reset(client, token, NEW)

    assert sessions_of(client, user.user_id) == []
    assert read(client, user).email_verified
    assert sign_in(client, "ada", NEW).user.user_id == user.user_id
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, "ada", GOOD)
    assert {"user.password.set", "user.updated", "session.ended"} <= set(types(server, client, user))


def test_link_to_a_former_address_sets_no_password(client: Client, mailing: Mailbox) -> None:
    """Somebody else may read it by now."""
    user = user_with(client, email="ada@example.com", login_ids=["ada"])
    send_reset_to(client, user)
    token = token_in(mailing.wait_for(1)[0])
    updated(client, user, email="moved@example.com")

    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        reset(client, token, NEW)

    assert not read(client, user).email_verified
    assert sign_in(client, "ada", GOOD).access_token


def test_password_against_the_policy_leaves_the_link_good(client: Client, mailing: Mailbox) -> None:
    """As one of the last passwords does; the field is that of the request."""
    set_settings(client, password_policy={"history": 3})
    user = user_with(client, email="ada@example.com", login_ids=["ada"])
    ask_for_reset(client, "ada")
    token = token_in(mailing.wait_for(1)[0])

    for bad in ("short", GOOD, "ada@example.com 1"):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            reset(client, token, bad)
        assert set(error.value.fields) == {"new_password"}
        assert bad not in error.value.message

    reset(client, token, NEW)
    assert sign_in(client, "ada", NEW).user.user_id == user.user_id


def test_new_password_withdraws_all_links_that_could_set_one(client: Client, mailing: Mailbox) -> None:
    """Resets and invitations alike; not those that verify an address."""
    ada = created(client, email="ada@example.com", login_ids=["ada"])
    send_invitation(client, ada)
    mailing.wait_for(1)
    send_reset_to(client, ada)
    mailing.wait_for(2)
    send_reset_to(client, ada)
    invitation, first, second = map(token_in, mailing.wait_for(3))

    reset(client, first, NEW)

    for token in (invitation, first, second):
        with refused("UNAUTHENTICATED", "LINK_INVALID"):
            reset(client, token, "yet another 4")
    assert sign_in(client, "ada", NEW).access_token


@pytest.mark.parametrize("way", ["change", "set", "batch"])
def test_password_set_otherwise_withdraws_them_as_well(client: Client, mailing: Mailbox, way: str) -> None:
    """Who changes it may do so because somebody else reads the mail."""
    ada = user_with(client, email="ada@example.com", login_ids=["ada"])
    send_reset_to(client, ada)
    token = token_in(mailing.wait_for(1)[0])

    if way == "change":
        access_token = sign_in(client).access_token
        change_password(client, NEW, access_token=access_token, current_password=GOOD)
    elif way == "set":
        client.users.SetUserPassword(setting(ada, plain(NEW)))
    else:
        again = item(email="ada@example.com", login_ids=["ada"], password=plain(NEW))
        made(client, again, on_conflict="UPDATE")

    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        reset(client, token, "yet another 4")
    assert sign_in(client, "ada", NEW).access_token


def test_new_password_unlocks_the_account(client: Client, mailing: Mailbox) -> None:
    """If the project has not decided otherwise."""
    set_settings(client, lockout_policy={"attempts": 2, "duration_seconds": 3_600})
    user_with(client, email="ada@example.com", login_ids=["ada"])
    for _ in range(2):
        with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
            sign_in(client, "ada", "wrong horse 1")
    with refused("RESOURCE_EXHAUSTED", "LOGIN_LOCKED"):
        sign_in(client)
    ask_for_reset(client, "ada")

    reset(client, token_in(mailing.wait_for(1)[0]), NEW)

    assert sign_in(client, "ada", NEW).access_token


def test_user_is_told_of_a_new_password(client: Client, mailing: Mailbox) -> None:
    """By default; a project may leave it."""
    user = user_with(client, email="ada@example.com", login_ids=["ada"])
    for number, told in enumerate((None, False)):
        email_policy(
            client, interval_seconds=0, **({} if told is None else {"notify_password_changed": told})
        )
        ask_for_reset(client, "ada")
        eventually(lambda number=number: len(resets(mailing)) > number)
        reset(client, resets(mailing)[-1], f"{NEW}{number}")
    send_verification(client, updated(client, user, email="last@example.com"))

    mailing.wait_until(lambda: any("Verify" in subject for subject in subjects(mailing.received)))
    assert Counter(subject.partition(" for ")[0] for subject in subjects(mailing.received)) == {
        "Set a new password": 2,
        "Your password": 1,
        "Verify your email address": 1,
    }


def resets(mailbox: Mailbox) -> list[str]:
    """The tokens of the links that set a password, in the order of their coming."""
    return [token_in(one) for one in list(mailbox.received) if one["Subject"].startswith("Set a new")]


# -- invitations -----------------------------------------------------------------------------------


def test_invited_user_sets_a_password_and_is_active(
    server: Running, client: Client, mailing: Mailbox
) -> None:
    """The address is verified, and the user can sign in."""
    ada = welcomed(client, invite=True, email="ada@example.com", given_name="Ada")
    (message,) = mailing.wait_for(1)
    assert message["Subject"].startswith("You are invited to")
    assert ada.status == INVITED

    reset(client, token_in(message), NEW)

    seen = read(client, ada)
    assert (seen.status, seen.email_verified) == (ACTIVE, True)
    assert sign_in(client, "ada@example.com", NEW).user.user_id == ada.user_id
    assert "user.status.modified" in types(server, client, ada)


def test_who_is_not_invited_any_more_is_sent_no_invitation(client: Client, mailing: Mailbox) -> None:
    """The error tells what they are."""
    ada = welcomed(client, invite=True, email="ada@example.com")
    reset(client, token_in(mailing.wait_for(1)[0]), NEW)

    with refused("FAILED_PRECONDITION", "USER_NOT_INVITED") as error:
        send_invitation(client, ada)
    assert error.value.metadata == {"status": "ACTIVE"}


def test_further_invitation_leaves_the_former_good(client: Client, mailing: Mailbox) -> None:
    """Until one of them is accepted."""
    ada = welcomed(client, invite=True, email="ada@example.com")
    mailing.wait_for(1)
    send_invitation(client, ada)
    first, second = map(token_in, mailing.wait_for(2))
    assert first != second

    reset(client, first, NEW)

    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        reset(client, second, NEW)


# -- what links are --------------------------------------------------------------------------------

GOOD_FOR: dict[str, tuple[Any, Any]] = {
    "verification": (send_verification, verify),
    "password_reset": (send_reset_to, reset),
    "invitation": (send_invitation, reset),
}


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_link_is_good_once_even_for_many_at_the_same_time(
    client: Client, mailing: Mailbox, kind: str
) -> None:
    """Of twenty who follow it one gets there."""
    send, follow = GOOD_FOR[kind]
    send(client, created(client, email="ada@example.com"))
    token = token_in(mailing.wait_for(1)[0])

    def attempt(_: int) -> str:
        try:
            follow(client, token)
        except Refused as error:
            return str(error.reason)
        return "done"

    with ThreadPoolExecutor(20) as threads:
        outcomes = Counter(threads.map(attempt, range(20)))

    assert outcomes["done"] == 1
    assert set(outcomes) <= {"done", "LINK_INVALID", "HASHING_OVERLOADED"}


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_link_is_of_no_use_elsewhere_or_late_or_changed(
    server: Running, client: Client, other_project: Client, mailing: Mailbox, kind: str
) -> None:
    """In another project, for another thing, a letter longer, after its time, or when the user is gone."""
    send, follow = GOOD_FOR[kind]
    ada = created(client, email="ada@example.com")
    send(client, ada)
    token = token_in(mailing.wait_for(1)[0])
    wrong = reset if follow is verify else verify

    for attempt in (
        lambda: follow(other_project, token),
        lambda: wrong(client, token),
        lambda: follow(client, f"{token}x"),
        lambda: follow(client, token.swapcase()),
    ):
        with refused("UNAUTHENTICATED", "LINK_INVALID"):
            attempt()
    sql(server.url, "UPDATE one_time_tokens SET expire_time = now()")
    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        follow(client, token)
    sql(server.url, "UPDATE one_time_tokens SET expire_time = now() + interval '1 hour'")
    ask(client, delete(ada))
    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        follow(client, token)


@pytest.mark.parametrize("kind", GOOD_FOR)
def test_link_lasts_as_long_as_the_policy_says_and_leads_where_it_says(
    server: Running, client: Client, mailing: Mailbox, kind: str
) -> None:
    """Else to the web process; the email tells how long."""
    send, _ = GOOD_FOR[kind]
    page = {
        "verification": "/verify-email",
        "password_reset": "/reset-password",
        "invitation": "/invitation",
    }[kind]
    ada = created(client, email="ada@example.com")
    send(client, ada)
    own = urlsplit(link_in(mailing.wait_for(1)[0]))
    assert (own.netloc, own.path) == ("127.0.0.1:7879", page)
    assert parse_qs(own.query)["project"] == [client.project_id]
    email_policy(
        client,
        interval_seconds=0,
        **{f"{kind}_seconds": 7_200, f"{kind}_url": "https://app.example/p%C3%A4ge?a=b&c=#top"},
    )

    sql(server.url, "DELETE FROM throttles")
    send(client, ada)

    message = mailing.wait_for(2)[1]
    theirs = urlsplit(link_in(message))
    assert theirs._replace(query="").geturl() == "https://app.example/p%C3%A4ge#top"
    assert theirs.query.startswith("a=b&c=&token=")
    assert "within 2 hours" in text_of(message)
    ((seconds,),) = sql(
        server.url,
        "SELECT extract(epoch FROM expire_time - now())::int FROM one_time_tokens"
        " ORDER BY create_time DESC LIMIT 1",
    )
    assert 7_100 < seconds <= 7_200


def test_repeat_sends_no_second_email(server: Running, client: Client) -> None:
    """It has the first answer."""
    ada = created(client, email="ada@example.com")
    for send in (send_verification, send_reset_to, send_invitation):
        request_id = str(uuid4())
        before = jobs(server)
        for _ in range(2):
            send(client, ada, request_id)
        assert jobs(server) == before + 1
