"""Makes, of the one string that is stored, the hash that an importer would hand in: `stored` the other way
round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from passlib.utils.binary import ab64_decode

from server.domain.passwords.firebase import FirebaseScryptHandler
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
    ScryptEncoded,
)
from server.domain.passwords.salted import SaltedDigestHandler, SaltedHmacHandler


def _firebase_scrypt(stored: str) -> FirebaseScrypt:
    parts = FirebaseScryptHandler.from_string(stored)
    return FirebaseScrypt(
        parts.checksum, parts.salt, parts.signer_key, parts.salt_separator, parts.rounds, parts.memory_cost
    )


def _salted_digest(stored: str) -> SaltedDigest:
    parts = SaltedDigestHandler.from_string(stored)
    return SaltedDigest(parts.algorithm, parts.checksum, parts.salt, parts.salt_position, parts.rounds)


def _salted_hmac(stored: str) -> SaltedHmac:
    parts = SaltedHmacHandler.from_string(stored)
    return SaltedHmac(parts.algorithm, parts.checksum, parts.key, parts.salt, parts.salt_position)


def _pbkdf2(algorithm: Digest) -> Callable[[str], Pbkdf2]:
    def read(stored: str) -> Pbkdf2:
        _, _, rounds, salt, digest = stored.split("$")
        return Pbkdf2(algorithm, int(rounds), ab64_decode(salt), ab64_decode(digest))

    return read


# What stored forms begin with up to the second `$`, and how each is read.
_READERS: Final[dict[str, Callable[[str], ImportedHash]]] = {
    "$argon2id": Argon2,
    "$argon2i": Argon2,
    "$argon2d": Argon2,
    "$2a": Bcrypt,
    "$2b": Bcrypt,
    "$2y": Bcrypt,
    "$scrypt": ScryptEncoded,
    "$7": ScryptEncoded,
    "$pbkdf2": _pbkdf2(Digest.SHA1),
    "$pbkdf2-sha256": _pbkdf2(Digest.SHA256),
    "$pbkdf2-sha512": _pbkdf2(Digest.SHA512),
    "pbkdf2_sha1": DjangoPbkdf2,
    "pbkdf2_sha256": DjangoPbkdf2,
    "$P": Phpass,
    "$H": Phpass,
    "$firebase-scrypt": _firebase_scrypt,
    **{f"$salted-{algorithm}": _salted_digest for algorithm in Digest},
    **{f"$hmac-{algorithm}": _salted_hmac for algorithm in Digest},
}


def imported_form(stored: str) -> ImportedHash:
    """The hash of which `stored_form` makes this string again. Takes what `Hasher.hash` makes, too."""
    read: Any = _READERS[stored[: stored.index("$", 1)]]
    found: ImportedHash = read(stored)
    return found
