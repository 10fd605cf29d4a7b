"""The stored forms of hashes that come as raw parameters."""

from __future__ import annotations

from typing import Any, Final

from server.domain.passwords.findings import Findings, digest_bytes
from server.domain.passwords.firebase import FirebaseScryptHandler
from server.domain.passwords.imported import (
    Digest,
    FirebaseScrypt,
    Pbkdf2,
    SaltedDigest,
    SaltedHmac,
    Scrypt,
)
from server.domain.passwords.limits import MAX_DIGEST_ITERATIONS, MAX_PBKDF2_WORK, MAX_SCRYPT_WORK
from server.domain.passwords.salted import SaltedDigestHandler, SaltedHmacHandler
from server.domain.passwords.variants import AnyPbkdf2Sha1, AnyPbkdf2Sha256, AnyPbkdf2Sha512, AnyScrypt

_PBKDF2: Final[dict[Digest, Any]] = {
    Digest.SHA1: AnyPbkdf2Sha1,
    Digest.SHA256: AnyPbkdf2Sha256,
    Digest.SHA512: AnyPbkdf2Sha512,
}


def scrypt_form(hashed: Scrypt, found: Findings) -> str:
    """`$scrypt$...` of scrypt's parameters."""
    power = hashed.n > 1 and hashed.n & (hashed.n - 1) == 0
    found.require(power, "n", f"is {hashed.n:,}, must be a power of two above 1")
    if found.positive("r", hashed.r) & found.positive("p", hashed.p) & power:
        scrypt_cost(hashed.n, hashed.r, hashed.p, "n", found)
    found.salt("salt", hashed.salt)
    found.derived("digest", hashed.digest)
    found.refuse()
    handler = AnyScrypt(
        ident="$scrypt$",
        rounds=hashed.n.bit_length() - 1,
        block_size=hashed.r,
        parallelism=hashed.p,
        salt=hashed.salt,
        checksum=hashed.digest,
    )
    return str(handler.to_string())


def scrypt_cost(n: int, r: int, p: int, field: str, found: Findings) -> None:
    """Notes what is impossible or too costly about scrypt's parameters, under `field`."""
    # RFC 7914, section 2.
    if found.require(n < 1 << min(16 * r, 64), field, "must be below 2 to the power of 16 * r"):
        found.at_most(field, "a cost N * r * p of", n * r * p, MAX_SCRYPT_WORK)


def firebase_scrypt_form(hashed: FirebaseScrypt, found: Findings) -> str:
    """`$firebase-scrypt$...` of a Firebase project's parameters and a user's digest and salt."""
    if found.positive("rounds", hashed.rounds) & found.positive("memory_cost", hashed.memory_cost):
        # A logarithm beyond any limit need not become a number of that size.
        scrypt_cost(1 << min(hashed.memory_cost, 63), hashed.rounds, 1, "memory_cost", found)
    found.salt("salt", hashed.salt)
    found.salt("salt_separator", hashed.salt_separator)
    if found.derived("signer_key", hashed.signer_key):
        found.exact("digest", hashed.digest, len(hashed.signer_key), "signer_key")
    found.refuse()
    handler = FirebaseScryptHandler(
        memory_cost=hashed.memory_cost,
        rounds=hashed.rounds,
        salt=hashed.salt,
        salt_separator=hashed.salt_separator,
        signer_key=hashed.signer_key,
        checksum=hashed.digest,
    )
    return handler.to_string()


def pbkdf2_form(hashed: Pbkdf2, found: Findings) -> str:
    """`$pbkdf2...$` of PBKDF2's parameters."""
    known = found.algorithm("algorithm", hashed.algorithm, _PBKDF2)
    sound = found.positive("iterations", hashed.iterations) & found.derived("digest", hashed.digest)
    if known and sound:
        blocks = -(-len(hashed.digest) // digest_bytes(hashed.algorithm))
        what = f"for a digest of {blocks} x {hashed.algorithm.name} a cost of"
        found.at_most("iterations", what, hashed.iterations * blocks, MAX_PBKDF2_WORK)
    found.salt("salt", hashed.salt)
    found.refuse()
    handler = _PBKDF2[hashed.algorithm](rounds=hashed.iterations, salt=hashed.salt, checksum=hashed.digest)
    return str(handler.to_string())


def salted_digest_form(hashed: SaltedDigest, found: Findings) -> str:
    """`$salted-...$` of a digest over salt and password."""
    found.exact("digest", hashed.digest, digest_bytes(hashed.algorithm), hashed.algorithm.name)
    found.salt("salt", hashed.salt)
    if found.positive("iterations", hashed.iterations):
        found.at_most("iterations", "a cost of", hashed.iterations, MAX_DIGEST_ITERATIONS)
    found.refuse()
    return SaltedDigestHandler(
        algorithm=hashed.algorithm,
        salt_position=hashed.salt_position,
        rounds=hashed.iterations,
        salt=hashed.salt,
        checksum=hashed.digest,
    ).to_string()


def salted_hmac_form(hashed: SaltedHmac, found: Findings) -> str:
    """`$hmac-...$` of an HMAC over salt and password."""
    found.exact("digest", hashed.digest, digest_bytes(hashed.algorithm), hashed.algorithm.name)
    found.salt("key", hashed.key, least=1)
    found.salt("salt", hashed.salt)
    found.refuse()
    return SaltedHmacHandler(
        algorithm=hashed.algorithm,
        salt_position=hashed.salt_position,
        key=hashed.key,
        salt=hashed.salt,
        checksum=hashed.digest,
    ).to_string()
