"""Imported hashes that cannot be, or that would be too costly to verify."""

import hashlib
from typing import Any

import pytest

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
from server.domain.passwords.stored import stored_form
from server.errors import Error, Reason

BCRYPT_TAIL = "abcdefghijklmnopqrstuua0YSAeGjpaPCSApYgiNHAQqgkTgItjm"
ARGON2_TAIL = "c2Vhc2FsdHNlYXNhbHQ$hcwoaGFVqh5SF/TmwpPXYbsQvG6snFXMdkEto0C9Vsc"
SCRYPT_TAIL = "c2Vhc2FsdA$q+irDknBI2XPzeBULGfmZGfh22sIP0oFI2ONQjDaN7Y"
DJANGO_TAIL = "$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c="
PHPASS_TAIL = "IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"


def argon2(settings: str, variant: str = "id", tail: str = ARGON2_TAIL) -> Argon2:
    """An Argon2 hash with these settings."""
    return Argon2(f"$argon2{variant}${settings}${tail}")


def scrypt(**changes: Any) -> Scrypt:
    """A scrypt hash, sound but for the changes."""
    return Scrypt(**{"n": 1024, "r": 8, "p": 1, "salt": b"salt", "digest": bytes(32)} | changes)


def firebase(**changes: Any) -> FirebaseScrypt:
    """A Firebase hash, sound but for the changes."""
    sound = {"digest": bytes(64), "salt": b"salt", "signer_key": bytes(64), "salt_separator": b"\7"}
    return FirebaseScrypt(**sound | {"rounds": 8, "memory_cost": 14} | changes)


def pbkdf2(**changes: Any) -> Pbkdf2:
    """A PBKDF2 hash, sound but for the changes."""
    sound = {"algorithm": Digest.SHA256, "iterations": 1000, "salt": b"salt", "digest": bytes(32)}
    return Pbkdf2(**sound | changes)


def digest(**changes: Any) -> SaltedDigest:
    """A salted digest, sound but for the changes."""
    return SaltedDigest(**{"algorithm": Digest.SHA256, "digest": bytes(32), "salt": b"salt"} | changes)


def hmac(**changes: Any) -> SaltedHmac:
    """An HMAC, sound but for the changes."""
    return SaltedHmac(**{"algorithm": Digest.SHA256, "digest": bytes(32), "key": b"key"} | changes)


def refused_fields(imported: ImportedHash) -> list[str]:
    """The fields that violations name; the path to the scheme is left away."""
    with pytest.raises(Error) as raised:
        stored_form(imported)
    assert raised.value.reason is Reason.FIELDS_INVALID
    assert all(violation.description for violation in raised.value.violations)
    return [violation.field.removeprefix("password.hashed.") for violation in raised.value.violations]


@pytest.mark.parametrize(
    "imported",
    [
        Bcrypt(f"$2b$04${BCRYPT_TAIL}"),
        Bcrypt(f"$2b$14${BCRYPT_TAIL}"),
        argon2("v=19$m=262144,t=4,p=16"),
        argon2("v=19$m=8,t=131072,p=1"),
        scrypt(n=2**18, r=8, p=1),
        scrypt(n=2**14, r=8, p=16),
        scrypt(digest=bytes(16), salt=bytes(1024)),
        scrypt(digest=bytes(128), salt=b""),
        ScryptEncoded(f"$scrypt$ln=18,r=8,p=1${SCRYPT_TAIL}"),
        firebase(memory_cost=17, rounds=10),
        firebase(memory_cost=18, rounds=8),
        pbkdf2(iterations=2_500_000),
        pbkdf2(iterations=1_250_000, digest=bytes(64)),
        DjangoPbkdf2(f"pbkdf2_sha256$2500000{DJANGO_TAIL}"),
        DjangoPbkdf2("pbkdf2_sha256$1000$sea,salt;!$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c="),
        Phpass(f"$P$5{PHPASS_TAIL}"),
        Phpass(f"$P$H{PHPASS_TAIL}"),
        digest(iterations=500_000),
        hmac(key=bytes(1024)),
    ],
    ids=lambda imported: type(imported).__name__,
)
def test_hash_at_its_limits_is_accepted(imported: ImportedHash) -> None:
    """The limits are inclusive."""
    assert stored_form(imported)


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "$2b$05$",
        f"$2x$05${BCRYPT_TAIL}",
        f"$2$05${BCRYPT_TAIL}",
        f"$2b$5${BCRYPT_TAIL}",
        f"$2b$03${BCRYPT_TAIL}",
        f"$2b$15${BCRYPT_TAIL}",
        f"$2b$05${BCRYPT_TAIL}\n",
        f"$2b$05${BCRYPT_TAIL[:-1]}",
        f"$2b$05${BCRYPT_TAIL[:-1]}ä",
    ],
)
def test_impossible_bcrypt_is_refused(encoded: str) -> None:
    """Costs of 4 to 14 and 53 characters of crypt's alphabet are possible."""
    assert refused_fields(Bcrypt(encoded)) == ["bcrypt.encoded"]


@pytest.mark.parametrize(
    "imported",
    [
        argon2("v=19$m=256,t=2,p=2", variant="x"),
        argon2("v=18$m=256,t=2,p=2"),
        argon2("m=256,t=0,p=2"),
        argon2("m=256,t=2"),
        argon2("v=19$m=15,t=2,p=2"),
        argon2("v=19$m=262145,t=1,p=1"),
        argon2("v=19$m=65536,t=17,p=4"),
        argon2("v=19$m=256,t=2,p=17"),
        argon2("v=19$m=99999999999,t=1,p=1"),
        argon2("v=19$m=256,t=2,p=2,keyid=c2FsdA"),
        argon2("v=19$m=256,t=2,p=2,data=c2FsdA"),
        argon2("v=19$m=256,t=2,p=2", tail="c2FsdA$hcwoaGFVqh5SF/TmwpPXYbsQvG6snFXMdkEto0C9Vsc"),
        argon2("v=19$m=256,t=2,p=2", tail="c2Vhc2FsdHNlYXNhbHQ$hcwoaGFVqh5S"),
        argon2("v=19$m=256,t=2,p=2", tail="c2Vhc2FsdHNlYXNhbHQ$hcwoaGFVqh5SF/TmwpPXYbsQvG6snFXMdkEto0C9Vs="),
        argon2("v=19$m=256,t=2,p=2", tail="c2Vhc2FsdHNlYXNhbHQ"),
        argon2("v=19$m=256,t=2,p=2", tail="c2Vhc2FsdHNlYXNhbHQ$" + "A" * 3_000),
    ],
    ids=lambda imported: imported.encoded[:60],
)
def test_impossible_argon2_is_refused(imported: Argon2) -> None:
    """At most 256 MiB, 1 GiB in all passes, 16 lanes; no keys or data."""
    assert {"argon2.encoded"} == set(refused_fields(imported))


@pytest.mark.parametrize(
    ("imported", "fields"),
    [
        (scrypt(n=1000), ["scrypt.n"]),
        (scrypt(n=1), ["scrypt.n"]),
        (scrypt(n=0), ["scrypt.n"]),
        (scrypt(n=2**16, r=1), ["scrypt.n"]),
        (scrypt(n=2**19), ["scrypt.n"]),
        (scrypt(p=257), ["scrypt.n"]),
        (scrypt(n=2**62, r=2**30, p=2**30), ["scrypt.n"]),
        (scrypt(r=0), ["scrypt.r"]),
        (scrypt(p=-1), ["scrypt.p"]),
        (scrypt(salt=bytes(1025)), ["scrypt.salt"]),
        (scrypt(digest=bytes(15)), ["scrypt.digest"]),
        (scrypt(digest=bytes(129)), ["scrypt.digest"]),
        (scrypt(n=3, r=0, p=0, digest=b""), ["scrypt.n", "scrypt.r", "scrypt.p", "scrypt.digest"]),
        (ScryptEncoded("$scrypt$"), ["scrypt_encoded.encoded"]),
        (ScryptEncoded(f"$scrypt$ln=0,r=8,p=1${SCRYPT_TAIL}"), ["scrypt_encoded.encoded"]),
        (ScryptEncoded(f"$scrypt$ln=19,r=8,p=1${SCRYPT_TAIL}"), ["scrypt_encoded.encoded"]),
        (ScryptEncoded(f"$scrypt$ln=99,r=8,p=1${SCRYPT_TAIL}"), ["scrypt_encoded.encoded"]),
        (ScryptEncoded("$7$z6..../....Salt$" + "a" * 43), ["scrypt_encoded.encoded"]),
        (ScryptEncoded("$7$C........../Salt$" + "a" * 43), ["scrypt_encoded.encoded"]),
        (firebase(rounds=0), ["firebase_scrypt.rounds"]),
        (firebase(memory_cost=0), ["firebase_scrypt.memory_cost"]),
        (firebase(memory_cost=19), ["firebase_scrypt.memory_cost"]),
        (firebase(memory_cost=2**31), ["firebase_scrypt.memory_cost"]),
        (firebase(digest=bytes(32)), ["firebase_scrypt.digest"]),
        (firebase(signer_key=b""), ["firebase_scrypt.signer_key"]),
        (firebase(salt_separator=bytes(1025)), ["firebase_scrypt.salt_separator"]),
        (pbkdf2(algorithm=Digest.MD5), ["pbkdf2.algorithm"]),
        (pbkdf2(iterations=0), ["pbkdf2.iterations"]),
        (pbkdf2(iterations=2_500_001), ["pbkdf2.iterations"]),
        (pbkdf2(iterations=1_000_000, digest=bytes(65)), ["pbkdf2.iterations"]),
        (pbkdf2(digest=bytes(8)), ["pbkdf2.digest"]),
        (pbkdf2(salt=bytes(1025), digest=b""), ["pbkdf2.digest", "pbkdf2.salt"]),
        (DjangoPbkdf2(f"pbkdf2_sha256$2500001{DJANGO_TAIL}"), ["django_pbkdf2.encoded"]),
        (DjangoPbkdf2(f"pbkdf2_sha1$1000{DJANGO_TAIL}"), ["django_pbkdf2.encoded"]),
        (DjangoPbkdf2(f"pbkdf2_sha512$1000{DJANGO_TAIL}"), ["django_pbkdf2.encoded"]),
        (DjangoPbkdf2("md5$seasalt$3f86d0d3d465b7b458c231bf3555c0e3"), ["django_pbkdf2.encoded"]),
        (DjangoPbkdf2("!unusable"), ["django_pbkdf2.encoded"]),
        (Phpass(f"$P$I{PHPASS_TAIL}"), ["phpass.encoded"]),
        (Phpass(f"$P$4{PHPASS_TAIL}"), ["phpass.encoded"]),
        (Phpass(f"$S$9{PHPASS_TAIL}"), ["phpass.encoded"]),
        (Phpass(f"$P$9{PHPASS_TAIL}a"), ["phpass.encoded"]),
        (digest(algorithm=Digest.SHA512), ["salted_digest.digest"]),
        (digest(digest=b""), ["salted_digest.digest"]),
        (digest(iterations=0), ["salted_digest.iterations"]),
        (digest(iterations=500_001), ["salted_digest.iterations"]),
        (digest(salt=bytes(1025)), ["salted_digest.salt"]),
        (hmac(algorithm=Digest.MD5), ["salted_hmac.digest"]),
        (hmac(key=b""), ["salted_hmac.key"]),
        (hmac(key=bytes(1025), digest=bytes(31)), ["salted_hmac.digest", "salted_hmac.key"]),
    ],
)
def test_impossible_or_too_costly_parameters_are_named(imported: ImportedHash, fields: list[str]) -> None:
    """All of them at once, each by its field."""
    assert fields == refused_fields(imported)


def test_fields_are_named_from_the_path_given() -> None:
    """A hash may stand in an item of a batch."""
    with pytest.raises(Error) as raised:
        stored_form(pbkdf2(iterations=0), "items[3].password.hashed")

    assert [v.field for v in raised.value.violations] == ["items[3].password.hashed.pbkdf2.iterations"]


def test_refusal_does_not_tell_the_hash() -> None:
    """Errors reach callers and logs."""
    tail = hashlib.sha256(b"secret").hexdigest()

    for imported in (Bcrypt(f"$2b$05${tail}"), argon2("m=1,t=1,p=1", tail=f"c2Vhc2FsdHNlYXNhbHQ${tail}")):
        with pytest.raises(Error) as raised:
            stored_form(imported)
        assert tail not in f"{raised.value} {raised.value.violations}"
        assert raised.value.__context__ is None or tail not in str(raised.value.__context__)
