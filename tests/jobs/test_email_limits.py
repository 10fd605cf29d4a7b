"""How often emails are sent, and that nothing tells who is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from roster.v1 import user_pb2

from tests.calling import Client, Refused, refused
from tests.conftest import Running, sql
from tests.jobs.conftest import StartJobs
from tests.mailbox import Mailbox
from tests.process.conftest import eventually
from tests.rows import contents
from tests.rpc.email_requests import email_policy
from tests.rpc.link_requests import ask_for_reset, send_invitation, send_reset_to, send_verification, sign_up
from tests.rpc.sign_in_requests import set_settings
from tests.rpc.user_requests import by, created

WAYS: dict[str, Callable[[Client, user_pb2.User], None]] = {
    "verification": send_verification,
    "reset by id": send_reset_to,
    "reset by email": lambda client, user: send_reset_to(client, by(email=user.email)),
    "reset by an end user": lambda client, user: ask_for_reset(client, user.email),
    "invitation": send_invitation,
    "sign-up": lambda client, user: sign_up(client, user.email),
}


@pytest.fixture
def client(client: Client) -> Client:
    set_settings(client, sign_up_policy={"allowed": True})
    return client


def waiting(server: Running) -> list[dict[str, str]]:
    """The arguments of the emails that wait to be sent."""
    query = "SELECT args FROM procrastinate_jobs WHERE task_name = 'send_email' ORDER BY id"
    return [row[0] for row in sql(server.url, query)]


def let_pass(server: Running, seconds: int) -> None:
    """Moves all that is counted into the past, as the clock would."""
    sql(
        server.url,
        "UPDATE throttles SET window_time = window_time - %s * interval '1 second',"
        " locked_until = locked_until - %s * interval '1 second',"
        " expire_time = expire_time - %s * interval '1 second'",
        *[seconds] * 3,
    )


@pytest.mark.parametrize("way", WAYS)
def test_emails_follow_each_other_after_a_while(server: Running, client: Client, way: str) -> None:
    """By default 30 seconds; 5 an hour. The error tells when, and nothing is sent."""
    ada = created(client, email="ada@example.com")
    WAYS[way](client, ada)

    with refused("RESOURCE_EXHAUSTED", "EMAILS_TOO_FREQUENT") as error:
        WAYS[way](client, ada)
    assert 25 < error.value.details["RetryInfo"].retry_delay.ToMilliseconds() / 1_000 <= 30
    assert len(waiting(server)) == 1
    for _ in range(4):
        let_pass(server, 31)
        WAYS[way](client, ada)
    let_pass(server, 31)
    with refused("RESOURCE_EXHAUSTED", "EMAILS_TOO_FREQUENT") as error:
        WAYS[way](client, ada)
    assert error.value.details["RetryInfo"].retry_delay.ToMilliseconds() / 1_000 > 3_000
    assert len(waiting(server)) == 5
    let_pass(server, 3_600)
    WAYS[way](client, ada)


def test_kinds_and_users_are_counted_apart(client: Client, other_project: Client) -> None:
    """As are projects."""
    ada, bob = (created(client, email=f"{name}@example.com") for name in ("ada", "bob"))
    theirs = created(other_project, email="ada@example.com", user_id=ada.user_id)

    for user in (ada, bob):
        send_verification(client, user)
        send_invitation(client, user)
    send_verification(other_project, theirs)


def test_many_at_the_same_time_send_one(server: Running, client: Client) -> None:
    """The others are told to wait."""
    ada = created(client, email="ada@example.com")

    def attempt(_: int) -> str:
        try:
            ask_for_reset(client, ada.email)
        except Refused as error:
            return str(error.reason)
        return ""

    with ThreadPoolExecutor(16) as threads:
        outcomes = Counter(threads.map(attempt, range(16)))

    assert outcomes == {"": 1, "EMAILS_TOO_FREQUENT": 15}
    assert len(waiting(server)) == 1


def test_policy_says_how_often(client: Client) -> None:
    """With the project's numbers."""
    email_policy(client, interval_seconds=0, emails_per_hour=3)
    ada = created(client, email="ada@example.com")

    for _ in range(3):
        send_verification(client, ada)

    with refused("RESOURCE_EXHAUSTED", "EMAILS_TOO_FREQUENT"):
        send_verification(client, ada)


def test_one_user_is_sent_no_more_for_having_many_names(
    server: Running, client: Client, start_jobs: StartJobs, mailbox: Mailbox
) -> None:
    """Each of which can be tried once; in the end one email is sent."""
    created(client, email="ada@example.com", phone_number="+4930123456", login_ids=["ada", "lovelace"])
    for identifier in ("ada@example.com", "+49 30 123456", "ada", "LOVELACE"):
        ask_for_reset(client, identifier)

    start_jobs(mailbox)

    eventually(lambda: waiting(server) == [])
    assert len(mailbox.received) == 1


@pytest.mark.parametrize(
    "spellings", [("Ada@Example.com", "ada@example.com"), ("+49 30 123456", "+4930123456")]
)
def test_spelling_does_not_matter(client: Client, spellings: tuple[str, str]) -> None:
    """Of what is counted."""
    first, second = spellings
    ask_for_reset(client, first)

    with refused("RESOURCE_EXHAUSTED", "EMAILS_TOO_FREQUENT"):
        ask_for_reset(client, second)


@pytest.mark.parametrize(
    "ask",
    [
        ask_for_reset,
        lambda client, address: send_reset_to(client, by(email=address)),
        lambda client, address: send_reset_to(client, by(login_id=address)),
        sign_up,
    ],
    ids=["reset", "reset by email", "reset by login id", "sign-up"],
)
def test_nothing_tells_who_is_there(server: Running, client: Client, ask: Any) -> None:
    """The answers are the same, also the second time, and so is all that is stored, jobs included."""
    created(client, email="there@example.com", login_ids=["there@example.com"])
    ask(client, "before@example.com")  # from when on it is counted what the address asks for

    def traces(address: str) -> Any:
        before, jobs = contents(server.url), len(waiting(server))
        ask(client, address)
        with refused("RESOURCE_EXHAUSTED", "EMAILS_TOO_FREQUENT") as error:
            ask(client, address)
        after = contents(server.url)
        new = {table: len(rows) - len(before[table]) for table, rows in after.items()}
        made = [{**arguments, "email_id": ""} for arguments in waiting(server)[jobs:]]
        return new, made, error.value.message

    assert traces("there@example.com") == traces("nobody@example.com")


def test_reset_for_nobody_ends_in_nothing(
    server: Running, client: Client, start_jobs: StartJobs, mailbox: Mailbox
) -> None:
    """As it does for a user without an email; nothing is kept of it."""
    created(client, login_ids=["without"])
    for identifier in ("nobody@example.com", "without", "+4930999999", "%", "'"):
        ask_for_reset(client, identifier)

    start_jobs(mailbox)

    eventually(lambda: waiting(server) == [])
    assert mailbox.received == []
    assert sql(server.url, "SELECT 1 FROM one_time_tokens") == []


def test_address_asks_for_a_hundred_an_hour(server: Running, client: Client) -> None:
    """Of whomever, by sign-ups and resets together; what a key asks for is not counted."""
    for number in range(100):
        ask_for_reset(client, f"nobody-{number}")

    for ask in (lambda: ask_for_reset(client, "nobody"), lambda: sign_up(client)):
        with refused("RESOURCE_EXHAUSTED", "EMAILS_TOO_FREQUENT") as error:
            ask()
        assert 3_000 < error.value.details["RetryInfo"].retry_delay.ToMilliseconds() / 1_000 <= 3_600
    with refused("RESOURCE_EXHAUSTED", "EMAILS_TOO_FREQUENT"):
        sign_up(client, password="short")  # which is not even looked at, let alone hashed
    send_verification(client, created(client, email="ada@example.com"))
    let_pass(server, 3_601)
    ask_for_reset(client, "nobody")
