"""The one passlib context that makes our hashes and knows all others."""

from __future__ import annotations

from dataclasses import dataclass

from argon2.profiles import RFC_9106_LOW_MEMORY
from passlib.context import CryptContext
from passlib.hash import argon2, phpass

from server.domain.passwords.firebase import FirebaseScryptHandler
from server.domain.passwords.salted import SaltedDigestHandler, SaltedHmacHandler
from server.domain.passwords.variants import (
    AnyPbkdf2Sha1,
    AnyPbkdf2Sha256,
    AnyPbkdf2Sha512,
    AnySaltDjangoSha1,
    AnySaltDjangoSha256,
    AnyScrypt,
    TruncatingBcrypt,
)


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one hash of ours costs. The default is the second recommendation of RFC 9106, which is
    argon2-cffi's too. Raising it makes every hash be upgraded at its owner's next sign-in."""

    time_cost: int = RFC_9106_LOW_MEMORY.time_cost
    """Passes over the memory."""

    memory_cost: int = RFC_9106_LOW_MEMORY.memory_cost
    """KiB; at least 8 a lane."""

    parallelism: int = RFC_9106_LOW_MEMORY.parallelism
    """Lanes; each is a thread while a hash is made."""


def context(cost: Argon2Cost) -> CryptContext:
    """Hashes by Argon2id at this cost, verifies all schemes, and deems all others due for an upgrade.

    Raises ValueError if there is no Argon2id of this cost.
    """
    # Choosing the libraries takes tests of them; here no sign-in has to wait for that.
    argon2.get_backend()
    TruncatingBcrypt.get_backend()
    return CryptContext(
        schemes=[
            argon2,
            TruncatingBcrypt,
            AnyScrypt,
            AnyPbkdf2Sha256,
            AnyPbkdf2Sha512,
            AnyPbkdf2Sha1,
            AnySaltDjangoSha256,
            AnySaltDjangoSha1,
            phpass,
            FirebaseScryptHandler,
            SaltedDigestHandler,
            SaltedHmacHandler,
        ],
        default="argon2",
        deprecated="auto",
        argon2__type="ID",
        argon2__time_cost=cost.time_cost,
        argon2__memory_cost=cost.memory_cost,
        argon2__parallelism=cost.parallelism,
    )
