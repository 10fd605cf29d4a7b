"""SearchUsers."""

from __future__ import annotations

from typing import Any

import pytest
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.user_requests import (
    ACTIVE,
    ask,
    by,
    created,
    delete,
    emails,
    invalid_fields,
    role,
    search,
    update,
    update_login_id,
    walk,
)


def found(client: Client, query: str, search_by: str = "UNSPECIFIED") -> list[str]:
    """Who is found, the best matches first."""
    return emails(ask(client, search(query, search_by)).users)


@pytest.fixture
def people(client: Client) -> Client:
    """A caller with a few users to find."""
    created(
        client,
        email="Anna.Smith@example.com",
        given_name="Anna  Maria",
        family_name="Smith",
        middle_name="Straße",
        display_name="Ännchen (50%_off)",
        phone_number="+4930123456",
        login_ids=["asmith", "Prince of Persia"],
    )
    created(client, email="bob@example.com", given_name="Robert", family_name="Blacksmith")
    created(client, email="carl@example.com", display_name="back\\slash", login_ids=["carl50", "of"])
    return client


ANNA = ["Anna.Smith"]


def test_any_part_of_any_field_finds_the_user(people: Client) -> None:
    """Parts of any length, in the middle as well as at the ends."""
    for query in (
        "nna.sm",
        "maria",
        "ari",
        "smith@example",
        "straße",
        "nchen",
        "+493012",
        "0123",
        "asmi",
        "persia",
        "prince of",
    ):
        assert found(people, query) == ANNA, query


def test_spelling_does_not_matter(people: Client) -> None:
    """Query and fields are compared case-insensitively after NFKC, white space as one space."""
    for query in ("ANNA.SM", "ａｎｎａ", "STRASSE", "a\u0308nnchen", "Anna\t \u3000Maria", " maria "):
        assert found(people, query) == ANNA, query


def test_every_word_is_required_in_whatever_field(people: Client) -> None:
    """Order and place do not matter, absence does."""
    assert found(people, "smith maria 0123 persia") == ANNA
    assert sorted(found(people, "smith")) == ["Anna.Smith", "bob"]
    assert found(people, "smith robert") == ["bob"]
    assert found(people, "smith nobody") == []
    assert found(people, "a b c d e f g h i z") == []


def test_word_does_not_reach_from_field_to_field(people: Client) -> None:
    """What stands at the end of one field and the beginning of the next is no word."""
    for query in ("smithstra", "mariasmith", "mithasm", "asmithprince"):
        assert found(people, query) == []


def test_characters_that_mean_something_to_the_database_are_taken_literally(people: Client) -> None:
    """Percent sign, underscore, backslash, quotes, format marks."""
    expected = {
        "%": ANNA,
        "_": ANNA,
        "50%_OFF": ANNA,
        "50%off": [],
        "5_%": [],
        "a%a": [],
        "__": [],
        "\\": ["carl"],
        "back\\slash": ["carl"],
        "\\s": ["carl"],
        "\\%": [],
        "'": [],
        "%(word_0)s": [],
        "%s": [],
        ".*": [],
    }
    for field in ("UNSPECIFIED", "DISPLAY_NAME"):
        assert {query: found(people, query, field) for query in expected} == expected


def test_search_by_looks_in_one_field(people: Client) -> None:
    """And in no other: the same letters elsewhere do not count."""
    expected = {
        ("EMAIL", "anna.smith"): ANNA,
        ("EMAIL", "maria"): [],
        ("GIVEN_NAME", "anna"): ANNA,
        ("GIVEN_NAME", "smith"): [],
        ("FAMILY_NAME", "smith"): ["Anna.Smith", "bob"],
        ("FAMILY_NAME", "robert"): [],
        ("MIDDLE_NAME", "strasse"): ANNA,
        ("MIDDLE_NAME", "anna"): [],
        ("DISPLAY_NAME", "slash"): ["carl"],
        ("DISPLAY_NAME", "carl"): [],
        ("PHONE_NUMBER", "3012"): ANNA,
        ("PHONE_NUMBER", "50"): [],
        ("LOGIN_ID", "asmith"): ANNA,
        ("LOGIN_ID", "persia prince"): ANNA,
        ("LOGIN_ID", "persia asmith"): ANNA,
        ("LOGIN_ID", "anna"): [],
        ("LOGIN_ID", "carl"): ["carl"],
        ("ALL", "carl"): ["carl"],
    }
    assert {(field, query): found(people, query, field) for field, query in expected} == expected


def test_whole_field_comes_before_its_beginning_before_its_middle(client: Client) -> None:
    """Within a rank users follow their id, here the order of creation."""
    people: dict[str, dict[str, Any]] = {
        "middle1": {"family_name": "Van Lee"},
        "prefix1": {"family_name": "Leeds"},
        "exact1": {"given_name": "LEE"},
        "middle2": {"display_name": "Ashlee"},
        "prefix2": {"login_ids": ["x", "lee.sam"]},
        "exact2": {"family_name": "lee", "display_name": "Blee Leeds"},
        "other": {"family_name": "Le"},
    }
    for name, fields in people.items():
        created(client, email=f"{name}@example.com", **fields)
    expected = ["exact1", "exact2", "prefix1", "prefix2", "middle1", "middle2"]

    assert found(client, "lee") == expected
    assert found(client, "lee", "FAMILY_NAME") == ["exact2", "prefix1", "middle1"]
    assert found(client, "lee", "LOGIN_ID") == ["prefix2"]
    for size in range(1, 7):
        pages = walk(client, search("lee", page_size=size))
        assert [name for page in pages for name in emails(page)] == expected
        assert {len(page) for page in pages[:-1]} <= {size}


def test_several_words_rank_as_one_phrase(client: Client) -> None:
    """The whole query, with single spaces, is what a field is compared with."""
    created(client, email="apart@example.com", given_name="Ann", family_name="Lee")
    created(client, email="longer@example.com", display_name="Ann Lee Jones")
    created(client, email="whole@example.com", display_name="Ann  Lee")
    created(client, email="login@example.com", login_ids=["Ann\tLee"])

    assert found(client, " ann   lee ") == ["whole", "login", "longer", "apart"]
    assert found(client, "ann lee", "LOGIN_ID") == ["login"]
    assert found(client, "lee ann") == ["apart", "longer", "whole", "login"]


def test_walk_is_not_disturbed_by_what_happens_meanwhile(client: Client) -> None:
    """Whoever is there throughout is met exactly once, across the ranks."""
    for name in ("lee", "leeds", "leeway", "ashlee", "charlee"):
        created(client, email=f"{name}@example.com", login_ids=[name])
    request = search("lee", page_size=2)
    first = ask(client, request)
    assert emails(first.users) == ["lee", "leeds"]

    for name in ("leeds", "charlee"):
        ask(client, delete(by(login_id=name)))
    for name in ("lee two", "sheelee"):
        created(client, login_ids=[name], email=f"{name.replace(' ', '.')}@example.com")
    request.page_token = first.next_page_token

    met = [name for page in walk(client, request) for name in emails(page)]
    assert met == ["leeway", "lee.two", "ashlee", "sheelee"]


def test_search_sees_every_change_at_once(client: Client) -> None:
    """A read that starts after a change was acknowledged sees it."""
    user = created(client, email="ann@example.com", given_name="Ann", login_ids=["first"])
    ask(client, update(user, email="beth@example.com", given_name="Beth"))
    ask(client, update_login_id(user, "first", "second"))

    assert [len(found(client, query)) for query in ("ann", "first", "beth", "second")] == [0, 0, 1, 1]
    ask(client, delete(user))
    assert found(client, "beth") == []


def test_found_users_are_whole(client: Client) -> None:
    """They are answered as a read answers them."""
    role(client, "Reader", "books:read")
    user = created(client, email="ann@example.com", roles=["Reader"], metadata={"a": 1})

    assert list(ask(client, search("ann")).users) == [user]


def test_test_users_are_left_out_unless_asked_for(client: Client) -> None:
    """And the other filters narrow a search as they narrow a list."""
    created(client, email="ann@example.com")
    created(client, email="anna@example.com", test=True, status=ACTIVE)

    assert found(client, "ann") == ["ann"]
    for chosen, names in (
        (rpc.TEST_USERS_EXCLUDE, ["ann"]),
        (rpc.TEST_USERS_INCLUDE, ["ann", "anna"]),
        (rpc.TEST_USERS_ONLY, ["anna"]),
    ):
        assert emails(ask(client, search("ann", test_users=chosen)).users) == names
    assert not ask(client, search("ann", statuses=[ACTIVE])).users


def test_query_of_no_words_or_too_many_is_refused(client: Client) -> None:
    """However the white space is written; ten words and 200 characters are allowed."""
    blank = ("", " ", "\t\n", "\u3000", "\u00a0 \u2003", "\x1c")
    for query in (*blank, "x" * 201, "x " * 11, "x\u3000" * 11, "a\0"):
        assert invalid_fields(client, search(query)) == ["query"], repr(query)
    for query in ("x " * 10, "x\u3000" * 10, "x" * 200, "ß" * 200):
        assert invalid_fields(client, search(query)) == [], repr(query)

    unknown: Any = 99
    request = rpc.SearchUsersRequest(query="ann", search_by=unknown, page_size=-1)
    assert invalid_fields(client, request) == ["page_size", "search_by"]


def test_token_is_bound_to_query_field_and_filter(people: Client) -> None:
    """Only the size may change between pages."""
    token = ask(people, search("example", page_size=1)).next_page_token

    assert len(ask(people, search("example", page_size=9, page_token=token)).users) == 2
    for other in (
        search("example.com", page_token=token),
        search("example", "EMAIL", page_token=token),
        search("example", page_token=token, statuses=[ACTIVE]),
    ):
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            ask(people, other)


def test_project_finds_its_own_users_only(server: Running, people: Client, other_project: Client) -> None:
    """And a search changes nothing."""
    created(other_project, email="own.smith@example.com")
    before = contents(server.url)

    assert found(other_project, "smith") == ["own.smith"]
    assert before == contents(server.url)
