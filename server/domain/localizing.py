"""Texts in the language of the person that they are for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import LOCALE_ALIASES
from babel.dates import format_datetime, format_timedelta, get_timezone

_ENGLISH: Final = Locale("en")


def localized(texts: Mapping[str, str], locale: str) -> str:
    """The text whose locale matches best; '' if none does.

    As RFC 4647 (3.4) looks tags up, the longest first: `de-AT` takes `de`, and `zh-Hant-TW` takes `zh-Hant`
    before `zh`. Tags that mean the same are the same (`zh-TW`, `zh-Hant-TW`), and a language's home stands in
    for it (`de-DE` for `de`).
    """
    if not texts or not locale:
        return ""
    asked = _tag(locale)
    spelled = {_tag(key): text for key, text in texts.items()}
    if asked in spelled:
        return spelled[asked]
    meant = {_canonical(tag): text for tag, text in spelled.items()}
    return next((meant[tag] for tag in _acceptable(asked) if tag in meant), "")


def duration_in_words(duration: timedelta, locale: str) -> str:
    """Such as `2 days`, in the language of the locale, or in English if it is unknown."""
    return format_timedelta(duration, locale=_language(locale))


def instant_in_words(instant: datetime, locale: str, zone: str) -> str:
    """Such as `January 31, 2030 at 9:30:00 AM UTC`, in the language of the locale and the time of the zone,
    an IANA name; '' is UTC."""
    language = _language(locale)
    return format_datetime(instant, "long", tzinfo=get_timezone(zone or "UTC"), locale=language)


@lru_cache(maxsize=512)
def _acceptable(tag: str) -> tuple[str, ...]:
    """The tags whose texts a person with this one can be given, the best first."""
    home = LOCALE_ALIASES.get(tag.partition("-")[0])
    at_home = _shortened(_canonical(_tag(home))) if home else []
    return tuple(dict.fromkeys([*_shortened(_canonical(tag)), *at_home]))


@lru_cache(maxsize=512)
def _canonical(tag: str) -> str:
    """The tag with the script that it implies: `zh-hant-tw` for `zh-tw`. An unknown one stays as it is."""
    known = _parsed(tag)
    canonical = _tag(str(known)) if known else tag
    # What has become shorter has lost a variant.
    return canonical if canonical.count("-") >= tag.count("-") else tag


@lru_cache(maxsize=512)
def _language(locale: str) -> Locale:
    return next((known for tag in _shortened(_tag(locale)) if (known := _parsed(tag))), _ENGLISH)


def _parsed(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def _tag(locale: str) -> str:
    """One spelling for all: `pt_BR`, `pt-br` and `pt-BR` are the same."""
    return locale.replace("_", "-").lower()


def _shortened(tag: str) -> list[str]:
    """From `zh-hant-tw` over `zh-hant` to `zh`."""
    parts = tag.split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
