"""Until when a password is good: temporary and expired ones, their age, and former ones."""

from __future__ import annotations

from tests.calling import Client
from tests.conftest import Running, sql
from tests.rows import contents, events
from tests.rpc.password_requests import (
    GOOD,
    broken_rules,
    created,
    expired,
    former,
    hashed,
    opens,
    plain,
    put,
    read,
    set_policy,
    setting,
)
from tests.unit.password_vectors import BCRYPT


def test_temporary_password_must_be_replaced(server: Running, client: Client) -> None:
    """However it was set, and until another one is."""
    first = created(client, plain(GOOD, temporary=True))
    imported = hashed(BCRYPT[0].imported)
    imported.temporary = True
    second = created(client, imported, login_ids=["grace"])
    for user in (first, second):
        assert user.password_change_required
        assert read(client, user) == user

    assert not put(client, first, "another horse 2").password_change_required
    assert put(client, first, "third horse 3", temporary=True).password_change_required
    assert read(client, first).password_change_required
    last = events(server.url, client.project_id, "user.password.")[-1]
    assert (last.type, last.data) == ("user.password.set", {"temporary": True})


def test_expired_password_must_be_replaced(server: Running, client: Client) -> None:
    """It stays the password meanwhile; a second time changes nothing."""
    user = created(client, plain(GOOD))

    changed = expired(client, user)

    assert changed.password_change_required
    assert changed.etag != user.etag
    assert read(client, user) == changed == expired(client, user)
    assert opens(server.url, user, GOOD)
    assert [event.type for event in events(server.url, client.project_id, "user.password.")] == [
        "user.password.expired"
    ]
    assert not put(client, user, "another horse 2").password_change_required


def test_who_has_no_password_has_none_to_expire(server: Running, client: Client) -> None:
    """Nothing changes, and nothing is recorded."""
    user = created(client)
    before = contents(server.url)

    assert expired(client, user) == user

    assert contents(server.url) == before


def test_password_that_is_older_than_the_policy_allows_must_be_replaced(
    server: Running, client: Client
) -> None:
    """From the day on, and only as long as the policy says so."""
    user = created(client, plain(GOOD))
    set_policy(client, max_age_days=30)
    age = "UPDATE passwords SET set_time = now() - %s::interval"

    sql(server.url, age, "29 days 23 hours")
    assert not read(client, user).password_change_required
    sql(server.url, age, "30 days 1 second")
    assert read(client, user).password_change_required
    set_policy(client, max_age_days=31)
    assert not read(client, user).password_change_required
    set_policy(client, max_age_days=0)
    assert not read(client, user).password_change_required
    set_policy(client, max_age_days=30)
    assert not put(client, user, "another horse 2").password_change_required
    assert not read(client, user).password_change_required


def test_last_passwords_cannot_be_used_again(server: Running, client: Client) -> None:
    """As many as the policy says, the present one included; older ones are forgotten."""
    set_policy(client, history=3)
    first, second, third, fourth = (f"horse number {n}" for n in range(1, 5))
    user = created(client, plain(first))
    put(client, user, second)
    put(client, user, third)

    for text in (first, second, third):
        rules = broken_rules(client, setting(user, plain(text)))
        assert rules == ["must not be one of the last 3 passwords"]
    put(client, user, fourth)
    assert len(former(server.url, user)) == 2
    put(client, user, first)
    assert opens(server.url, user, first)


def test_without_a_history_the_same_password_can_be_set_again(server: Running, client: Client) -> None:
    """And nothing is kept of former ones, those of an earlier policy included."""
    set_policy(client, history=10)
    user = created(client, plain(GOOD))
    put(client, user, "another horse 2")
    set_policy(client, history=1)
    rules = broken_rules(client, setting(user, plain("another horse 2")))
    assert rules == ["must not be the present password"]
    put(client, user, GOOD)
    assert former(server.url, user) == []

    set_policy(client, history=0)

    put(client, user, GOOD)
    assert opens(server.url, user, GOOD)
    assert former(server.url, user) == []


def test_imported_hash_counts_in_the_history(client: Client) -> None:
    """What the person typed elsewhere is a former password too."""
    set_policy(client, history=2, min_length=1, require_lower=False, require_digit=False)
    vector = BCRYPT[0]
    user = created(client, hashed(vector.imported))
    put(client, user, GOOD)

    rules = broken_rules(client, setting(user, plain(vector.password)))

    assert rules == ["must not be one of the last 2 passwords"]
