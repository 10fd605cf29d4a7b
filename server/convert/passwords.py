"""Passwords that callers set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from roster.v1 import password_pb2 as pb

from server.domain.passwords import imported
from server.domain.passwords.exported import imported_form
from server.domain.passwords.stored import stored_form
from server.domain.user_passwords import NewPassword

_ALGORITHMS: Final = {
    pb.DIGEST_ALGORITHM_MD5: imported.Digest.MD5,
    pb.DIGEST_ALGORITHM_SHA1: imported.Digest.SHA1,
    pb.DIGEST_ALGORITHM_SHA256: imported.Digest.SHA256,
    pb.DIGEST_ALGORITHM_SHA512: imported.Digest.SHA512,
}
_POSITIONS: Final = {
    pb.SALT_POSITION_UNSPECIFIED: imported.SaltPosition.BEFORE,
    pb.SALT_POSITION_BEFORE: imported.SaltPosition.BEFORE,
    pb.SALT_POSITION_AFTER: imported.SaltPosition.AFTER,
}

# How each scheme of the contract is read.
_SCHEMES: Final[dict[str, Callable[[Any], imported.ImportedHash]]] = {
    "bcrypt": lambda m: imported.Bcrypt(m.encoded),
    "argon2": lambda m: imported.Argon2(m.encoded),
    "scrypt": lambda m: imported.Scrypt(m.n, m.r, m.p, m.salt, m.digest),
    "scrypt_encoded": lambda m: imported.ScryptEncoded(m.encoded),
    "firebase_scrypt": lambda m: imported.FirebaseScrypt(
        m.digest, m.salt, m.signer_key, m.salt_separator, m.rounds, m.memory_cost
    ),
    "pbkdf2": lambda m: imported.Pbkdf2(_ALGORITHMS[m.algorithm], m.iterations, m.salt, m.digest),
    "django_pbkdf2": lambda m: imported.DjangoPbkdf2(m.encoded),
    "phpass": lambda m: imported.Phpass(m.encoded),
    "salted_digest": lambda m: imported.SaltedDigest(
        _ALGORITHMS[m.algorithm], m.digest, m.salt, _POSITIONS[m.salt_position], m.iterations or 1
    ),
    "salted_hmac": lambda m: imported.SaltedHmac(
        _ALGORITHMS[m.algorithm], m.digest, m.key, m.salt, _POSITIONS[m.salt_position]
    ),
}


def new_password(message: pb.Password) -> NewPassword:
    """The password to set. Raises FIELDS_INVALID for a hash that cannot be one."""
    if message.WhichOneof("value") == "plain":
        return NewPassword(plain=message.plain, temporary=message.temporary)
    scheme = message.hashed.WhichOneof("scheme")
    read = _SCHEMES[scheme](getattr(message.hashed, scheme))
    return NewPassword(stored=stored_form(read), temporary=message.temporary)


_ALGORITHM_VALUES: Final = {digest: value for value, digest in _ALGORITHMS.items()}
_POSITION_VALUES: Final = {position: value for value, position in _POSITIONS.items() if value}

# How each scheme is told: the field of the contract, and what stands in it.
_TOLD: Final[dict[type, tuple[str, Callable[[Any], Any]]]] = {
    imported.Bcrypt: ("bcrypt", lambda h: pb.BcryptHash(encoded=h.encoded)),
    imported.Argon2: ("argon2", lambda h: pb.Argon2Hash(encoded=h.encoded)),
    imported.ScryptEncoded: ("scrypt_encoded", lambda h: pb.ScryptEncodedHash(encoded=h.encoded)),
    imported.FirebaseScrypt: (
        "firebase_scrypt",
        lambda h: pb.FirebaseScryptHash(
            digest=h.digest,
            salt=h.salt,
            signer_key=h.signer_key,
            salt_separator=h.salt_separator,
            rounds=h.rounds,
            memory_cost=h.memory_cost,
        ),
    ),
    imported.Pbkdf2: (
        "pbkdf2",
        lambda h: pb.Pbkdf2Hash(
            algorithm=_ALGORITHM_VALUES[h.algorithm], iterations=h.iterations, salt=h.salt, digest=h.digest
        ),
    ),
    imported.DjangoPbkdf2: ("django_pbkdf2", lambda h: pb.DjangoPbkdf2Hash(encoded=h.encoded)),
    imported.Phpass: ("phpass", lambda h: pb.PhpassHash(encoded=h.encoded)),
    imported.SaltedDigest: (
        "salted_digest",
        lambda h: pb.SaltedDigestHash(
            algorithm=_ALGORITHM_VALUES[h.algorithm],
            digest=h.digest,
            salt=h.salt,
            salt_position=_POSITION_VALUES[h.salt_position],
            iterations=h.iterations,
        ),
    ),
    imported.SaltedHmac: (
        "salted_hmac",
        lambda h: pb.SaltedHmacHash(
            algorithm=_ALGORITHM_VALUES[h.algorithm],
            digest=h.digest,
            key=h.key,
            salt=h.salt,
            salt_position=_POSITION_VALUES[h.salt_position],
        ),
    ),
}


def password_message(stored: str, *, temporary: bool) -> pb.Password:
    """A stored hash, as it can be imported again."""
    hashed = imported_form(stored)
    scheme, told = _TOLD[type(hashed)]
    return pb.Password(hashed=pb.HashedPassword(**{scheme: told(hashed)}), temporary=temporary)
