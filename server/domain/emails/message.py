"""An email in the form in which it travels."""

from __future__ import annotations

from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email

from server.domain.emails.delivery import Letter
from server.domain.emails.wording import one_line

_NAME_CHARACTERS: Final = 100


class _Policy(EmailPolicy):
    """As SMTP has it. The library's own way of folding loses and adds spaces in long texts that are not ASCII
    (https://github.com/python/cpython/issues/92081), so these are folded by its former one."""

    def fold(self, name: str, value: Any) -> str:
        """See `EmailPolicy`."""
        if self.utf8 or str(value).isascii():
            return str(super().fold(name, value))
        addresses = [(one.display_name, one.addr_spec) for one in getattr(value, "addresses", ())]
        if addresses:
            encoded = ", ".join(map(formataddr, addresses))
        else:
            encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """See `EmailPolicy`."""
        return self.fold(name, value).encode("utf-8" if self.utf8 else "ascii", "surrogateescape")


_SMTP: Final = _Policy(linesep="\r\n")


class Undeliverable(Exception):
    """Nothing can be sent to, or from, such an address."""


def message_of(letter: Letter) -> EmailMessage:
    """The message; of one letter it is the same each time, but for its date. Nothing that people are called,
    or say, ends a header. Raises Undeliverable."""
    sender = _address(letter.from_address, letter.from_name)
    recipient = _address(letter.to_address, letter.to_name)
    international = not f"{sender.addr_spec}{recipient.addr_spec}".isascii()
    message = EmailMessage(policy=_SMTP.clone(utf8=international))
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
    shown = one_line(name)[:_NAME_CHARACTERS].strip()
    try:
        if address.isascii():
            return Address(shown, addr_spec=address)
        known = validate_email(address, check_deliverability=False, globally_deliverable=False)
        return Address(shown, known.ascii_local_part or known.local_part, known.ascii_domain)
    except (EmailNotValidError, HeaderParseError, ValueError):
        # The text of the cause tells the address.
        raise Undeliverable from None
