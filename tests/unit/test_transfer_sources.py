"""What other systems export: files as they write them, and passwords that open what they opened."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from roster.v1 import user_batch_pb2 as batch

from server import convert
from server.domain.passwords.hasher import Hasher
from server.transfer.connection import Refusal
from server.transfer.forms import IMPORTS, Details
from server.transfer.json_documents import elements
from server.transfer.records import Form, Unusable
from server.transfer.sources.firebase import parameters_of

DATA = Path(__file__).resolve().parents[1] / "data"
WORD = "note G of 1843"
# The password of the README of github.com/firebase/scrypt.
FIREBASE_WORD = "user1password"
HASH_CONFIG = (DATA / "firebase-hash-config.txt").read_text(encoding="utf-8")


def form(name: str) -> Form:
    """The form of a system's export."""
    return IMPORTS[name](Details(hash_config=parameters_of(HASH_CONFIG)))


def users(name: str, file: str) -> list[batch.CreateUsersItem]:
    """The users of a file, all of which can be imported."""
    source = form(name)
    with (DATA / file).open("rb") as opened:
        return [source.item(record) for record in source.records(opened)]


def shown(item: batch.CreateUsersItem) -> Any:
    """The user, without its password."""
    return MessageToDict(item.user, preserving_proto_field_name=True)


@pytest.fixture(scope="module")
def hasher() -> Hasher:
    """One that verifies anything."""
    return Hasher(2)


def opens(item: batch.CreateUsersItem, word: str, hasher: Hasher) -> bool:
    """Whether the word, and no other, is the password of what would be stored."""
    stored = convert.new_password(item.password).stored
    return hasher.verify(word, stored).ok and not hasher.verify(f"{word}?", stored).ok


# -- Auth0 -----------------------------------------------------------------------------------------


def test_auth0_passwords_open_what_they_opened(hasher: Hasher) -> None:
    """Those of Auth0, and of all the schemes that were once imported there."""
    found = users("auth0", "auth0.ndjson")

    schemes = [item.password.hashed.WhichOneof("scheme") for item in found]
    assert schemes == [
        "bcrypt",
        "pbkdf2",
        "salted_digest",
        "salted_digest",
        "salted_hmac",
        "scrypt",
        "argon2",
        "bcrypt",
    ]
    assert [opens(item, WORD, hasher) for item in found] == [True] * len(found)


def test_auth0_hash_of_a_password_in_another_encoding_is_unusable() -> None:
    """It would be imported, and never be verified."""
    custom = {
        "algorithm": "md5",
        "hash": {"value": "0" * 32, "encoding": "hex"},
        "password": {"encoding": "utf16le"},
    }
    source = form("auth0")
    (record,) = source.records(
        io.BytesIO(json.dumps([{"email": "ada@example.com", "custom_password_hash": custom}]).encode())
    )

    with pytest.raises(Unusable, match="utf16le"):
        source.item(record)


def test_auth0_user_is_told_field_by_field() -> None:
    """What has no field of its own is metadata; the id too, for it is no UUID."""
    first, second, *_ = users("auth0", "auth0.ndjson")

    assert shown(first) == {
        "email": "ada1@example.com",
        "email_verified": True,
        "status": "USER_STATUS_ACTIVE",
        "metadata": {"auth0_id": "auth0|5f9b1c2d3e4f5a6b7c8d9e01"},
    }
    assert second.blocked
    assert shown(second) == {
        "email": "ada2@example.com",
        "email_verified": False,
        "login_ids": ["ada2"],
        "given_name": "Ada",
        "family_name": "Lovelace",
        "display_name": "Ada Lovelace",
        "picture": "https://example.com/ada.png",
        "status": "USER_STATUS_ACTIVE",
        "create_time": "2023-04-05T06:07:08.910Z",
        "last_login_time": "2024-02-29T12:30:15.123Z",
        "metadata": {
            "user_metadata": {"theme": "dark"},
            "app_metadata": {"plan": "gold"},
            "nickname": "countess",
            "auth0_id": "auth0|5f9b1c2d3e4f5a6b7c8d9e02",
        },
    }


# -- Firebase --------------------------------------------------------------------------------------


def test_firebase_users_and_their_passwords(hasher: Hasher) -> None:
    """By the parameters of the project; one who has nothing else signs in by the id."""
    first, by_phone, anonymous = users("firebase", "firebase.json")

    assert opens(first, FIREBASE_WORD, hasher)
    assert shown(first) == {
        "email": "ada@example.com",
        "email_verified": True,
        "display_name": "Ada Lovelace",
        "picture": "https://example.com/ada.png",
        "status": "USER_STATUS_ACTIVE",
        "create_time": "2023-04-05T06:07:08.910Z",
        "last_login_time": "2024-02-29T12:30:15.123Z",
        "metadata": {"custom_claims": {"admin": True}, "firebase_id": "Zk2vXbTq7HfN3sYw0LrC9dEe1Pa2"},
    }
    assert (shown(by_phone)["phone_number_verified"], shown(by_phone)["status"]) == (
        True,
        "USER_STATUS_INACTIVE",
    )
    assert shown(anonymous)["login_ids"] == ["Ab1cDe2fGh3iJk4lMn5oPq6rSt7u"]


def test_firebase_parameters_are_read_as_the_console_shows_them_and_in_json() -> None:
    """What is missing is named."""
    read = parameters_of(HASH_CONFIG)
    as_json = {
        "hash_config": {
            "base64_signer_key": base64.b64encode(read["signer_key"]).decode(),
            "base64_salt_separator": "Bw==",
            "rounds": 8,
            "mem_cost": 14,
        }
    }

    assert read == parameters_of(json.dumps(as_json))
    with pytest.raises(ValueError, match="mem_cost"):
        parameters_of(HASH_CONFIG.replace("mem_cost", "cost"))


def test_firebase_password_without_parameters_is_not_dropped_in_silence() -> None:
    """The user is rejected."""
    source = IMPORTS["firebase"](Details())
    with (DATA / "firebase.json").open("rb") as opened:
        first, second, _ = source.records(opened)

    with pytest.raises(Unusable, match="--hash-config"):
        source.item(first)
    assert source.item(second).user.phone_number


# -- Keycloak --------------------------------------------------------------------------------------


def test_keycloak_passwords_open_what_they_opened(hasher: Hasher) -> None:
    """PBKDF2 of three kinds, and Argon2."""
    *people, service = users("keycloak", "keycloak.json")

    assert [opens(item, WORD, hasher) for item in people] == [True] * 4
    assert [item.password.temporary for item in people] == [False, False, True, False]
    assert not service.HasField("password")


def test_keycloak_user_is_told_field_by_field() -> None:
    """The id is kept, and the roles of the realm but for Keycloak's own."""
    first, disabled, *_ = users("keycloak", "keycloak.json")

    assert shown(first) == {
        "user_id": "0b2c3d4e-5f60-4a1b-8c2d-000000000001",
        "login_ids": ["ada1"],
        "email": "ada1@example.com",
        "email_verified": True,
        "given_name": "Ada",
        "family_name": "Lovelace",
        "status": "USER_STATUS_ACTIVE",
        "roles": [{"name": "editor"}],
        "create_time": "2023-04-05T06:07:08.910Z",
        "metadata": {"attributes": {"department": ["engines"]}},
    }
    assert shown(disabled)["status"] == "USER_STATUS_INACTIVE"


@pytest.mark.parametrize(
    "document",
    [{"id": "acme", "realm": "acme", "roles": {}}, [{"id": "acme", "realm": "acme", "users": [{}]}]],
)
def test_keycloak_realm_is_no_user(document: Any) -> None:
    """Where a realm was exported without users, or all realms were exported at once."""
    source = form("keycloak")
    (record,) = source.records(io.BytesIO(json.dumps(document).encode()))

    with pytest.raises(Unusable, match="realm"):
        source.item(record)


@pytest.mark.parametrize("name", ["auth0", "keycloak", "fusionauth"])
def test_users_may_be_without_the_id_that_they_had(name: str) -> None:
    """Not all files have it."""
    source = form(name)
    (record,) = source.records(io.BytesIO(b'[{"username": "ada", "email": "ada@example.com"}]'))

    assert shown(source.item(record))["login_ids"] == ["ada"]


# -- Cognito ---------------------------------------------------------------------------------------


def test_cognito_users() -> None:
    """They come without passwords; the pool's own attributes are metadata."""
    first, second = users("cognito", "cognito.csv")

    assert shown(first) == {
        "login_ids": ["0b2c3d4e-5f60-4a1b-8c2d-000000000001"],
        "email": "ada@example.com",
        "email_verified": True,
        "phone_number": "+4930901820",
        "phone_number_verified": False,
        "given_name": "Ada",
        "family_name": "Lovelace",
        "display_name": "Ada Lovelace",
        "picture": "https://example.com/ada.png",
        "locale": "en-GB",
        "zoneinfo": "Europe/London",
        "metadata": {
            "nickname": "countess",
            "gender": "female",
            "birthdate": "1815-12-10",
            "address": "12 St James's Square, London",
            "plan": "gold",
        },
    }
    assert shown(second) == {"login_ids": ["bob"], "email": "bob@example.com", "email_verified": False}


# -- FusionAuth ------------------------------------------------------------------------------------


def test_fusionauth_users_and_their_passwords(hasher: Hasher) -> None:
    """PBKDF2 of all lengths, bcrypt, salted digests and HMACs; a scheme that is not known makes the user
    unusable."""
    source = form("fusionauth")
    with (DATA / "fusionauth.json").open("rb") as opened:
        *known, unknown = source.records(opened)
    found = [source.item(record) for record in known]

    assert [opens(item, WORD, hasher) for item in found] == [True] * 7
    assert [opens(item, f"{WORD}!", hasher) for item in found] == [False] * 7
    assert [item.password.temporary for item in found] == [False, True, *[False] * 5]
    first = found[0]
    assert shown(first) == {
        "user_id": "0b2c3d4e-5f60-4a1b-8c2d-000000000001",
        "login_ids": ["ada1"],
        "email": "ada1@example.com",
        "email_verified": True,
        "phone_number": "+4930901820",
        "given_name": "Ada",
        "middle_name": "King",
        "family_name": "Lovelace",
        "display_name": "Ada Lovelace",
        "picture": "https://example.com/ada.png",
        "locale": "en-GB",
        "zoneinfo": "Europe/London",
        "status": "USER_STATUS_ACTIVE",
        "roles": [{"name": "editor"}],
        "create_time": "2023-04-05T06:07:08.910Z",
        "metadata": {"plan": "gold"},
    }
    with pytest.raises(Unusable, match="phpass-sha512"):
        source.item(unknown)


# -- all of them -----------------------------------------------------------------------------------


FUSIONAUTH_BCRYPT = {
    "email": "ada@example.com",
    "salt": "3tfklc1K4QUklWhnd4ZM7.",
    "password": "wZ7MD1s7ty4km7JIdPcSB3rw7aemfCC",
}


def test_fusionauth_scheme_may_be_told_of_all_users_at_once(hasher: Hasher) -> None:
    """A user's own goes before it; in a rejected record it is told of the user."""
    other = {"email": "bob@example.com", "password": "x", "encryptionScheme": "phpass-sha512"}
    text = json.dumps({"encryptionScheme": "bcrypt", "factor": 4, "users": [FUSIONAUTH_BCRYPT, other]})
    source = form("fusionauth")

    first, second = source.records(io.BytesIO(text.encode()))
    rejected = source.rejected(first, Refusal("EMAIL_TAKEN", "Another user has this email."))
    (again,) = source.records(io.BytesIO(rejected.encode()))

    assert opens(source.item(first), WORD, hasher)
    assert source.item(again) == source.item(first)
    with pytest.raises(Unusable, match="phpass-sha512"):
        source.item(second)


def test_fusionauth_hash_of_a_scheme_that_is_not_told_is_no_plain_password() -> None:
    """A password without a salt is one."""
    plain = {"email": "bob@example.com", "password": WORD}
    source = form("fusionauth")

    first, second = source.records(io.BytesIO(json.dumps([FUSIONAUTH_BCRYPT, plain]).encode()))

    with pytest.raises(Unusable, match="scheme"):
        source.item(first)
    assert source.item(second).password.plain == WORD


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("auth0", "auth0.ndjson"),
        ("firebase", "firebase.json"),
        ("keycloak", "keycloak.json"),
        ("cognito", "cognito.csv"),
    ],
)
def test_rejected_users_can_be_read_again(name: str, file: str) -> None:
    """In the form they had; what was said about them is passed over."""
    source = form(name)
    with (DATA / file).open("rb") as opened:
        records = list(source.records(opened))
    reason = Refusal("EMAIL_TAKEN", "Another user has this email.")
    text = (
        source.opening() + "".join(source.rejected(record, reason) for record in records) + source.closing()
    )

    again = form(name)
    found = [again.item(record) for record in again.records(io.BytesIO(text.encode()))]

    assert text.count("EMAIL_TAKEN") == len(records)
    assert found == [source.item(record) for record in records]


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"id": 7, "localId": 7, "user_id": 7},
        {"id": "x", "localId": "x", "user_id": "x", "email": ["ada"], "createdAt": "soon"},
        {"id": "x", "localId": "x", "user_id": "x", "passwordHash": 7, "credentials": [7], "password": 7},
    ],
)
@pytest.mark.parametrize("name", ["auth0", "firebase", "keycloak", "fusionauth"])
def test_what_is_not_as_it_should_be_is_unusable_and_nothing_worse(name: str, record: dict[str, Any]) -> None:
    """A record never ends an import; one that makes sense after all is imported."""
    source = form(name)
    (found,) = source.records(io.BytesIO(json.dumps([record]).encode()))

    try:
        assert isinstance(source.item(found), batch.CreateUsersItem)
    except Unusable as unusable:
        assert unusable.refusal.message


# -- documents -------------------------------------------------------------------------------------


def read(text: str) -> list[Any]:
    """The elements under `users`."""
    return list(elements(io.BytesIO(text.encode()), "users"))


def test_elements_of_a_document_are_found_wherever_they_stand() -> None:
    """Beside, before and behind other values; or they are the document, or stand one after another."""
    assert read('{"a": {"users": [0]}, "users": [1, {"x": [2]}, "3"], "users too": []}') == [
        1,
        {"x": [2]},
        "3",
    ]
    assert read("[1, 2]") == [1, 2]
    assert read('{"n": 1}\n{"n": 2}\n') == [{"n": 1}, {"n": 2}]
    assert read('\ufeff {"users": []}') == read("[]") == read("") == []


def test_elements_across_and_beyond_what_is_read_at_a_time() -> None:
    """Also numbers, which look whole where they are cut."""
    many = [{"n": n, "text": "x" * (n % 200)} for n in range(3_000)]
    large = ["y" * 300_000, 12_345, many]

    assert read(json.dumps({"before": large, "users": many})) == many
    assert read(json.dumps(large)) == large
    for length in range(65_530, 65_545):
        assert read(f'["{"z" * length}", 123456]')[1] == 123456


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[1", "[1,]", '{"users": 7}', '{"users": [1] ', "no JSON", '{"users"', "[1 2]"]
)
def test_damaged_document_is_told(text: str) -> None:
    """Not taken for the end, but for what has no end behind all users."""
    if text == '{"users": [1] ':
        assert read(text) == [1]
        return
    with pytest.raises(Unusable):
        read(text)
