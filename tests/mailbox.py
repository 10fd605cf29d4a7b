"""An SMTP server on loopback: keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import email
import email.policy
import ssl
import threading
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from re import search
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

PATIENCE = 30.0

Answering = Callable[[str], str | None]
"""What is said to a command, `RCPT` or `DATA` or another; None: that all is well."""


class Mailbox:
    """A server. With `tls` it speaks TLS from the beginning; with `starttls` it wants that said first; with a
    `login` (name, password) that too."""

    def __init__(
        self,
        answer: Answering = lambda _: None,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        self.answer = answer
        self.received: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.secure: list[bool] = []
        """Of each message, whether it came over TLS."""
        self.commands: list[str] = []
        self._present: Envelope | None = None
        self._arrived = threading.Condition()
        self._login = login
        self._controller = _Controller(
            _Handler(self),
            hostname="127.0.0.1",
            port=0,
            ssl_context=tls,
            server_kwargs={
                "tls_context": starttls,
                "require_starttls": starttls is not None,
                "authenticator": self._authenticate,
                "auth_required": login is not None,
                "auth_require_tls": starttls is not None,
                "enable_SMTPUTF8": True,
            },
        )
        self._controller.start()
        self.port = self._controller.port

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Any, _how: str, data: Any
    ) -> AuthResult:
        said = (data.login.decode(), data.password.decode())
        return AuthResult(success=said == self._login, handled=False)

    def note(self, command: str) -> str | None:
        """What to say to a command, which is noted."""
        with self._arrived:
            self.commands.append(command)
            self._arrived.notify_all()
        return self.answer(command)

    def keep(self, envelope: Envelope, *, secure: bool) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.SMTPUTF8)
        assert isinstance(message, EmailMessage)
        with self._arrived:
            self.received.append(message)
            self.envelopes.append(envelope)
            self.secure.append(secure)
            self._arrived.notify_all()

    def keep_anyway(self) -> None:
        """Keeps the message that is about to be refused: the sender does not learn that it has arrived."""
        assert self._present is not None
        self.keep(self._present, secure=False)

    def present(self, envelope: Envelope) -> None:
        """Has this be the message that an answer is about."""
        self._present = envelope

    def wait_for(self, count: int) -> list[EmailMessage]:
        """The messages so far, once there are so many."""
        return self.wait_until(lambda: len(self.received) >= count)

    def wait_until(self, enough: Callable[[], bool]) -> list[EmailMessage]:
        """The messages so far, once that is so."""
        with self._arrived:
            assert self._arrived.wait_for(enough, PATIENCE), (self.commands, subjects(self.received))
            return list(self.received)

    def stop(self) -> None:
        self._controller.stop()


class _Controller(Controller):
    """Takes a free port."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _Handler:
    # The names and the arguments are the library's.
    # ruff: noqa: N802, ARG002

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        refusal = self._mailbox.note("RCPT")
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self._mailbox.present(envelope)
        refusal = self._mailbox.note("DATA")
        if refusal is None:
            transport = server.transport
            secure = transport is not None and transport.get_extra_info("sslcontext") is not None
            self._mailbox.keep(envelope, secure=secure)
        return refusal or "250 OK"


def subjects(messages: Sequence[EmailMessage]) -> list[str]:
    return [str(message["Subject"]) for message in messages]


def text_of(message: EmailMessage) -> str:
    """The plain text."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    """The HTML; '' for none."""
    part = message.get_body(("html",))
    return "" if part is None else str(part.get_content())


def link_in(message: EmailMessage) -> str:
    """The first link of the plain text."""
    found = search(r"https?://\S+", text_of(message))
    assert found, text_of(message)
    return found[0]


def token_in(message: EmailMessage) -> str:
    """The token of the link."""
    found = search(r"[?&]token=([\w-]+)", link_in(message))
    assert found, link_in(message)
    return found[1]
