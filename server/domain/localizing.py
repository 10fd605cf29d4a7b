"""Texts in the language of the person that they are for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_timedelta


def localized(texts: Mapping[str, str], locale: str) -> str:
    """The text whose locale matches best (`de-AT` takes `de`); '' if none does."""
    if not texts or not locale:
        return ""
    spellings = {key.replace("_", "-"): text for key, text in texts.items()}
    language = locale.replace("_", "-")
    # From `zh-Hant-TW` over `zh-Hant` to `zh`.
    parts = language.split("-")
    preferred = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    found = negotiate_locale(preferred, list(spellings), sep="-")
    return spellings.get(found, "") if found else ""


def duration_in_words(duration: timedelta, locale: str) -> str:
    """Such as `2 days`, in the language of the locale, or in English if it is unknown."""
    return format_timedelta(duration, locale=_known(locale))


@lru_cache(maxsize=512)
def _known(locale: str) -> Locale:
    try:
        return Locale.parse(locale.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
