"""The languages of pages, and which of them a person reads."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from server.domain.localizing import localized

MAX_ACCEPTED: Final = 20
"""Languages of an Accept-Language header that are looked at."""

_DEFAULT: Final = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """A language and what pages say in it: `texts["verify_email"]["title"]`."""

    code: str
    texts: Mapping[str, Mapping[str, str]]


def _language(code: str) -> Language:
    file = resources.files("server.web") / "texts" / f"{code}.toml"
    return Language(code, tomllib.loads(file.read_text(encoding="utf-8")))


LANGUAGES: Final = {code: _language(code) for code in (_DEFAULT, "de")}
_CODES: Final = {code: code for code in LANGUAGES}


def spoken(locale: str, accept_language: str) -> Language:
    """The language of a person with this locale ('': unknown), or else of one whose browser sends this
    header."""
    for tag in (locale, *_accepted(accept_language)):
        if code := localized(_CODES, tag):
            return LANGUAGES[code]
    return LANGUAGES[_DEFAULT]


def _accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first."""
    weighed = []
    for part in header.split(",")[:MAX_ACCEPTED]:
        tag, _, parameter = part.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if weight > 0:
            weighed.append((-weight, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda each: each[0])]
