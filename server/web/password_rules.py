"""The rules of a project's passwords, in words for those who choose one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from server.domain.passwords.policy import PasswordPolicy
from server.errors import Violation
from server.web.languages import Language

_TOLD: Final = (
    "min_length",
    "require_lower",
    "require_upper",
    "require_digit",
    "require_symbol",
    "refuse_personal",
    "history",
)
"""The settings that are told beforehand, if they ask for anything."""


def requirements(language: Language, policy: PasswordPolicy) -> list[str]:
    """What a new password needs."""
    return [_words(language, policy, rule) for rule in _TOLD if getattr(policy, rule)]


def broken(language: Language, policy: PasswordPolicy, violations: Iterable[Violation]) -> list[str]:
    """What a password lacks."""
    return list(
        dict.fromkeys(
            _words(language, policy, violation.rule) if violation.rule else violation.description
            for violation in violations
        )
    )


def _words(language: Language, policy: PasswordPolicy, rule: str) -> str:
    return language.texts["rules"][rule].format(getattr(policy, rule, ""))
