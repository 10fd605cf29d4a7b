"""The rules that a project sets for its users' passwords."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.domain.passwords import opaque
from server.domain.passwords.hasher import Hasher
from server.domain.text import fold
from server.errors import Violation

_LEAST_LOCAL_PART: Final = 4
_LEAST_NAME: Final = 3
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What a password must not be made of. A text that is absent is ''."""

    email: str = ""
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    login_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """A project's rules for new passwords. Passwords that exist are not held against them."""

    min_length: int = 8
    """Least number of characters (code points in the form NFC)."""

    max_length: int = 256
    """Greatest number of characters. `opaque.MAX_PASSWORD_BYTES` holds beside it."""

    require_lower: bool = True
    """At least one lower-case letter, of any script."""

    require_upper: bool = False
    """At least one upper-case letter, of any script."""

    require_digit: bool = True
    """At least one decimal digit, of any script."""

    require_symbol: bool = False
    """At least one punctuation mark or symbol. A space is neither."""

    history: int = 0
    """How many of the last passwords, the present one included, must not be used again. Each of them costs
    a hashing whenever a password is set."""

    max_age: int = 0
    """Days after which a password must be replaced; 0: never."""

    refuse_personal: bool = True
    """Whether a password must not contain the person's own email address (or what stands before its @, from
    4 characters on), names (or words of them, from 3 characters on) or login ids (from 3 characters on),
    in any case."""

    def violations(self, password: str, person: Person, field: str = opaque.PLAIN) -> list[Violation]:
        """All rules but that of the history that a new password breaks, in words that do not tell it, by the
        names of the settings that made them."""
        if problem := opaque.problem(password):
            return [Violation(field, problem, "unusable" if password else "min_length")]
        return [
            Violation(field, words, rule) for rule, words in self._broken(opaque.enforced(password), person)
        ]

    def reuse_violations(
        self, password: str, history: Sequence[str], hasher: Hasher, field: str = opaque.PLAIN
    ) -> list[Violation]:
        """The rule of the history, if a new password breaks it.

        `history` is what was stored for the user, the present one first. Costs a hashing for each of them
        that counts, so check the other rules before. Raises HASHING_OVERLOADED.
        """
        if any(hasher.verify(password, stored).ok for stored in history[: self.history]):
            words = f"must not be one of the last {self.history} passwords"
            return [
                Violation(field, words if self.history > 1 else "must not be the present password", "history")
            ]
        return []

    def expire_time(self, set_time: datetime) -> datetime | None:
        """When a password set at this time must be replaced; None: never."""
        return set_time + timedelta(days=self.max_age) if self.max_age else None

    def _broken(self, password: str, person: Person) -> Iterator[tuple[str, str]]:
        """The settings whose rules are broken, and the rules in words."""
        if len(password) < self.min_length:
            yield "min_length", f"must have at least {self.min_length} characters"
        if len(password) > self.max_length:
            yield "max_length", f"must have at most {self.max_length} characters"
        for setting, (what, is_one) in _CHARACTERS.items():
            if getattr(self, setting) and not any(map(is_one, password)):
                yield setting, f"must contain {what}"
        if self.refuse_personal:
            folded = fold(password)
            for what, texts in _personal(person):
                if any(text in folded for text in texts):
                    yield "refuse_personal", f"must not contain the user's own {what}"


def _is_symbol(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


_CHARACTERS: Final[dict[str, tuple[str, Callable[[str], bool]]]] = {
    "require_lower": ("a lower-case letter", str.islower),
    "require_upper": ("an upper-case letter", str.isupper),
    "require_digit": ("a digit", str.isdecimal),
    "require_symbol": ("a punctuation mark or symbol", _is_symbol),
}


def _personal(person: Person) -> Iterator[tuple[str, set[str]]]:
    """What a password must not contain, folded, and the name of the field that it stems from."""
    yield "email", _of_address(person.email)
    yield "given_name", _of_name(person.given_name)
    yield "family_name", _of_name(person.family_name)
    yield "display_name", _of_name(person.display_name)
    yield "login_id", {text for login_id in person.login_ids for text in _of_login_id(login_id)}


def _of_address(email: str) -> set[str]:
    """The address, what stands before its @, and that without a tag as in `ada+news@example.com`."""
    address = fold(email)
    local_part = address.rpartition("@")[0]
    parts = {local_part, local_part.partition("+")[0]}
    return {address} - {""} | {part for part in parts if len(part) >= _LEAST_LOCAL_PART}


def _of_name(name: str) -> set[str]:
    """The name as a whole, and its words."""
    folded = fold(name)
    return {part for part in (folded, *_BETWEEN_WORDS.split(folded)) if len(part) >= _LEAST_NAME}


def _of_login_id(login_id: str) -> set[str]:
    if "@" in login_id:
        return _of_address(login_id)
    folded = fold(login_id)
    return {folded} if len(folded) >= _LEAST_NAME else set()
