"""Hashing passwords of our own, and how many at a time."""

import threading
import time
import traceback
import unicodedata
from collections.abc import Callable

import argon2
import pytest
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import RetryInfo

from server.domain.passwords.context import Argon2Cost
from server.domain.passwords.hasher import Hasher, Verdict
from server.errors import Error, Kind, Reason
from server.interceptors.errors import status_of

CHEAP = Argon2Cost(time_cost=1, memory_cost=8, parallelism=1)
# Long enough that it is certainly still under way when it is looked at.
COSTLY = Argon2Cost(time_cost=30, memory_cost=32_768, parallelism=1)
DEADLINE = 60.0


@pytest.fixture
def hasher() -> Hasher:
    """A hasher that costs next to nothing."""
    return Hasher(4, cost=CHEAP)


def until(condition: Callable[[], bool]) -> None:
    """Waits for a condition that is bound to come."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_default_cost_is_the_one_that_argon2_cffi_recommends() -> None:
    """Argon2id with the second parameters that RFC 9106 recommends."""
    parameters = argon2.extract_parameters(Hasher(1).hash("correct horse 1"))

    assert parameters == argon2.profiles.RFC_9106_LOW_MEMORY


def test_hash_is_verified_by_argon2_itself(hasher: Hasher) -> None:
    """What is stored is nothing peculiar."""
    assert argon2.PasswordHasher().verify(hasher.hash("correct horse 1"), "correct horse 1")


def test_password_is_told_from_another(hasher: Hasher) -> None:
    """The verdict on the right one and on wrong ones."""
    stored = hasher.hash("correct horse 1")

    assert Verdict(ok=True, upgrade_needed=False) == hasher.verify("correct horse 1", stored)
    for wrong in ("Correct horse 1", "correct horse 1 ", "correct horse", ""):
        assert Verdict(ok=False, upgrade_needed=False) == hasher.verify(wrong, stored)


def test_two_hashes_of_a_password_differ(hasher: Hasher) -> None:
    """Each has a salt of its own."""
    assert hasher.hash("correct horse 1") != hasher.hash("correct horse 1")


@pytest.mark.parametrize(
    "former",
    [
        Argon2Cost(time_cost=2, memory_cost=8, parallelism=1),
        Argon2Cost(time_cost=1, memory_cost=16, parallelism=1),
        Argon2Cost(time_cost=1, memory_cost=16, parallelism=2),
    ],
)
def test_hash_of_another_cost_is_due_for_an_upgrade(former: Argon2Cost, hasher: Hasher) -> None:
    """Also one that was costlier: all hashes come to cost the same."""
    stored = Hasher(1, cost=former).hash("correct horse 1")

    assert Verdict(ok=True, upgrade_needed=True) == hasher.verify("correct horse 1", stored)
    assert Verdict(ok=False, upgrade_needed=False) == hasher.verify("wrong horse 1", stored)


@pytest.mark.parametrize("typed", ["Grüße 1", "Grüße\u00a01", "Gru\u0308ße\u20031"])
def test_spellings_of_one_password_are_one(typed: str, hasher: Hasher) -> None:
    """OpaqueString of RFC 8265: composed or not, whatever the kind of space."""
    stored = hasher.hash("Grüße 1")

    for spelling in (typed, unicodedata.normalize("NFD", typed)):
        assert hasher.verify(spelling, stored).ok
    assert Verdict(ok=True, upgrade_needed=False) == hasher.verify("Grüße 1", hasher.hash(typed))


@pytest.mark.parametrize("other", ["ｇrüße 1", "GRÜSSE 1", "grüsse 1"])
def test_width_and_case_make_another_password(other: str, hasher: Hasher) -> None:
    """The profile keeps both."""
    assert not hasher.verify(other, hasher.hash("grüße 1")).ok


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", "empty"),
        ("a\0b", "NUL"),
        ("\ud800abc", "surrogates"),
        ("a" * 1001, "1,000 bytes"),
        ("ä" * 501, "1,000 bytes"),
        ("a\u0344" * 300, "1,000 bytes"),
    ],
)
def test_text_that_cannot_be_a_password_is_refused(password: str, rule: str, hasher: Hasher) -> None:
    """By `hash` with the rule, by `verify` as any wrong password."""
    with pytest.raises(Error) as raised:
        hasher.hash(password)

    assert raised.value.reason is Reason.FIELDS_INVALID
    (violation,) = raised.value.violations
    assert violation.field == "password.plain"
    assert rule in violation.description
    assert Verdict(ok=False, upgrade_needed=False) == hasher.verify(password, hasher.hash("abc"))


def test_password_of_1000_bytes_counts_to_the_last(hasher: Hasher) -> None:
    """Argon2 has no limit such as bcrypt's 72 bytes."""
    stored = hasher.hash("ä" * 500)

    assert hasher.verify("ä" * 500, stored).ok
    assert not hasher.verify("ä" * 499 + "a", stored).ok


def test_nobody_is_verified_at_the_cost_of_a_user(hasher: Hasher) -> None:
    """The same parameters, and no password that would fit."""
    hasher.verify_nobody("correct horse 1")

    assert argon2.extract_parameters(hasher.hash("correct horse 1")) == argon2.extract_parameters(
        hasher._nobodys
    )
    assert not hasher.verify("correct horse 1", hasher._nobodys).ok


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$v=19$m=8,t=1,p=1$secretsalt$secretdigest"])
def test_broken_stored_hash_is_a_defect_that_tells_nothing(stored: str, hasher: Hasher) -> None:
    """What is raised ends up in the log, with all that hangs on it."""
    password = "-".join(("correct", "horse"))  # the traceback shows this file's lines
    with pytest.raises(RuntimeError) as raised:
        hasher.verify(password, stored)

    told = "".join(traceback.format_exception(raised.value))
    assert raised.value.__context__ is None
    assert password not in told
    assert not stored or stored not in told
    assert hasher.under_way == 0


def test_more_than_the_queue_holds_is_refused_at_once() -> None:
    """One is hashed, one waits, the third is refused with a retry; after that there is room again."""
    hasher = Hasher(1, queue=1, cost=COSTLY)
    stored: list[str] = []
    threads = [
        threading.Thread(target=lambda: stored.append(hasher.hash("correct horse 1"))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    until(lambda: hasher.under_way == 2)

    calls: list[Callable[[], object]] = [
        lambda: hasher.hash("a"),
        lambda: hasher.verify("a", "$2b$05$abcdefghijklmnopqrstuua0YSAeGjpaPCSApYgiNHAQqgkTgItjm"),
        lambda: hasher.verify_nobody("a"),
    ]
    for call in calls:
        with pytest.raises(Error) as raised:
            call()
        assert raised.value.reason is Reason.HASHING_OVERLOADED
        assert raised.value.kind is Kind.RESOURCE_EXHAUSTED

    for thread in threads:
        thread.join(DEADLINE)
    assert len(stored) == 2
    assert hasher.under_way == 0
    assert hasher.verify("correct horse 1", stored[0]).ok


def test_all_of_many_callers_get_an_answer() -> None:
    """Twenty threads at two places and five of queue: a right verdict, or HASHING_OVERLOADED."""
    hasher = Hasher(2, queue=5, cost=Argon2Cost(time_cost=2, memory_cost=4_096, parallelism=1))
    stored = hasher.hash("correct horse 1")
    answers: list[tuple[str, bool]] = []
    refusals: list[Reason] = []
    start = threading.Barrier(20)

    def caller(password: str) -> None:
        start.wait(DEADLINE)
        for _ in range(10):
            try:
                answers.append((password, hasher.verify(password, stored).ok))
            except Error as error:
                refusals.append(error.reason)

    passwords = ["correct horse 1", "wrong horse 1"] * 10
    threads = [threading.Thread(target=caller, args=(password,)) for password in passwords]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)

    assert len(answers) + len(refusals) == 200
    assert answers
    assert all(ok == (password == "correct horse 1") for password, ok in answers)
    assert {Reason.HASHING_OVERLOADED} >= set(refusals)
    assert hasher.under_way == 0


def test_refusal_tells_when_to_try_again() -> None:
    """RESOURCE_EXHAUSTED with RetryInfo."""
    status = status_of(Error(Reason.HASHING_OVERLOADED))

    assert status.code == code_pb2.RESOURCE_EXHAUSTED
    (packed,) = [detail for detail in status.details if detail.Is(RetryInfo.DESCRIPTOR)]
    retry = RetryInfo.FromString(packed.value)
    assert retry.retry_delay.seconds == 1


def test_impossible_cost_is_refused_when_the_service_starts() -> None:
    """Argon2 needs 8 KiB for each lane."""
    with pytest.raises(ValueError, match="memory_cost"):
        Hasher(1, cost=Argon2Cost(time_cost=1, memory_cost=8, parallelism=4))
