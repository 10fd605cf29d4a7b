"""Setting passwords, and the policy that plain ones must keep.

Hashes of other systems: test_password_imports; until when a password is good: test_password_age; what becomes
known of them: test_password_secrecy; many at once: test_password_load."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import user_pb2

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents, events
from tests.rpc.password_requests import (
    GOOD,
    broken_rules,
    created,
    creation,
    expired,
    hashed,
    opens,
    plain,
    put,
    read,
    set_policy,
    setting,
    stored,
)
from tests.unit.password_vectors import BCRYPT


def test_user_is_created_with_a_password(server: Running, client: Client) -> None:
    """It is stored as an Argon2id hash, and the user can sign in by password from then on."""
    user = created(client, plain(GOOD))

    assert stored(server.url, user).startswith("$argon2id$")
    assert opens(server.url, user, GOOD)
    assert not opens(server.url, user, GOOD.upper())
    assert list(user.auth_methods) == [user_pb2.AUTH_METHOD_PASSWORD]
    assert not user.password_change_required
    assert read(client, user) == user


def test_user_without_a_password_has_none(server: Running, client: Client) -> None:
    """There is nothing to sign in with, and nothing to replace."""
    user = created(client)

    assert stored(server.url, user) == ""
    assert list(user.auth_methods) == []
    assert not user.password_change_required


def test_spellings_of_one_password_are_one(server: Running, client: Client) -> None:
    """`ü` may come as one character or as two, and a space as any."""
    user = created(client, plain("Jürgen am See 1"))

    assert opens(server.url, user, "Jürgen am\u00a0See 1")


def test_every_broken_rule_is_told_at_once(server: Running, client: Client) -> None:
    """One answer is enough to find a better password; nothing is created."""
    set_policy(client, min_length=12, require_upper=True, require_symbol=True)
    before = contents(server.url)
    fields = {"email": "lovelace@example.com", "given_name": "Ada", "login_ids": ["countess"]}

    rules = broken_rules(client, creation(plain("ADA"), **fields))
    others = broken_rules(client, creation(plain("adalovelace"), **fields))

    assert rules == [
        "must have at least 12 characters",
        "must contain a lower-case letter",
        "must contain a digit",
        "must contain a punctuation mark or symbol",
        "must not contain the user's own given_name",
    ]
    assert others == [
        "must have at least 12 characters",
        "must contain an upper-case letter",
        "must contain a digit",
        "must contain a punctuation mark or symbol",
        "must not contain the user's own email",
        "must not contain the user's own given_name",
    ]
    assert contents(server.url) == before


@pytest.mark.parametrize("text", ["", "a1" * 501, "é" * 501 + "1", "abcdefg\0" + "1"])
def test_what_cannot_be_a_password_is_refused(client: Client, text: str) -> None:
    """Nothing, more than 1,000 bytes, and NUL."""
    user = created(client)

    for request in (creation(plain(text), login_ids=["grace"]), setting(user, plain(text))):
        assert broken_rules(client, request)


def test_default_policy_asks_for_eight_characters_a_lower_case_letter_and_a_digit(client: Client) -> None:
    """As long as the project says nothing else."""
    user = created(client)

    assert broken_rules(client, setting(user, plain("ABCDEF1"))) == [
        "must have at least 8 characters",
        "must contain a lower-case letter",
    ]
    assert broken_rules(client, setting(user, plain("abcdefgh"))) == ["must contain a digit"]
    put(client, user, "abcdefg1")


def test_change_of_the_policy_takes_effect(client: Client) -> None:
    """For the next password; a rule that is left out has its default again."""
    user = created(client, plain("abcdefg1"))

    set_policy(client, min_length=4, require_lower=False, require_digit=False)
    put(client, user, "WXYZ")
    set_policy(client, min_length=10)
    assert broken_rules(client, setting(user, plain("WXYZ"))) == [
        "must have at least 10 characters",
        "must contain a lower-case letter",
        "must contain a digit",
    ]


def test_policy_of_another_project_does_not_matter(client: Client, other_project: Client) -> None:
    """Each project has its own."""
    set_policy(other_project, min_length=20)

    created(client, plain("abcdefg1"))
    assert broken_rules(other_project, creation(plain("abcdefg1"))) == ["must have at least 20 characters"]


@pytest.mark.parametrize(
    ("what", "fields", "text"),
    [
        ("email", {"email": "Ada.Lovelace@example.com"}, "xx-ada.lovelace-1"),
        ("given_name", {"given_name": "Augusta Ada"}, "xxAUGUSTAxx1"),
        ("family_name", {"family_name": "Lovelace"}, "lovelace1815"),
        ("display_name", {"display_name": "The Countess"}, "my-countess-1"),
        ("login_id", {"login_ids": ["enchantress"]}, "enchantress99"),
    ],
)
def test_passwords_made_of_the_person_are_refused(
    client: Client, what: str, fields: dict[str, Any], text: str
) -> None:
    """At creation and later, unless the project allows it."""
    broken = [f"must not contain the user's own {what}"]
    fields = {"phone_number": "+4930123456", **fields}
    assert broken_rules(client, creation(plain(text), **fields)) == broken
    user = created(client, **fields)
    assert broken_rules(client, setting(user, plain(text))) == broken

    set_policy(client, refuse_personal=False)

    put(client, user, text)


def test_set_password_replaces_the_one_before(server: Running, client: Client) -> None:
    """It is an event, and a new state of the user."""
    user = created(client, plain(GOOD))

    changed = put(client, user, "another horse 2")

    assert opens(server.url, user, "another horse 2")
    assert not opens(server.url, user, GOOD)
    assert changed.etag != user.etag
    assert changed == read(client, user)
    assert [event.data for event in events(server.url, client.project_id, "user.password.")] == [
        {"temporary": False}
    ]


def test_password_of_nobody_cannot_be_set(server: Running, client: Client, other_project: Client) -> None:
    """Nor that of another project's user; imported hashes included."""
    user = created(client, plain(GOOD))
    before = contents(server.url)

    for password in (plain("another horse 2"), hashed(BCRYPT[0].imported)):
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            other_project.users.SetUserPassword(setting(user, password))
        with refused("NOT_FOUND", "USER_NOT_FOUND"):
            client.users.SetUserPassword(setting(user_pb2.User(user_id=str(uuid4())), password))
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        expired(other_project, user)

    assert contents(server.url) == before


def test_password_that_is_refused_changes_nothing(server: Running, client: Client) -> None:
    """The one before stays."""
    user = created(client, plain(GOOD))
    before = contents(server.url)

    assert broken_rules(client, setting(user, plain("short")))

    assert contents(server.url) == before
    assert opens(server.url, user, GOOD)
