"""Nothing that anybody can read tells a password: no log line, no event, no stored answer, no error."""

from __future__ import annotations

from base64 import b64encode
from traceback import format_exception
from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import password_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc
from structlog.testing import capture_logs

from server.domain.passwords.imported import Digest, SaltedHmac
from tests.calling import Client, Refused, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.password_requests import (
    GOOD,
    created,
    creation,
    expired,
    hashed,
    plain,
    put,
    set_policy,
    setting,
    stored,
)

SECRET = "Tr0ub4dor-and-three"
OTHER = "staple-battery-77"
TOO_SIMPLE = "xyzzyxyzzyxyzzy"
PLAINS = (SECRET, OTHER, TOO_SIMPLE)
DIGEST = bytes(range(100, 132))
HMAC_KEY = b"a key of the other system"
HASH = SaltedHmac(Digest.SHA256, DIGEST, HMAC_KEY, b"seasalt-of-hers")
IMPOSSIBLE = SaltedHmac(Digest.SHA512, DIGEST, HMAC_KEY, b"seasalt-of-hers")


def spellings(secret: bytes) -> list[str]:
    """How a secret could show: as it is, as the database shows bytes, and as a stored hash has it."""
    escaped = repr(secret)[2:-1]
    encoded = b64encode(secret).decode().rstrip("=")
    return [secret.decode("latin-1"), escaped, secret.hex(), encoded]


def attempt(call: Any, request: Any, seen: list[str]) -> None:
    """Makes a call that may be refused, and keeps all that the caller sees of it."""
    try:
        seen.append(str(call(request)))
    except Refused as error:
        seen += [str(error), error.message, repr(error.trailers), repr(error.details)]


def everything_there_is_to_do(client: Client) -> list[str]:
    """Sets passwords in every way, well and badly, each twice; returns what was answered."""
    set_policy(client, history=2)
    seen: list[str] = []
    user = created(client, plain(SECRET), email="ada@example.com")
    passwords = [
        plain(OTHER),
        plain(OTHER),
        plain(TOO_SIMPLE),
        plain(SECRET + "\0"),
        plain(SECRET * 100),
        hashed(HASH),
        hashed(IMPOSSIBLE),
        plain(SECRET, temporary=True),
    ]
    for password in passwords:
        for request_id in ("", str(uuid4()), "no-id"):
            change = setting(user, password, request_id=request_id)
            nobodys = setting(user_pb2.User(user_id=str(uuid4())), password, request_id=request_id)
            taken = creation(password, email="ada@example.com", request_id=request_id and str(uuid4()))
            for _ in range(2):
                attempt(client.users.SetUserPassword, change, seen)
                attempt(client.users.SetUserPassword, nobodys, seen)
                attempt(client.users.CreateUser, taken, seen)
    expired(client, user)
    return seen


def test_passwords_are_told_nowhere(
    server: Running, client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    """In the whole database, all that is logged, and every answer the hash stands in its place, and nothing
    else anywhere."""
    seen = everything_there_is_to_do(client)

    logged = "".join(capfd.readouterr())
    assert "SetUserPassword" in logged
    rows = contents(server.url)
    hashes = rows.pop("passwords") + rows.pop("former_passwords")
    assert len(hashes) == 2
    places = {"log": logged, "answers": "\n".join(seen), **{name: "\n".join(r) for name, r in rows.items()}}
    secrets = [text.encode() for text in PLAINS] + [DIGEST, HMAC_KEY, b"seasalt-of-hers"]
    kept = [
        row[0]
        for row in sql(server.url, "SELECT hash FROM passwords UNION SELECT hash FROM former_passwords")
    ]
    for place, text in places.items():
        assert "$argon2id$" not in text, place
        for secret in secrets:
            assert [spelling for spelling in spellings(secret) if spelling in text] == [], place
        for stored_hash in kept:
            assert stored_hash not in text, place
            assert stored_hash.encode().hex() not in text, place
    for secret in PLAINS:
        assert all(spelling not in row for spelling in spellings(secret.encode()) for row in hashes)


def test_failure_of_the_database_tells_no_password(server: Running, client: Client) -> None:
    """What is logged of an error that nobody foresaw does not quote the statement's values."""
    user = created(client)
    sql(server.url, "ALTER TABLE passwords ADD CONSTRAINT broken CHECK (hash = '')")

    with capture_logs() as lines:
        for request in (setting(user, plain(SECRET)), setting(user, hashed(HASH))):
            with refused("INTERNAL", "INTERNAL") as error:
                client.users.SetUserPassword(request)
            assert "argon2" not in str(error.value)

    failures = [line["exc_info"] for line in lines if "exc_info" in line]
    logged = str(lines) + "".join(part for failure in failures for part in format_exception(failure))
    assert logged.count('violates check constraint "broken"') >= 2
    assert "$argon2id$" not in logged
    for secret in (SECRET.encode(), DIGEST, HMAC_KEY):
        assert [spelling for spelling in spellings(secret) if spelling in logged] == []


def test_contract_marks_what_must_not_be_shown() -> None:
    """Whatever is, or leads to, a password or a hash: tools that print messages leave it out."""
    messages = [password_pb2.Password, password_pb2.Pbkdf2Hash, password_pb2.SaltedHmacHash]
    marked = {
        field.name
        for message in messages
        for field in message.DESCRIPTOR.fields
        if field.GetOptions().debug_redact
    }

    assert marked == {"plain", "hashed", "salt", "digest", "key"}


def test_request_record_is_no_way_to_try_passwords(server: Running, client: Client) -> None:
    """What is kept to recognise a repeat has two bytes that depend on the password: whoever holds the
    database learns no more from it, and tries guesses against the hash."""
    user = created(client)
    request_id = str(uuid4())
    fingerprints = []
    for text in (GOOD, OTHER):
        client.users.SetUserPassword(setting(user, plain(text), request_id=request_id))
        fingerprints += sql(server.url, "DELETE FROM request_records RETURNING fingerprint")

    ((first,), (second,)) = fingerprints
    assert first != second
    assert first[:-2] == second[:-2]


@pytest.mark.parametrize("request_is_a_creation", [True, False])
def test_repeat_with_another_password_is_no_repeat(
    server: Running, client: Client, request_is_a_creation: bool
) -> None:
    """The same request id with another password is an error, as with any other body; nothing changes."""
    user = created(client)
    request_id = str(uuid4())

    def request(password: password_pb2.Password) -> Any:
        if request_is_a_creation:
            return creation(password, login_ids=["grace"], request_id=request_id)
        return setting(user, password, request_id=request_id)

    call = client.users.CreateUser if request_is_a_creation else client.users.SetUserPassword
    first = call(request(plain(GOOD)))
    before = contents(server.url)

    for password in (plain(OTHER), plain(GOOD, temporary=True), hashed(HASH)):
        with refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED"):
            call(request(password))

    assert call(request(plain(GOOD))) == first
    assert contents(server.url) == before


def test_deleted_user_leaves_no_hash(server: Running, client: Client) -> None:
    """Neither of the present nor of a former password."""
    set_policy(client, history=5)
    user = created(client, plain(GOOD))
    put(client, user, OTHER)
    assert stored(server.url, user)

    by = user_pb2.UserRef(user_id=user.user_id)
    client.users.DeleteUser(rpc.DeleteUserRequest(by=by))

    rows = contents(server.url)
    assert rows["passwords"] == rows["former_passwords"] == []
