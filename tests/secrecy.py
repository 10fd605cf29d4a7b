"""What no output may show: all secrets that a test's callers send or are given, and what looks like one.

The callers note the secrets; `tests/conftest.py` looks through what each test wrote, logs included.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_LEAST = 10
"""Characters of what is looked for: less stands in many texts by chance."""

_noted: set[str] = set()

_FORMS = {
    "a management key": r"\brk_[0-9a-f-]{36}_[\w-]{20,}",
    "a refresh token": r"\brt_[\w-]{60,}",
    "a JSON Web Token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.",
    "a password's hash": r"\$(argon2\w*|2[abxy]|scrypt|pbkdf2[\w-]*|P|H)\$\S{20,}",
    "a webhook's secret": r"\bwhsec_[\w+/=-]{20,}",
    "a secret for one-time codes": r"\botpauth:",
}


def forget() -> None:
    """Begins anew, as every test does."""
    _noted.clear()


def note(message: Any) -> None:
    """Remembers all that the contract marks as secret in a message."""
    if _has_secrets(message.DESCRIPTOR):
        for field, value in message.ListFields():
            values = value if field.is_repeated else [value]
            if field.GetOptions().debug_redact and field.type == FieldDescriptor.TYPE_STRING:
                _noted.update(text for text in values if len(text) >= _LEAST)
            elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
                for inner in values:
                    note(inner)


def note_text(text: str) -> None:
    """Remembers a secret that comes in no message."""
    _noted.add(text)


def shown_in(text: str) -> list[str]:
    """What is secret and stands in a text."""
    forms = [kind for kind, form in _FORMS.items() if re.search(form, text)]
    return forms + sorted(secret for secret in _noted if secret in text)


@cache
def _has_secrets(descriptor: Descriptor, above: frozenset[Descriptor] = frozenset()) -> bool:
    above |= {descriptor}
    return any(
        field.GetOptions().debug_redact
        or (
            field.message_type is not None
            and field.message_type not in above
            and _has_secrets(field.message_type, above)
        )
        for field in descriptor.fields
    )
