"""Walks over all pages of ListUsers, in every order, while users come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from roster.v1 import user_pb2 as pb

from tests.calling import Client
from tests.conftest import Running, sql
from tests.rpc.user_requests import ask, created, delete, listing

COLUMNS = ("create_time", "update_time", "last_login_time", "email", "family_name")
ORDERS = [f"{column}{direction}" for column in COLUMNS for direction in ("", " asc", " desc")]

# Few instants and names, so that most users are equal in them; None and '' are absent.
INSTANTS = ("2024-01-01 00:00:00.000001+00", "2024-01-01 00:00:00.000002+00", "2025-01-01 00:00:00+00")
FAMILY_NAMES = ("", "Ash", "ASH", "Ästhet", "Zoë", "\U0001d49cda")

_PLACE = """
UPDATE users SET create_time = %s, update_time = %s, last_login_time = %s WHERE user_id = %s
"""


@dataclass(frozen=True)
class Drawn:
    """What a user is ordered by."""

    with_email: bool
    family_name: str
    create_time: str
    update_time: str
    last_login_time: str | None


USERS = st.builds(
    Drawn,
    st.booleans(),
    st.sampled_from(FAMILY_NAMES),
    st.sampled_from(INSTANTS),
    st.sampled_from(INSTANTS),
    st.sampled_from((None, *INSTANTS)),
)
# What happens between two pages: users come, and users go who may stand before or behind the place reached.
BREAKS = st.tuples(st.lists(USERS, max_size=2), st.lists(st.integers(0, 100), max_size=2))


class Directory:
    """The users of a project, who come and go."""

    def __init__(self, client: Client, url: str) -> None:
        self.client = client
        self._url = url
        self._numbers = count()
        self.users: dict[str, Drawn] = {}

    def add(self, drawn: Drawn) -> None:
        """A user of this kind comes."""
        number = next(self._numbers)
        email = f"{'abc'[number % 3]}{number}@example.com" if drawn.with_email else ""
        user = created(self.client, login_ids=[f"user-{number}"], email=email, family_name=drawn.family_name)
        sql(
            self._url,
            _PLACE,
            drawn.create_time,
            drawn.update_time,
            drawn.last_login_time,
            user.user_id,
        )
        self.users[user.user_id] = drawn

    def remove(self, place: int) -> None:
        """A user goes, if there is one."""
        if self.users:
            user_id = sorted(self.users)[place % len(self.users)]
            ask(self.client, delete(pb.User(user_id=user_id)))
            del self.users[user_id]

    def clear(self) -> None:
        """Everybody goes."""
        while self.users:
            self.remove(0)


@pytest.fixture
def directory(server: Running, client: Client) -> Directory:
    """Nobody yet."""
    return Directory(client, server.url)


def walk(client: Client, order: str, sizes: Iterator[int], between: Callable[[], None]) -> list[pb.User]:
    """All that a walk meets, in pages of these sizes; `between` is what happens after each of them."""
    met: list[pb.User] = []
    token = ""
    while True:
        answer = ask(client, listing(order_by=order, page_size=next(sizes), page_token=token))
        met += answer.users
        token = answer.next_page_token
        if not token:
            return met
        between()


def position(user: pb.User, order: str) -> tuple[Any, str]:
    """Where the contract puts a user: an absent value first, equal ones by their ids."""
    column = order.partition(" ")[0]
    if column == "email":
        return user.email.lower(), user.user_id
    if column == "family_name":
        return {"\U0001d49cda": "ada"}.get(user.family_name, user.family_name.lower()), user.user_id
    instant = getattr(user, column)
    return (instant.seconds, instant.nanos) if user.HasField(column) else (0, 0), user.user_id


@pytest.mark.parametrize("order", ORDERS)
def test_walk_meets_everybody_who_was_there_throughout_once(directory: Directory, order: str) -> None:
    """Whoever else comes and goes meanwhile, however small the pages, in the order that was asked for."""

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
        database=None,
    )
    @given(
        users=st.lists(USERS, max_size=14),
        sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
        breaks=st.lists(BREAKS, min_size=1, max_size=6),
    )
    def walked(users: list[Drawn], sizes: list[int], breaks: list[tuple[list[Drawn], list[int]]]) -> None:
        directory.clear()
        for drawn in users:
            directory.add(drawn)
        before = set(directory.users)
        waiting = iter(breaks)

        def change() -> None:
            coming, going = next(waiting, ([], []))
            for place in going:
                directory.remove(place)
            for drawn in coming:
                directory.add(drawn)

        page_sizes = (sizes[n % len(sizes)] for n in count())
        met = walk(directory.client, order, page_sizes, change)

        met_ids = [user.user_id for user in met]
        throughout = before & set(directory.users)
        assert len(met_ids) == len(set(met_ids))
        assert throughout <= set(met_ids)
        positions = [position(user, order) for user in met]
        assert positions == sorted(positions, reverse=order.endswith(" desc"))

    walked()


@pytest.mark.parametrize("order", ORDERS)
def test_walk_over_users_who_are_equal_in_everything_meets_them_all(directory: Directory, order: str) -> None:
    """Ties are told apart by the id; nobody has an email, a family name, or ever signed in."""
    for _ in range(7):
        directory.add(Drawn(False, "", INSTANTS[0], INSTANTS[0], None))

    met = [user.user_id for user in walk(directory.client, order, iter(lambda: 1, None), lambda: None)]

    assert met == sorted(directory.users, reverse=order.endswith(" desc"))
