"""Batches at the same time as others that want the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from roster.v1 import user_pb2 as pb

from tests.calling import Client, Refused
from tests.conftest import Running, sql
from tests.rpc.batch_requests import (
    POLICIES,
    answers,
    creation,
    deletions,
    item,
    made,
    reasons,
    tidings,
    update,
    updates,
    waiting_for_the_lock,
)
from tests.rpc.user_requests import by, create, created, events_of, read, role, role_names

STREAMS = 4
PEOPLE = 60


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returns, all of them working at the same time. Raises what one raises."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [work.result(120.0) for work in [pool.submit(work) for work in works]]


def importing(client: Client, policy: str, seed: int) -> list[tuple[int, str]]:
    """Imports all people in an order of its own, each with login ids in an order of its own, in messages of
    20; returns what became of each."""
    shuffled = random.Random(seed)
    order = shuffled.sample(range(PEOPLE), PEOPLE)
    messages = []
    for first in range(0, PEOPLE, 20):
        items = []
        for n in order[first : first + 20]:
            login_ids = [f"a-{PEOPLE - n}", f"m-{n}", f"z-{PEOPLE - n}"]
            shuffled.shuffle(login_ids)
            items.append(
                item(
                    email=f"user-{n}@example.com",
                    phone_number=f"+49301234{PEOPLE - n + 100}",
                    login_ids=login_ids,
                    given_name=f"From {seed}",
                    roles=["Reader"],
                )
            )
        messages.append(creation(*items, on_conflict=policy if not first else ""))
    return list(zip(order, tidings(client, *messages), strict=True))


@pytest.mark.parametrize("policy", POLICIES)
def test_overlapping_imports(server: Running, client: Client, policy: str) -> None:
    """Everybody is created exactly once, by one of them; the others meet who is there, and all finish."""
    role(client, "Reader")

    results = at_once([lambda seed=seed: importing(client, policy, seed) for seed in range(STREAMS)])

    found = Counter(result for stream in results for result in stream)
    other = {"FAIL": "EMAIL_TAKEN", "SKIP": "SKIPPED", "UPDATE": "UPDATED"}[policy]
    assert found == Counter(
        {
            **{(n, "CREATED"): 1 for n in range(PEOPLE)},
            **{(n, other): STREAMS - 1 for n in range(PEOPLE)},
        }
    )
    for n in range(PEOPLE):
        user = read(client, by(email=f"user-{n}@example.com"))
        assert sorted(user.login_ids) == sorted([f"a-{PEOPLE - n}", f"m-{n}", f"z-{PEOPLE - n}"])
        assert role_names(user) == ["Reader"]
        types = [event.type for event in events_of(server.url, client, user)]
        assert types.count("user.created") == 1
        assert policy == "UPDATE" or len(types) == 1


@pytest.mark.parametrize("policy", POLICIES)
def test_imports_that_contradict_each_other(server: Running, client: Client, policy: str) -> None:
    """People who have identifiers of several others, in every order: all messages are done all the same, and
    nobody has what is another's."""
    reasons_why = {"CREATED", "UPDATED", "SKIPPED", "EMAIL_TAKEN", "PHONE_NUMBER_TAKEN", "LOGIN_ID_TAKEN"}

    def importing(seed: int) -> set[str]:
        chance = random.Random(seed)

        def anybody() -> Any:
            return item(
                email=f"user-{chance.randrange(60)}@example.com" if chance.random() < 0.6 else "",
                phone_number=f"+4930123{chance.randrange(1000, 1060)}" if chance.random() < 0.4 else "",
                login_ids=[f"login-{chance.randrange(90)}" for _ in range(chance.randrange(1, 4))],
            )

        messages = [
            creation(*(anybody() for _ in range(20)), on_conflict=policy if not n else "") for n in range(3)
        ]
        return set(tidings(client, *messages))

    for found in at_once([lambda seed=seed: importing(seed) for seed in range(STREAMS)]):
        assert found <= reasons_why
    assert sql(
        server.url,
        """SELECT count(*) FROM users AS u WHERE cardinality(login_ids) <> (
            SELECT count(*) FROM login_ids AS l WHERE l.user_id = u.user_id)""",
    ) == [(0,)]
    ((users, creations),) = sql(
        server.url,
        """SELECT (SELECT count(*) FROM users),
            (SELECT count(*) FROM events WHERE type = 'user.created')""",
    )
    assert users == creations


def test_overlapping_updates(server: Running, client: Client) -> None:
    """Of the same users in opposite orders: each update is done, none is lost."""
    users = made(client, *(item(login_ids=[f"user-{n}"]) for n in range(40)))

    def updating(field: str, order: list[pb.User]) -> list[str]:
        messages = [
            updates(*(update(user, **{field: f"{field} {round_}"}) for user in order)) for round_ in range(5)
        ]
        return tidings(client, *messages)

    names = ("given_name", "family_name", "middle_name", "display_name")
    works = [lambda n=n, field=field: updating(field, users[:: (-1) ** n]) for n, field in enumerate(names)]

    for found in at_once(works):
        assert set(found) == {"UPDATED"}
    for user in users:
        found = read(client, user)
        assert [getattr(found, field) for field in names] == [f"{field} 4" for field in names]
        assert len(events_of(server.url, client, user)) == 1 + 4 * 5


def test_overlapping_deletions(server: Running, client: Client) -> None:
    """Everybody is deleted once."""
    users = made(client, *(item(login_ids=[f"user-{n}"]) for n in range(100)))
    orders = [random.Random(seed).sample(users, len(users)) for seed in range(STREAMS)]

    results = at_once([lambda order=order: tidings(client, deletions(*order)) for order in orders])

    found = Counter(
        (user.user_id, result)
        for order, stream in zip(orders, results, strict=True)
        for user, result in zip(order, stream, strict=True)
    )
    assert {found[user.user_id, "DELETED"] for user in users} == {1}
    assert {found[user.user_id, "USER_NOT_FOUND"] for user in users} == {STREAMS - 1}


def test_creations_and_deletions(client: Client) -> None:
    """Of the same people, again and again: each message is done as a whole, before or behind another."""
    people = [f"user-{n}" for n in range(30)]

    def creating(order: list[str]) -> set[str]:
        messages = [creation(*(item(login_ids=[name]) for name in order)) for _ in range(10)]
        return set(tidings(client, *messages))

    def deleting(order: list[str]) -> set[str]:
        return set(tidings(client, *(deletions(*(by(login_id=name) for name in order)) for _ in range(10))))

    backwards = people[::-1]
    found = at_once(
        [
            lambda: creating(people),
            lambda: creating(backwards),
            lambda: deleting(people),
            lambda: deleting(backwards),
        ]
    )

    assert found[0] | found[1] <= {"CREATED", "LOGIN_ID_TAKEN"}
    assert found[2] | found[3] <= {"DELETED", "USER_NOT_FOUND"}


def test_batches_beside_single_calls(client: Client) -> None:
    """Each identifier is given away once, whoever comes first."""
    people = [f"user-{n}@example.com" for n in range(50)]

    def one_by_one() -> Counter[str]:
        found: Counter[str] = Counter()
        for email in reversed(people):
            try:
                client.users.CreateUser(create(email=email))
                found["CREATED"] += 1
            except Refused as error:
                found[error.reason] += 1
        return found

    def together() -> Counter[str]:
        return Counter(tidings(client, *(creation(item(email=email)) for email in people)))

    alone, batch = at_once([one_by_one, together])

    assert alone["CREATED"] + batch["CREATED"] == 50
    assert alone + batch == Counter({"CREATED": 50, "EMAIL_TAKEN": 50})


def test_deadlock_is_met_by_another_attempt(server: Running, client: Client) -> None:
    """With somebody who keeps no order: the message is done once, as if nothing had been."""
    first, second = sorted(
        (created(client, login_ids=[name]) for name in ("ann", "bob")), key=lambda user: user.user_id
    )
    lock = "SELECT FROM users WHERE user_id = %s FOR UPDATE"
    with psycopg.connect(server.url) as connection, ThreadPoolExecutor(2) as pool:
        connection.execute(lock, (second.user_id,))
        batch = pool.submit(
            answers,
            client,
            updates(update(second, given_name="Second"), update(first, given_name="First")),
        )
        waiting_for_the_lock(server.url)
        connection.execute(lock, (first.user_id,))
        connection.commit()
        (answer,) = batch.result(60.0)

    assert reasons(answer) == ["UPDATED", "UPDATED"]
    assert deadlocks(server.url) == 1
    for user, name in ((first, "First"), (second, "Second")):
        assert read(client, user).given_name == name
        assert len(events_of(server.url, client, user)) == 2


def deadlocks(url: str) -> int:
    """How many there have been; a connection tells of its own when it ends."""
    sql(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'roster'")
    ((count,),) = sql(url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(count)
