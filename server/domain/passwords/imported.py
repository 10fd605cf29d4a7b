"""What an importer hands in: a password's hash as another system made it, one type for each scheme.

Digests, salts and keys are the raw bytes, not their hex or base64. Every system is taken to have hashed
the password's UTF-8. The types have no `repr`, so that no hash gets into a log by way of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Digest(StrEnum):
    """A hash function, named as `hashlib` names it."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"


class SaltPosition(StrEnum):
    """Where the salt stands in what is hashed."""

    BEFORE = "before"
    """The salt, then the password."""

    AFTER = "after"
    """The password, then the salt."""


@dataclass(frozen=True, slots=True, repr=False)
class Bcrypt:
    """bcrypt. Only a password's first 72 bytes count, as with the system that made the hash."""

    encoded: str
    """The modular form, 60 characters: `$2b$`, `$2a$` or `$2y$`, the cost, the salt, the digest."""


@dataclass(frozen=True, slots=True, repr=False)
class Argon2:
    """Argon2i, Argon2d or Argon2id."""

    encoded: str
    """The PHC form, base64 without padding: `$argon2id$v=19$m=65536,t=3,p=4$<salt>$<digest>`, where m is
    the memory in KiB, t the passes over it, p the lanes. Without `v=` it is version 1.0."""


@dataclass(frozen=True, slots=True, repr=False)
class Scrypt:
    """scrypt (RFC 7914), by its parameters."""

    n: int
    """CPU and memory cost N, a power of two above 1, as it is: 16384, not its logarithm 14."""

    r: int
    """Block size, usually 8. The memory is 128 * n * r bytes."""

    p: int
    """Parallelization, usually 1."""

    salt: bytes
    digest: bytes
    """The derived key; its length was the parameter dkLen or keylen."""


@dataclass(frozen=True, slots=True, repr=False)
class ScryptEncoded:
    """scrypt, in a modular form."""

    encoded: str
    """`$scrypt$ln=14,r=8,p=1$<salt>$<digest>` with base64 without padding, where ln is the logarithm of N
    to the base 2; or crypt's `$7$`."""


@dataclass(frozen=True, slots=True, repr=False)
class FirebaseScrypt:
    """Firebase Authentication's variant of scrypt: a project's signer key, encrypted under the password.

    All but `digest` and `salt` are the project's password hash parameters.
    """

    digest: bytes
    """The exported `passwordHash`, as long as the signer key."""

    salt: bytes
    """The exported `salt`."""

    signer_key: bytes
    """The project's `base64_signer_key`. It is stored beside the digest until the hash is upgraded."""

    salt_separator: bytes
    """The project's `base64_salt_separator`; may be empty."""

    rounds: int
    """The project's `rounds`, usually 8: scrypt's r."""

    memory_cost: int
    """The project's `mem_cost`, usually 14: the logarithm of scrypt's N to the base 2."""


@dataclass(frozen=True, slots=True, repr=False)
class Pbkdf2:
    """PBKDF2 (RFC 8018) with an HMAC, by its parameters."""

    algorithm: Digest
    """The hash function of the HMAC: SHA1, SHA256 or SHA512."""

    iterations: int
    salt: bytes
    digest: bytes
    """The derived key; its length was the parameter dkLen or keylen."""


@dataclass(frozen=True, slots=True, repr=False)
class DjangoPbkdf2:
    """PBKDF2, as Django stores it."""

    encoded: str
    """`pbkdf2_sha256$<iterations>$<salt>$<digest in base64>`, or the same with `pbkdf2_sha1`."""


@dataclass(frozen=True, slots=True, repr=False)
class Phpass:
    """phpass's portable hash, as WordPress until 6.7 and phpBB 3 store it."""

    encoded: str
    """34 characters: `$P$` or `$H$`, one for the logarithm of the rounds, 8 of salt, 22 of digest."""


@dataclass(frozen=True, slots=True, repr=False)
class SaltedDigest:
    """A plain hash function over salt and password."""

    algorithm: Digest
    digest: bytes
    """16 bytes of MD5, 20 of SHA1, 32 of SHA256, 64 of SHA512."""

    salt: bytes = b""
    """Empty: the password was hashed without salt. Where the system hashed the salt's hex or base64
    instead of the bytes it stands for, this is that text."""

    salt_position: SaltPosition = SaltPosition.BEFORE
    iterations: int = 1
    """How often the hash function was used: first on salt and password, then on the raw digest before."""


@dataclass(frozen=True, slots=True, repr=False)
class SaltedHmac:
    """An HMAC (RFC 2104) over salt and password."""

    algorithm: Digest
    digest: bytes
    """16 bytes of MD5, 20 of SHA1, 32 of SHA256, 64 of SHA512."""

    key: bytes
    """The HMAC's key. Where each user's salt was the key and the message the password alone, this is
    that salt. It is stored beside the digest until the hash is upgraded."""

    salt: bytes = b""
    """Hashed with the password, as the message; may be empty."""

    salt_position: SaltPosition = SaltPosition.BEFORE


ImportedHash = (
    Bcrypt
    | Argon2
    | Scrypt
    | ScryptEncoded
    | FirebaseScrypt
    | Pbkdf2
    | DjangoPbkdf2
    | Phpass
    | SaltedDigest
    | SaltedHmac
)
