"""ListUsers: orders, pages, test users. Filters stand in test_users_filter.py, what all lists have in
common in test_pages.py."""

from __future__ import annotations

from typing import Any

import pytest
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.user_requests import (
    ask,
    by,
    created,
    delete,
    emails,
    in_days,
    invalid_fields,
    listing,
    read,
    role,
    search,
    update,
    walk,
)

PEOPLE: dict[str, dict[str, Any]] = {
    "dora": {"family_name": "Zuse"},
    "Berta": {"family_name": "ångström"},
    "carl": {"family_name": "smith"},
    "Anna": {"family_name": "SMITH"},
    "émile": {},
    "frida": {"family_name": "Smithers"},
}
"""In the order of their creation; carl and Anna have one family name, émile has none."""

ORDERED = {
    "create_time": ["dora", "Berta", "carl", "Anna", "émile", "frida"],
    "email": ["Anna", "Berta", "carl", "dora", "frida", "émile"],
    "family_name": ["émile", "carl", "Anna", "frida", "dora", "Berta"],
    "update_time": ["carl", "Anna", "émile", "frida", "dora", "Berta"],
}
"""By code points of the folded text, an absent one first; ties by id, and so by creation."""


@pytest.fixture
def people(client: Client) -> Client:
    """A caller with six users, of whom two were changed last."""
    for name, fields in PEOPLE.items():
        created(client, email=f"{name}@example.com", **fields)
    for name in ("dora", "berta"):
        ask(client, update(by(email=f"{name}@example.com"), given_name="Changed"))
    return client


def test_list_is_in_the_order_asked_for(people: Client) -> None:
    """Ascending unless said otherwise; descending is the same list from its end. The default is
    `create_time desc`."""
    for order, names in ORDERED.items():
        for suffix in ("", " asc"):
            assert emails(ask(people, listing(order_by=order + suffix)).users) == names
        assert emails(ask(people, listing(order_by=f"{order} desc")).users) == names[::-1]
    assert emails(ask(people, listing()).users) == ORDERED["create_time"][::-1]


def test_unknown_order_is_refused(client: Client) -> None:
    """Only what an index serves can be an order."""
    for order_by in ("user_id", "email DESC", "email desc, create_time", "email ", "1"):
        assert invalid_fields(client, listing(order_by=order_by)) == ["order_by"]


def test_pages_of_one_meet_everybody_once(people: Client) -> None:
    """Every place in every order can be the end of a page, that between equals included."""
    for order, names in ORDERED.items():
        for order_by, expected in ((order, names), (f"{order} desc", names[::-1])):
            pages = walk(people, listing(order_by=order_by, page_size=1))
            assert [emails(page) for page in pages] == [[name] for name in expected]


def test_instants_that_are_equal_do_not_end_a_walk(server: Running, people: Client) -> None:
    """An import creates many users at one instant; they follow their id."""
    sql(server.url, "UPDATE users SET create_time = now(), update_time = now()")
    ids = sorted(user.user_id for user in ask(people, listing()).users)

    for order in ("create_time", "update_time"):
        for order_by, expected in ((order, ids), (f"{order} desc", ids[::-1])):
            pages = walk(people, listing(order_by=order_by, page_size=2))
            assert [user.user_id for page in pages for user in page] == expected


@pytest.mark.parametrize("order", ["email", "create_time desc", "family_name", "update_time"])
def test_walk_is_not_disturbed_by_what_happens_meanwhile(people: Client, order: str) -> None:
    """Whoever is there throughout is met exactly once, though others come and go before and behind, the
    last one met included."""
    everybody = emails(ask(people, listing(order_by=order)).users)
    gone = {everybody[1], everybody[4]}
    request = listing(order_by=order, page_size=2)
    first = ask(people, request)

    for name in gone:
        ask(people, delete(by(email=f"{name}@example.com")))
    newcomers = {"aaron", "zoe"}
    for name in newcomers:
        created(people, email=f"{name}@example.com", family_name=name)
    request.page_token = first.next_page_token
    met = emails(first.users) + [name for page in walk(people, request) for name in emails(page)]

    assert len(met) == len(set(met))
    assert [name for name in everybody if name not in gone] == [
        name for name in met if name not in gone | newcomers
    ]


def test_page_number_and_token_lead_to_the_same_page(people: Client) -> None:
    """`skip` is for callers who think in page numbers."""
    second = ask(people, listing(order_by="email", page_size=2, skip=2, include_total_size=True))
    token = ask(people, listing(order_by="email", page_size=2)).next_page_token

    assert (emails(second.users), second.total_size) == (["carl", "dora"], 6)
    assert second.users == ask(people, listing(order_by="email", page_size=2, page_token=token)).users
    assert emails(ask(people, listing(order_by="email", page_size=1, skip=2, page_token=token)).users) == [
        "frida"
    ]


def test_total_counts_what_the_filter_lets_through(people: Client) -> None:
    """On every page the same, and only if asked for; an empty list has a total as well."""
    chosen: dict[str, Any] = {"emails": ["anna@example.com", "carl@example.com", "dora@example.com"]}
    request = listing(page_size=2, include_total_size=True, **chosen)
    first = ask(people, request)
    request.page_token = first.next_page_token

    assert [first.total_size, ask(people, request).total_size] == [3, 3]
    assert not ask(people, listing(**chosen)).HasField("total_size")
    nobody = ask(people, listing(emails=["nobody@example.com"], include_total_size=True))
    assert (nobody.total_size, nobody.HasField("total_size")) == (0, True)


def test_token_is_bound_to_order_and_filter(people: Client) -> None:
    """Size, skip and total may change between pages, nothing else."""
    token = ask(people, listing(order_by="email", page_size=2)).next_page_token

    rest = listing(order_by="email", page_token=token, page_size=9, skip=1, include_total_size=True)
    assert emails(ask(people, rest).users) == ORDERED["email"][3:]
    for other in (
        listing(page_token=token, order_by="email desc"),
        listing(page_token=token, order_by="email", test_users=rpc.TEST_USERS_INCLUDE),
        listing(page_token=token, order_by="email", email_verified=False),
        listing(page_token=token, order_by="email", created_before=in_days(1)),
    ):
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            ask(people, other)
    assert invalid_fields(people, listing(page_token="x" * 2001)) == ["page_token"]


def test_page_holds_50_users_unless_said_otherwise_and_1000_at_most(server: Running, client: Client) -> None:
    """0 means 50; what is above 1,000 is taken as 1,000."""
    copies_of(server, client, "ann@example.com", 1_000)

    sizes = {size: ask(client, listing(page_size=size)) for size in (0, 1000, 1001, 2**31 - 1)}

    assert {size: len(answer.users) for size, answer in sizes.items()} == {
        0: 50,
        1000: 1000,
        1001: 1000,
        2**31 - 1: 1000,
    }
    assert all(answer.next_page_token for answer in sizes.values())
    everybody = {user.user_id for page in walk(client, listing(page_size=1000)) for user in page}
    assert len(everybody) == 1_001


def test_page_of_large_users_has_as_many_as_a_message_can_carry(client: Client) -> None:
    """A client takes 4 MiB. The token goes on behind the last, and nobody is missed, in a search neither."""
    large = [created(client, login_ids=[f"large-{n:02}"], metadata={"x": "y" * 65_000}) for n in range(70)]
    for request, expected in (
        (listing(order_by="create_time", page_size=1_000), large),
        (listing(order_by="create_time desc", page_size=69), large[::-1]),
        (search("large", page_size=1_000), sorted(large, key=lambda user: user.user_id)),
    ):
        pages = walk(client, request)
        assert [user.user_id for page in pages for user in page] == [user.user_id for user in expected]
        assert [len(page) for page in pages] == [64, 6]


def test_test_users_are_left_out_unless_asked_for(people: Client) -> None:
    """They are counted as they are listed."""
    created(people, email="robot@example.com", test=True)
    expected = {
        rpc.TEST_USERS_UNSPECIFIED: ORDERED["email"],
        rpc.TEST_USERS_EXCLUDE: ORDERED["email"],
        rpc.TEST_USERS_INCLUDE: [*ORDERED["email"][:5], "robot", "émile"],
        rpc.TEST_USERS_ONLY: ["robot"],
    }
    for chosen, names in expected.items():
        answer = ask(people, listing(order_by="email", test_users=chosen, include_total_size=True))

        assert (names, len(names)) == (emails(answer.users), answer.total_size)

    assert ORDERED["email"] == emails(ask(people, listing(order_by="email")).users)


def test_list_shows_users_as_a_read_does(people: Client) -> None:
    """Roles, permissions and metadata included."""
    role(people, "Reader", "books:read")
    ask(people, update(by(email="anna@example.com"), roles=["Reader"], metadata={"a": 1}))

    for user in ask(people, listing()).users:
        assert user == read(people, user)


def test_project_lists_its_own_users_only(server: Running, people: Client, other_project: Client) -> None:
    """And a list changes nothing."""
    own = created(other_project, email="anna@example.com")
    before = contents(server.url)

    answer = ask(other_project, listing(include_total_size=True))

    assert ([own], 1) == (list(answer.users), answer.total_size)
    assert before == contents(server.url)


def copies_of(server: Running, client: Client, email: str, number: int) -> None:
    """Creates a user, and in one statement as many others who differ only in what has to."""
    created(client, email=email)
    sql(
        server.url,
        """INSERT INTO users SELECT (jsonb_populate_record(u, jsonb_build_object(
            'user_id', gen_random_uuid(), 'email', n || u.email, 'email_key', n || u.email_key))).*
        FROM users u, generate_series(1, %s) AS n""",
        number,
    )
