"""Collects what is impossible about an imported hash, so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NoReturn

from server.domain.passwords.imported import Digest
from server.domain.passwords.limits import MAX_DERIVED_BYTES, MAX_SALT_BYTES, MIN_DERIVED_BYTES
from server.errors import Error, Reason, Violation, refuse_invalid

_DIGEST_BYTES: Final = {Digest.MD5: 16, Digest.SHA1: 20, Digest.SHA256: 32, Digest.SHA512: 64}


def digest_bytes(algorithm: Digest) -> int:
    """The size of what a hash function makes."""
    return _DIGEST_BYTES[algorithm]


class Findings:
    """The rules that one hash breaks. `path` leads to the hash: `password.hashed.bcrypt`.

    Every method says whether its rule is kept. None tells a digest, a salt or a key.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._violations: list[Violation] = []

    def refuse(self) -> None:
        """Raises FIELDS_INVALID if any rule is broken."""
        refuse_invalid(self._violations)

    def fail(self, field: str, rule: str) -> NoReturn:
        """Notes a rule without which there is nothing further to check. Raises FIELDS_INVALID."""
        self.require(False, field, rule)
        raise Error(Reason.FIELDS_INVALID, violations=self._violations)

    def require(self, kept: bool, field: str, rule: str) -> bool:
        """Notes the rule if it is broken."""
        if not kept:
            self._violations.append(Violation(f"{self._path}.{field}", rule))
        return kept

    def at_most(self, field: str, what: str, value: int, most: int) -> bool:
        """A number may be costly up to a limit."""
        return self.require(value <= most, field, f"has {what} {value:,}, at most {most:,} is accepted")

    def positive(self, field: str, value: int) -> bool:
        """A number must be at least 1."""
        return self.require(value >= 1, field, f"is {value:,}, must be at least 1")

    def algorithm(self, field: str, algorithm: Digest, known: Collection[Digest]) -> bool:
        """The scheme must know the hash function."""
        names = ", ".join(each.name for each in known)
        return self.require(algorithm in known, field, f"must be one of {names}")

    def salt(self, field: str, salt: bytes | str, least: int = 0, part: str = "") -> bool:
        """A salt, or a key beside it, must have a size that occurs. `part` names it within a field."""
        size = len(salt)
        rule = f"has {part}{size:,} bytes, must have {least:,} to {MAX_SALT_BYTES:,}"
        return self.require(least <= size <= MAX_SALT_BYTES, field, rule)

    def derived(self, field: str, digest: bytes, part: str = "") -> bool:
        """A derived key must have a size that means something. `part` names it within a field."""
        size = len(digest)
        rule = f"has {part}{size:,} bytes, must have {MIN_DERIVED_BYTES} to {MAX_DERIVED_BYTES}"
        return self.require(MIN_DERIVED_BYTES <= size <= MAX_DERIVED_BYTES, field, rule)

    def exact(self, field: str, digest: bytes, size: int, owner: str) -> bool:
        """A digest must be as long as what made it makes it."""
        rule = f"has {len(digest):,} bytes, must have the {size} of {owner}"
        return self.require(len(digest) == size, field, rule)
