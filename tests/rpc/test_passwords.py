"""Setting passwords: plain ones, which keep the project's policy, and hashes that other systems made.

What becomes known of them: test_password_secrecy; many at once, and while one is hashed: test_password_load.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import user_pb2

from server.domain.passwords.imported import (
    Argon2,
    Bcrypt,
    Digest,
    DjangoPbkdf2,
    FirebaseScrypt,
    ImportedHash,
    Pbkdf2,
    Phpass,
    SaltedDigest,
    SaltedHmac,
    Scrypt,
    ScryptEncoded,
)
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents, events
from tests.rpc.password_requests import (
    GOOD,
    SCHEMES,
    VERIFIER,
    created,
    creation,
    expired,
    former,
    hashed,
    opens,
    plain,
    put,
    read,
    set_policy,
    setting,
    stored,
)
from tests.unit.password_digest_vectors import DIGESTS, HMACS
from tests.unit.password_vectors import VECTORS as DERIVED

VECTORS = [*DERIVED, *DIGESTS, *HMACS]


def broken_rules(client: Client, request: Any) -> list[str]:
    """The rules that a refused password breaks."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        send = client.users.CreateUser if "user" in request.DESCRIPTOR.fields_by_name else None
        (send or client.users.SetUserPassword)(request)
    assert set(error.value.fields) == {"password.plain"}
    return [violation.description for violation in error.value.details["BadRequest"].field_violations]


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
    ("fields", "text"),
    [
        ({"email": "Ada.Lovelace@example.com"}, "xx-ada.lovelace-1"),
        ({"given_name": "Augusta Ada"}, "xxAUGUSTAxx1"),
        ({"family_name": "Lovelace"}, "lovelace1815"),
        ({"display_name": "The Countess"}, "my-countess-1"),
        ({"login_ids": ["enchantress"]}, "enchantress99"),
    ],
)
def test_passwords_made_of_the_person_are_refused(client: Client, fields: dict[str, Any], text: str) -> None:
    """At creation and later, unless the project allows it."""
    fields = {"email": "x@example.com", **fields}
    broken = [f"must not contain the user's own {list(fields)[-1].removesuffix('s')}"]
    user = created(client, **fields)
    assert broken_rules(client, setting(user, plain(text))) == broken
    another = {**fields, "email": f"b{user.email}" if len(fields) > 1 else "Ada.Lovelace@example.org"}
    another.pop("login_ids", None) if len(fields) == 1 else None
    assert broken_rules(client, creation(plain(text), **another)) == broken

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

    for password in (plain("another horse 2"), hashed(VECTORS[0].imported)):
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


def test_every_scheme_can_be_imported(server: Running, client: Client) -> None:
    """The hash that another system made is stored so that its password, and no other, is recognised."""
    assert {type(vector.imported) for vector in VECTORS} == set(SCHEMES)
    mistaken = []

    for number, vector in enumerate(VECTORS):
        user = created(client, hashed(vector.imported), login_ids=[f"user-{number}"])
        kept = stored(server.url, user)
        if not VERIFIER.verify(vector.password, kept).ok or VERIFIER.verify("?", kept).ok:
            mistaken.append(vector.name)
        assert list(user.auth_methods) == [user_pb2.AUTH_METHOD_PASSWORD]

    assert mistaken == []


def test_imported_hash_replaces_a_password(server: Running, client: Client) -> None:
    """The policy has no say: nobody can tell what was hashed."""
    set_policy(client, min_length=100)
    user = created(client)
    vector = VECTORS[0]

    client.users.SetUserPassword(setting(user, hashed(vector.imported)))

    assert opens(server.url, user, vector.password)


_TAIL = "abcdefghijklmnopqrstuua0YSAeGjpaPCSApYgiNHAQqgkTgItjm"
IMPOSSIBLE: list[tuple[ImportedHash, list[str]]] = [
    (Bcrypt(f"$2b$15${_TAIL}"), ["bcrypt.encoded"]),
    (Bcrypt("$2b$05$short"), ["bcrypt.encoded"]),
    (Argon2("$argon2id$v=19$m=1048576,t=3,p=4$c2Vhc2FsdHNlYXNhbHQ$hcwoaGFVqh5S"), ["argon2.encoded"]),
    (Scrypt(3, 0, 0, b"salt", bytes(8)), ["scrypt.n", "scrypt.r", "scrypt.p", "scrypt.digest"]),
    (Scrypt(2**30, 8, 1, b"salt", bytes(32)), ["scrypt.n"]),
    (ScryptEncoded("$scrypt$ln=40,r=8,p=1$c2Vhc2FsdA$abc"), ["scrypt_encoded.encoded"]),
    (FirebaseScrypt(bytes(64), b"salt", bytes(64), b"", 8, 60), ["firebase_scrypt.memory_cost"]),
    (FirebaseScrypt(bytes(63), b"salt", bytes(64), b"", 8, 14), ["firebase_scrypt.digest"]),
    (Pbkdf2(Digest.SHA256, 0, b"salt", bytes(32)), ["pbkdf2.iterations"]),
    (Pbkdf2(Digest.SHA256, 2**31 - 1, b"salt", bytes(32)), ["pbkdf2.iterations"]),
    (Pbkdf2(Digest.MD5, -1, b"salt", bytes(1)), ["pbkdf2.algorithm", "pbkdf2.iterations", "pbkdf2.digest"]),
    (DjangoPbkdf2("pbkdf2_md5$1000$salt$abc="), ["django_pbkdf2.encoded"]),
    (Phpass("$P$Z123456789012345678901234567890"), ["phpass.encoded"]),
    (SaltedDigest(Digest.SHA1, bytes(32), b"salt"), ["salted_digest.digest"]),
    (SaltedDigest(Digest.SHA256, bytes(32), b"", iterations=10**9), ["salted_digest.iterations"]),
    (SaltedHmac(Digest.SHA512, bytes(32), b""), ["salted_hmac.digest", "salted_hmac.key"]),
]


@pytest.mark.parametrize(("imported", "fields"), IMPOSSIBLE, ids=lambda value: type(value).__name__)
def test_impossible_hash_is_refused(
    server: Running, client: Client, imported: ImportedHash, fields: list[str]
) -> None:
    """Every field that no such hash can have, or that would cost too much, is named."""
    user = created(client, plain(GOOD))
    before = contents(server.url)

    for call, request in (
        (client.users.CreateUser, creation(hashed(imported), login_ids=["grace"])),
        (client.users.SetUserPassword, setting(user, hashed(imported))),
    ):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            call(request)
        assert error.value.fields == [f"password.hashed.{field}" for field in fields]

    assert contents(server.url) == before


def test_temporary_password_must_be_replaced(server: Running, client: Client) -> None:
    """However it was set, and until another one is."""
    first = created(client, plain(GOOD, temporary=True))
    imported = hashed(VECTORS[0].imported)
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
    vector = VECTORS[0]
    user = created(client, hashed(vector.imported))
    put(client, user, GOOD)

    rules = broken_rules(client, setting(user, plain(vector.password)))

    assert rules == ["must not be one of the last 2 passwords"]
