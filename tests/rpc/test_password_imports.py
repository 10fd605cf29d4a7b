"""Passwords as hashes that other systems made."""

from __future__ import annotations

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
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.password_requests import (
    GOOD,
    SCHEMES,
    VERIFIER,
    created,
    creation,
    hashed,
    opens,
    plain,
    set_policy,
    setting,
    stored,
)
from tests.unit.password_digest_vectors import DIGESTS, HMACS
from tests.unit.password_vectors import VECTORS as DERIVED

VECTORS = [*DERIVED, *DIGESTS, *HMACS]


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
_ARGON2_TAIL = "$c2Vhc2FsdHNlYXNhbHQ$hcwoaGFVqh5SF/TmwpPXYbsQvG6snFXMdkEto0C9Vsc"
IMPOSSIBLE: list[tuple[ImportedHash, list[str]]] = [
    (Bcrypt(f"$2b$15${_TAIL}"), ["bcrypt.encoded"]),
    (Bcrypt("$2b$05$short"), ["bcrypt.encoded"]),
    (Argon2(f"$argon2id$v=19$m=1048576,t=1,p=4{_ARGON2_TAIL}"), ["argon2.encoded"]),
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
