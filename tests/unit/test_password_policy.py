"""The rules that a project sets for passwords."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.passwords.context import Argon2Cost
from server.domain.passwords.hasher import Hasher
from server.domain.passwords.imported import Phpass
from server.domain.passwords.policy import PasswordPolicy, Person
from server.domain.passwords.stored import stored_form

NOBODY = Person()
ADA = Person(
    email="Ada.Lovelace+news@example.com",
    given_name="Ada",
    family_name="King-Noel",
    display_name="Countess of Lovelace",
    login_ids=("ada1815", "al", "countess@example.org"),
)
LAX = PasswordPolicy(min_length=1, require_lower=False, require_digit=False, refuse_personal=False)


@pytest.fixture
def hasher() -> Hasher:
    """A hasher that costs next to nothing."""
    return Hasher(4, cost=Argon2Cost(time_cost=1, memory_cost=8, parallelism=1))


def broken(policy: PasswordPolicy, password: str, person: Person = NOBODY) -> list[str]:
    """The rules that a password breaks."""
    violations = policy.violations(password, person)
    assert {"password.plain"} >= {violation.field for violation in violations}
    return [violation.description for violation in violations]


@pytest.mark.parametrize(
    "password", ["abcdefg1", "пароль-1", "a" * 255 + "1", "correct horse battery 5taple"]
)
def test_password_that_keeps_the_default_policy_is_accepted(password: str) -> None:
    """8 characters, a lower-case letter, a digit; of any script."""
    assert broken(PasswordPolicy(), password) == []


def test_every_broken_rule_is_named() -> None:
    """Not the first alone."""
    strict = PasswordPolicy(require_upper=True, require_symbol=True)

    assert broken(strict, "東京") == [
        "must have at least 8 characters",
        "must contain a lower-case letter",
        "must contain an upper-case letter",
        "must contain a digit",
        "must contain a punctuation mark or symbol",
    ]


@pytest.mark.parametrize(
    ("policy", "password", "rules"),
    [
        (PasswordPolicy(), "abcdef1", ["must have at least 8 characters"]),
        (PasswordPolicy(), "a" * 256 + "1", ["must have at most 256 characters"]),
        (PasswordPolicy(), "ABCDEFG1", ["must contain a lower-case letter"]),
        (PasswordPolicy(), "abcdefgh", ["must contain a digit"]),
        (PasswordPolicy(), "abcdefg²", ["must contain a digit"]),
        (PasswordPolicy(require_upper=True), "abcdefg1", ["must contain an upper-case letter"]),
        (PasswordPolicy(require_upper=True), "abcdefgÄ1", []),
        (PasswordPolicy(require_symbol=True), "abcd efg1", ["must contain a punctuation mark or symbol"]),
        (PasswordPolicy(require_symbol=True), "abcdefg1€", []),
        (PasswordPolicy(require_symbol=True), "abcdefg1_", []),
        (LAX, "a", []),
    ],
)
def test_rules_hold_on_their_own(policy: PasswordPolicy, password: str, rules: list[str]) -> None:
    """Each setting, at its edges."""
    assert rules == broken(policy, password)


def test_characters_are_counted_as_people_see_them_composed() -> None:
    """A decomposed umlaut is one character, as it is composed."""
    assert broken(PasswordPolicy(), "a\u0308bcdef1") == ["must have at least 8 characters"]


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", "must not be empty"),
        ("abc\0defg1", "must not contain the character NUL"),
        ("1" * 1_001, "must have at most 1,000 bytes in UTF-8"),
        ("\U0001f600" * 251, "must have at most 1,000 bytes in UTF-8"),
    ],
)
def test_text_that_cannot_be_a_password_breaks_every_policy(password: str, rule: str) -> None:
    """Also a policy that asks for nothing."""
    assert [rule] == broken(LAX, password)


@pytest.mark.parametrize(
    ("password", "owner"),
    [
        ("my-ada.lovelace+news@example.com-1", ["email", "given_name", "display_name"]),
        ("1Ada.Lovelace1", ["email", "given_name", "display_name"]),
        ("xx-ADA-xx1", ["given_name"]),
        ("hello KING 1", ["family_name"]),
        ("n0 noel no", ["family_name"]),
        ("count ｌｏｖｅｌａｃｅ 1", ["display_name"]),
        ("COUNTESS-1a", ["display_name", "login_id"]),
        ("x-ada1815-x", ["given_name", "login_id"]),
        ("al-of-1234", []),
        ("a.lace+new5", []),
        ("example.com1", []),
    ],
)
def test_password_must_not_be_made_of_its_owner(password: str, owner: list[str]) -> None:
    """Email, names, their words and login ids, in any case and width; not what is too short to matter."""
    expected = [f"must not contain the user's own {what}" for what in owner]

    assert expected == broken(PasswordPolicy(), password, ADA)


def test_short_address_counts_as_a_whole_only() -> None:
    """`al` is in too many words."""
    person = Person(email="al@example.com")

    assert broken(PasswordPolicy(), "although 1", person) == []
    assert broken(PasswordPolicy(), "al@EXAMPLE.com1", person) == ["must not contain the user's own email"]


def test_personal_passwords_can_be_allowed() -> None:
    """By the project."""
    assert broken(PasswordPolicy(refuse_personal=False), "ada.lovelace1815", ADA) == []


def test_violations_do_not_tell_the_password() -> None:
    """They reach callers and logs."""
    strict = PasswordPolicy(min_length=20, max_length=1, require_upper=True, require_symbol=True)

    for password in ("lovelace", "qxzqxz", "qxzqxz\0", "qxz" * 400):
        assert password not in "".join(broken(strict, password, ADA))


def test_field_of_the_violations_can_be_named() -> None:
    """A password may stand in an item of a batch."""
    (violation,) = PasswordPolicy().violations("abcdef1", NOBODY, "items[2].password.plain")

    assert violation.field == "items[2].password.plain"


def test_last_passwords_cannot_be_used_again(hasher: Hasher) -> None:
    """As many as the policy says, the present one first; imported ones too."""
    history = [
        hasher.hash("present 1"),
        hasher.hash("former 1"),
        stored_form(Phpass("$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0")),
        hasher.hash("oldest 1"),
    ]

    def reused(history_length: int, password: str) -> list[str]:
        policy = PasswordPolicy(history=history_length)
        return [v.description for v in policy.reuse_violations(password, history, hasher)]

    for password in ("present 1", "former 1", "test12345"):
        assert reused(3, password) == ["must not be one of the last 3 passwords"]
    assert reused(3, "oldest 1") == []
    assert reused(3, "new one 1") == []
    assert reused(1, "present 1") == ["must not be the present password"]
    assert reused(1, "former 1") == []
    assert reused(0, "present 1") == []
    assert reused(24, "oldest 1") == ["must not be one of the last 24 passwords"]


def test_passwords_grow_old_only_if_the_policy_says_so() -> None:
    """In days from the time they were set."""
    set_time = datetime(2025, 1, 31, 12, tzinfo=UTC)

    assert PasswordPolicy().expire_time(set_time) is None
    assert set_time + timedelta(days=90) == PasswordPolicy(max_age=90).expire_time(set_time)


def test_person_does_not_show_in_a_log() -> None:
    """Its repr tells nothing."""
    assert "Lovelace" not in repr(ADA)
