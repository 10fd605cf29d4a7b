"""Messages that are sent again, with their `request_id`s: nothing is done twice, and no secret is kept."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from server.domain.passwords.imported import Digest, SaltedHmac
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.batch_requests import answers, creation, item, options, tidings, told
from tests.rpc.password_requests import GOOD, hashed, plain
from tests.rpc.user_requests import by, created, delete, read, role

DIGEST = bytes(range(100, 132))
HASH = hashed(SaltedHmac(Digest.SHA256, DIGEST, b"a key of theirs", b"seasalt-of-hers"))


def numbered(first: int, count: int, **chosen: Any) -> Any:
    """A message with an id, which creates users."""
    people = (
        item(email=f"user-{n}@example.com", login_ids=[f"login-{n}"]) for n in range(first, first + count)
    )
    return creation(*people, request_id=str(uuid4()), **chosen)


def test_stream_that_is_sent_again_changes_nothing(server: Running, client: Client) -> None:
    """All answers are the first ones, failures included."""
    created(client, email="user-3@example.com")
    messages = [numbered(0, 5), numbered(5, 5)]
    first = answers(client, *messages)
    assert told(first[0].results[3]) == "EMAIL_TAKEN"
    before = contents(server.url)

    assert answers(client, *messages) == first
    assert before == contents(server.url)


@pytest.mark.parametrize(
    "chosen", [{}, {"on_conflict": "UPDATE"}, {"on_conflict": "SKIP", "all_or_nothing": True}]
)
def test_stream_goes_on_where_it_broke(server: Running, client: Client, chosen: dict[str, Any]) -> None:
    """What was second in the broken stream is first in the new one, and brings the options along; it is known
    all the same, and what was never done is done."""
    messages = [numbered(0, 3, **chosen), numbered(3, 3), numbered(6, 3)]
    first = answers(client, *messages[:2])
    before = contents(server.url)
    if chosen:
        messages[1].options.CopyFrom(options(**chosen))

    again = answers(client, *messages[1:])

    assert again[0] == first[1]
    assert [told(result) for result in again[1].results] == ["CREATED"] * 3
    assert len(contents(server.url)["users"]) == len(before["users"]) + 3


def test_repeat_may_say_nothing_about_what_goes_without_saying(client: Client) -> None:
    """Options that are all absent are the same as none."""
    message = numbered(0, 2)
    first = answers(client, message)
    message.options.SetInParent()

    assert answers(client, message) == first


def test_repeat_within_a_stream(client: Client) -> None:
    """Is answered like any other."""
    message = numbered(0, 2)

    first, second = answers(client, message, message)

    assert first == second


def test_id_of_another_message_ends_the_stream(server: Running, client: Client) -> None:
    """Another body, or the same under other options; what was answered before is done."""
    message = numbered(0, 2)
    tidings(client, message)
    other = numbered(2, 2)
    other.request_id = message.request_id
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED") as error:
        answers(client, other)
    assert error.value.metadata == {"request_id": message.request_id}
    message.options.CopyFrom(options("SKIP"))
    with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED"):
        answers(client, message)

    assert before == contents(server.url)


def test_answers_have_the_id_as_it_was_sent(client: Client) -> None:
    """In capital letters it is the same id, and comes back as it came."""
    message = numbered(0, 1)
    message.request_id = message.request_id.upper()
    (first,) = answers(client, message)
    assert first.request_id == message.request_id
    message.request_id = message.request_id.lower()

    (second,) = answers(client, message)

    assert second.request_id == message.request_id
    assert second.results == first.results


def test_message_without_an_id_is_done_each_time(server: Running, client: Client) -> None:
    """And leaves no record."""
    message = creation(item(email="ann@example.com"))

    assert tidings(client, message, message) == ["CREATED", "EMAIL_TAKEN"]
    assert contents(server.url)["request_records"] == []


def test_repeat_is_known_after_its_users_have_gone(client: Client) -> None:
    """It creates nobody again."""
    message = numbered(0, 1)
    first = answers(client, message)
    client.users.DeleteUser(delete(by(login_id="login-0")))

    assert answers(client, message) == first


def test_message_that_failed_as_a_whole_can_be_sent_again(client: Client) -> None:
    """Once the reason is gone the same message is done."""
    message = creation(
        item(email="ann@example.com", roles=["Reader"]), request_id=str(uuid4()), all_or_nothing=True
    )
    assert tidings(client, message) == ["ROLE_NOT_FOUND"]
    role(client, "Reader")

    assert tidings(client, message) == ["CREATED"]
    assert tidings(client, message) == ["CREATED"]


# -- secrets ---------------------------------------------------------------------------------------


def fingerprint(server: Running, client: Client, message: Any) -> bytes:
    """What is kept to recognise a repeat of the message."""
    tidings(client, message)
    ((kept,),) = sql(server.url, "DELETE FROM request_records RETURNING fingerprint")
    return bytes(kept)


@pytest.mark.parametrize("passwords", [(plain(GOOD), plain("staple-battery-77")), (HASH, plain(GOOD))])
def test_record_is_no_way_to_try_passwords(server: Running, client: Client, passwords: Any) -> None:
    """Two bytes depend on the passwords of the items, and none if there are none."""
    request_id = str(uuid4())
    kept = [
        fingerprint(
            server,
            client,
            creation(
                item(email="ann@example.com", password=password), item(login_ids=["a"]), request_id=request_id
            ),
        )
        for password in passwords
    ]

    first, second = kept
    assert first != second
    assert first[:-2] == second[:-2]
    bare = creation(item(email="ann@example.com"), item(login_ids=["a"]), request_id=request_id)
    assert len(fingerprint(server, client, bare)) == len(first) - 2


def test_repeat_with_another_password_is_no_repeat(client: Client) -> None:
    """Of whichever item, plain or hashed."""
    first = creation(
        item(email="ann@example.com", password=plain(GOOD)),
        item(email="bob@example.com", password=HASH),
        item(email="cid@example.com"),
        request_id=str(uuid4()),
    )
    told_first = answers(client, first)
    for position, password in ((0, plain("staple-battery-77")), (1, plain(GOOD)), (2, HASH)):
        other = type(first).FromString(first.SerializeToString())
        other.items[position].password.CopyFrom(password)
        with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED"):
            answers(client, other)

    assert answers(client, first) == told_first


def test_secrets_are_told_nowhere(server: Running, client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither by the database, beside the hashes, nor by the log, nor by an answer."""
    seen = [
        str(answers(client, creation(*items, request_id=str(uuid4()))))
        for items in (
            [item(email="ann@example.com", password=plain("Tr0ub4dor-and-three"))],
            [item(email="bob@example.com", password=HASH)],
            [item(email="cid@example.com", password=plain("xyzzyxyzzyxyzzy"))],
        )
    ]

    rows = contents(server.url)
    assert len(rows.pop("passwords")) == 2
    everything = f"{rows}{seen}{''.join(capfd.readouterr())}"
    assert "BatchCreateUsers" in everything
    for secret in (
        b"Tr0ub4dor-and-three",
        b"xyzzyxyzzyxyzzy",
        DIGEST,
        b"a key of theirs",
        b"seasalt-of-hers",
    ):
        for spelling in (secret.decode("latin-1"), secret.hex(), repr(secret)[2:-1]):
            assert spelling not in everything
    assert read(client, by(email="ann@example.com")).auth_methods
