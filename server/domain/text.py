"""How texts are compared, and the syntax of those that have one."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from functools import cache
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email


def fold(text: str) -> str:
    """The form in which spellings are compared: NFKC, case-folded, without surrounding white space."""
    if text.isascii():
        return text.strip().lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


# Most addresses are plainly right, and a closer look at one costs as much as to store it.
_PLAIN_EMAIL: Final = re.compile(
    r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]{1,63}\.)+[A-Za-z]{2,20}", re.ASCII
)
_PLAIN_LENGTH: Final = 64


def email_problem(email: str) -> str | None:
    """What is wrong with an email address, or None. Internationalised addresses and domains without
    a public suffix are right; whether mail arrives there is not asked."""
    if len(email) <= _PLAIN_LENGTH and _PLAIN_EMAIL.fullmatch(email):
        return None
    try:
        validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        return str(error)
    return None


def phone_number_e164(number: str) -> str | None:
    """A phone number with a leading `+`, in any spelling, as E.164; None if no such number can exist."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def is_time_zone(name: str) -> bool:
    """Whether this is the IANA name of a time zone."""
    return name in _zones()
