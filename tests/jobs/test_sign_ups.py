"""Accounts that people create themselves, from end to end."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.calling import Client, Refused, refused
from tests.conftest import Running, sql
from tests.jobs.conftest import StartJobs
from tests.mailbox import Mailbox, subjects, text_of, token_in
from tests.process.conftest import eventually
from tests.rows import contents, events
from tests.rpc.link_requests import sign_up, verify
from tests.rpc.password_requests import GOOD
from tests.rpc.sign_in_requests import set_settings, sign_in
from tests.rpc.user_requests import ACTIVE, ask, by, created, delete, read, role, role_names

ALLOWED = {
    "sign_up_policy": {"allowed": True},
    "email_policy": {"interval_seconds": 0, "emails_per_hour": 1_000},
}


@pytest.fixture
def client(client: Client) -> Client:
    """In a project that lets anybody sign up."""
    set_settings(client, **ALLOWED)
    return client


def test_link_creates_the_user(server: Running, client: Client, mailing: Mailbox) -> None:
    """ACTIVE, with a verified email, the default roles, and the password; until then there is nobody."""
    role(client, "Member", "books:read", default=True)
    sign_up(
        client,
        "New@Example.com",
        given_name=" Ada ",
        family_name="L",
        display_name="Ada L",
        locale="de-AT",
        zoneinfo="Europe/Vienna",
    )
    (message,) = mailing.wait_for(1)
    assert message["Subject"].startswith("Schließen Sie Ihre Registrierung")
    assert "Guten Tag Ada L," in text_of(message)
    with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
        sign_in(client, "new@example.com")
    assert events(server.url, client.project_id, "user.") == []

    user = verify(client, token_in(message))

    assert (user.email, user.email_verified, user.status) == ("New@Example.com", True, ACTIVE)
    assert (user.given_name, user.family_name, user.display_name) == ("Ada", "L", "Ada L")
    assert (user.locale, user.zoneinfo, role_names(user)) == ("de-AT", "Europe/Vienna", ["Member"])
    assert read(client, user) == user
    assert sign_in(client, "new@example.com").user.user_id == user.user_id
    (made,) = events(server.url, client.project_id, "user.created")
    assert (made.subject_id, made.key_id) == (user.user_id, None)


def test_owner_of_an_account_is_told_and_nobody_else(
    server: Running, client: Client, mailing: Mailbox
) -> None:
    """The answer and what is stored are the same; the email has no link, and speaks the owner's language."""
    ada = created(client, email="ada@example.com", display_name="Ada", locale="de")

    sign_up(client, "ADA@example.com", display_name="Eve")

    (message,) = mailing.wait_for(1)
    assert message["Subject"].startswith("Sie haben bereits ein Konto")
    assert message["To"] == "Ada <ada@example.com>"
    assert "://" not in text_of(message)
    assert read(client, ada) == ada
    eventually(lambda: [event.type for event in events(server.url, client.project_id, "user.email.")])
    (sent,) = events(server.url, client.project_id, "user.email.sent")
    assert (sent.subject_id, sent.data) == (ada.user_id, {"kind": "SIGN_UP_EXISTS"})


def test_answer_and_what_is_stored_do_not_tell_who_is_there(server: Running, client: Client) -> None:
    """Not even to who sees the jobs."""
    created(client, email="somebody@example.com")
    sign_up(client, "before@example.com")  # from when on it is counted what the address asks for

    def traces(address: str) -> Any:
        before = contents(server.url)
        jobs = waiting(server)
        sign_up(client, address)
        after = contents(server.url)
        new = {table: len(rows) - len(before[table]) for table, rows in after.items()}
        return new, [sorted(arguments) for arguments in waiting(server)[len(jobs) :]]

    assert traces("somebody@example.com") == traces("nobody@example.com")
    told = str([contents(server.url)["one_time_tokens"], waiting(server)])
    assert "somebody" not in told
    assert "nobody" not in told
    assert GOOD not in told
    assert "argon2" not in told


def waiting(server: Running) -> list[dict[str, str]]:
    """The arguments of the emails that wait to be sent."""
    query = "SELECT args FROM procrastinate_jobs WHERE task_name = 'send_email' ORDER BY id"
    return [row[0] for row in sql(server.url, query)]


def test_nobody_signs_up_where_that_is_not_allowed(server: Running, client: Client, mailing: Mailbox) -> None:
    """Also not with a link from before."""
    sign_up(client)
    token = token_in(mailing.wait_for(1)[0])
    set_settings(client, sign_up_policy={"allowed": False})

    before = contents(server.url)
    with refused("PERMISSION_DENIED", "SIGN_UP_NOT_ALLOWED"):
        sign_up(client, "other@example.com")
    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        verify(client, token)
    assert contents(server.url) == before
    set_settings(client, sign_up_policy={"allowed": True})
    assert verify(client, token).email == "new@example.com"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": "a@b..c"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "new@example.com 1"}, "password"),
        ({"zoneinfo": "Mars/Olympus"}, "zoneinfo"),
        ({"locale": "d"}, "locale"),
        ({"given_name": "x" * 201}, "given_name"),
    ],
)
def test_what_is_wrong_is_told_naming_the_field(
    server: Running, client: Client, fields: dict[str, str], wrong: str
) -> None:
    """And nothing is stored."""
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        sign_up(client, **fields)

    assert set(error.value.fields) == {wrong}
    assert contents(server.url) == before


def test_first_link_that_is_followed_counts(client: Client, mailing: Mailbox) -> None:
    """The others of the address are worth nothing from then on, also when the user is gone."""
    for _ in range(2):
        sign_up(client)
    first, second = map(token_in, mailing.wait_for(2))
    user = verify(client, first)

    for token in (first, second):
        with refused("UNAUTHENTICATED", "LINK_INVALID"):
            verify(client, token)
    ask(client, delete(user))
    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        verify(client, second)


def test_address_that_was_taken_meanwhile_stays_with_who_took_it(client: Client, mailing: Mailbox) -> None:
    """The link tells."""
    sign_up(client)
    token = token_in(mailing.wait_for(1)[0])
    other = created(client, email="NEW@example.com")

    with refused("ALREADY_EXISTS", "EMAIL_TAKEN"):
        verify(client, token)
    assert read(client, by(email="new@example.com")) == other


def test_link_is_followed_once_by_many_at_the_same_time(client: Client, mailing: Mailbox) -> None:
    """There is one user in the end."""
    sign_up(client)
    token = token_in(mailing.wait_for(1)[0])

    def attempt(_: int) -> str:
        try:
            verify(client, token)
        except Refused as error:
            return str(error.reason)
        return "done"

    with ThreadPoolExecutor(20) as threads:
        outcomes = Counter(threads.map(attempt, range(20)))

    assert outcomes == {"done": 1, "LINK_INVALID": 19}


def test_link_of_another_project_creates_nobody(
    client: Client, other_project: Client, mailing: Mailbox
) -> None:
    """Though it lets anybody sign up as well."""
    set_settings(other_project, **ALLOWED)
    sign_up(client)
    token = token_in(mailing.wait_for(1)[0])

    with refused("UNAUTHENTICATED", "LINK_INVALID"):
        verify(other_project, token)
    assert verify(client, token).email == "new@example.com"


def test_account_that_comes_into_being_before_the_email_is_sent(
    client: Client, start_jobs: StartJobs, mailbox: Mailbox
) -> None:
    """It is looked for when the email is sent."""
    sign_up(client)
    created(client, email="new@example.com")

    start_jobs(mailbox)

    assert subjects(mailbox.wait_for(1))[0].startswith("You have an account")


def test_nothing_is_kept_of_a_sign_up_once_the_email_is_sent(
    server: Running, client: Client, mailing: Mailbox
) -> None:
    """But what goes with the token of the link."""
    sign_up(client)
    mailing.wait_for(1)

    def kept() -> list[str]:
        return [row[0] for row in sql(server.url, "SELECT purpose FROM one_time_tokens")]

    eventually(lambda: kept() == ["SIGN_UP"])
