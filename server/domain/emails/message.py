"""An email in the form in which it travels."""

from __future__ import annotations

from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email

from server.domain.emails.delivery import Letter
from server.domain.emails.wording import one_line

_NAME_CHARACTERS: Final = 100


class Undeliverable(Exception):
    """Nothing can be sent to, or from, such an address."""


def message_of(letter: Letter) -> EmailMessage:
    """The message; of one letter it is the same each time, but for its date. Nothing that people are called,
    or say, ends a header. Raises Undeliverable."""
    sender = _address(letter.from_address, letter.from_name)
    recipient = _address(letter.to_address, letter.to_name)
    international = not f"{sender.addr_spec}{recipient.addr_spec}".isascii()
    message = EmailMessage(policy=SMTPUTF8 if international else SMTP)
    message["From"] = sender
    message["To"] = recipient
    if letter.reply_to:
        message["Reply-To"] = _address(letter.reply_to)
    message["Subject"] = one_line(letter.email.subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{letter.email_id}@{sender.domain}>"
    # Nobody's absence is to be told to who cannot read it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.email.text or " ")
    if letter.email.html:
        message.add_alternative(letter.email.html, subtype="html")
    return message


def _address(address: str, name: str = "") -> Address:
    """An address, in ASCII as far as it can be."""
    try:
        return Address(one_line(name)[:_NAME_CHARACTERS].strip(), addr_spec=_ascii(address))
    except (EmailNotValidError, HeaderParseError, ValueError):
        # The text of the cause tells the address.
        raise Undeliverable from None


def _ascii(address: str) -> str:
    if address.isascii():
        return address
    known = validate_email(address, check_deliverability=False, globally_deliverable=False)
    return known.ascii_email or f"{known.local_part}@{known.ascii_domain}"
