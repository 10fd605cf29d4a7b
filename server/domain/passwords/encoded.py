"""The stored forms of hashes that come encoded: each is read, held against its limits, and written anew,
so that one that cannot be verified is refused now and not at its owner's sign-in."""

from __future__ import annotations

import re
from typing import Any, Final

from passlib.hash import argon2, phpass
from passlib.utils.binary import bcrypt64

from server.domain.passwords.findings import Findings
from server.domain.passwords.imported import Argon2, Bcrypt, DjangoPbkdf2, Phpass, ScryptEncoded
from server.domain.passwords.limits import (
    MAX_ARGON2_LANES,
    MAX_ARGON2_MEMORY,
    MAX_ARGON2_WORK,
    MAX_BCRYPT_COST,
    MAX_PBKDF2_WORK,
    MAX_PHPASS_ROUNDS,
    MIN_BCRYPT_COST,
    MIN_PHPASS_ROUNDS,
)
from server.domain.passwords.parameters import scrypt_cost
from server.domain.passwords.patterned import BASE64, COUNT
from server.domain.passwords.variants import AnySaltDjangoSha1, AnySaltDjangoSha256, AnyScrypt

_FIELD: Final = "encoded"
_SALT: Final = "a salt of "
_DIGEST: Final = "a digest of "
# crypt's own alphabet, which bcrypt, phpass and `$7$` use.
_CRYPT64: Final = "[./0-9A-Za-z]"

_BCRYPT: Final = re.compile(rf"(\$2[aby]\$([0-9]{{2}})\$)({_CRYPT64}{{22}})({_CRYPT64}{{31}})")
_ARGON2: Final = re.compile(
    rf"\$argon2(i|d|id)\$(v=(16|19)\$)?m={COUNT},t={COUNT},p={COUNT}\${BASE64}+\${BASE64}+"
)
_SCRYPT: Final = re.compile(
    rf"\$scrypt\$ln={COUNT},r={COUNT},p={COUNT}\${BASE64}*\${BASE64}+|\$7\${_CRYPT64}{{11,}}\${_CRYPT64}{{43}}"
)
_DJANGO: Final = re.compile(rf"pbkdf2_(sha1|sha256)\${COUNT}\$[!-#%-~]+\${BASE64}+={{0,2}}")
_PHPASS: Final = re.compile(rf"\$[PH]\${_CRYPT64}{{31}}")

# Above what any form within the limits needs.
_MOST_CHARACTERS: Final = 2_000


def bcrypt_form(hashed: Bcrypt, found: Findings) -> str:
    """A bcrypt hash with the unused bits of salt and digest at zero, as some systems left them set."""
    rule = "must be a bcrypt hash, $2a$, $2b$ or $2y$ in 60 characters"
    match = _matched(_BCRYPT, hashed.encoded, rule, found)
    prefix, cost, salt, digest = match.groups()
    rule = f"has the cost {cost}, must have {MIN_BCRYPT_COST:02} to {MAX_BCRYPT_COST}"
    found.require(MIN_BCRYPT_COST <= int(cost) <= MAX_BCRYPT_COST, _FIELD, rule)
    found.refuse()
    return f"{prefix}{bcrypt64.repair_unused(salt)}{bcrypt64.repair_unused(digest)}"


def argon2_form(hashed: Argon2, found: Findings) -> str:
    """An Argon2 hash."""
    rule = "must be an Argon2 hash such as $argon2id$v=19$m=65536,t=3,p=4$<salt>$<digest>"
    parsed = _parsed(argon2, _ARGON2, hashed.encoded, rule, found)
    memory, lanes = parsed.memory_cost, parsed.parallelism
    found.require(memory >= 8 * lanes, _FIELD, f"has m={memory}, must have at least 8 for each of p={lanes}")
    found.at_most(_FIELD, "a memory m of", memory, MAX_ARGON2_MEMORY)
    found.at_most(_FIELD, "a cost m * t of", memory * parsed.rounds, MAX_ARGON2_WORK)
    found.at_most(_FIELD, "lanes p of", lanes, MAX_ARGON2_LANES)
    found.salt(_FIELD, parsed.salt, least=8, part=_SALT)
    found.derived(_FIELD, parsed.checksum, part=_DIGEST)
    found.refuse()
    return str(parsed.to_string())


def scrypt_form(hashed: ScryptEncoded, found: Findings) -> str:
    """A modular scrypt hash."""
    rule = "must be a scrypt hash such as $scrypt$ln=14,r=8,p=1$<salt>$<digest>, or $7$"
    parsed = _parsed(AnyScrypt, _SCRYPT, hashed.encoded, rule, found)
    if found.require(parsed.block_size >= 1 and parsed.parallelism >= 1, _FIELD, "must have r and p above 0"):
        scrypt_cost(1 << parsed.rounds, parsed.block_size, parsed.parallelism, _FIELD, found)
    found.salt(_FIELD, parsed.salt, part=_SALT)
    found.derived(_FIELD, parsed.checksum, part=_DIGEST)
    found.refuse()
    return str(parsed.to_string())


def django_pbkdf2_form(hashed: DjangoPbkdf2, found: Findings) -> str:
    """Django's PBKDF2."""
    handler = AnySaltDjangoSha1 if hashed.encoded.startswith("pbkdf2_sha1$") else AnySaltDjangoSha256
    rule = "must be a hash of Django such as pbkdf2_sha256$<iterations>$<salt>$<digest>"
    parsed = _parsed(handler, _DJANGO, hashed.encoded, rule, found)
    found.at_most(_FIELD, "a cost of", parsed.rounds, MAX_PBKDF2_WORK)
    found.salt(_FIELD, parsed.salt, part=_SALT)
    found.refuse()
    return str(parsed.to_string())


def phpass_form(hashed: Phpass, found: Findings) -> str:
    """phpass's portable hash."""
    rule = (
        "must be a phpass hash, $P$ or $H$ in 34 characters,"
        f" of 2 to the power of {MIN_PHPASS_ROUNDS} to {MAX_PHPASS_ROUNDS} rounds"
    )
    parsed = _parsed(phpass, _PHPASS, hashed.encoded, rule, found)
    found.require(parsed.rounds <= MAX_PHPASS_ROUNDS, _FIELD, rule)
    found.refuse()
    return str(parsed.to_string())


def _matched(pattern: re.Pattern[str], encoded: str, rule: str, found: Findings) -> re.Match[str]:
    match = pattern.fullmatch(encoded) if len(encoded) <= _MOST_CHARACTERS else None
    if match is None:
        found.fail(_FIELD, rule)
    return match


def _parsed(handler: Any, pattern: re.Pattern[str], encoded: str, rule: str, found: Findings) -> Any:
    """The handler's instance of a hash; it can verify this one."""
    _matched(pattern, encoded, rule, found)
    try:
        return handler.from_string(encoded)
    except ValueError:
        found.fail(_FIELD, rule)
