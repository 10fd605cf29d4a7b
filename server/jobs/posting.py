"""Where emails go: to an SMTP server, or into files of the data directory."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from server.config import Config

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_PERMANENT: Final = 500
"""SMTP's codes from here on say that there is no use in another attempt."""

log = structlog.get_logger("roster.emails")


class Refused(Exception):
    """The recipient, or the message, is not wanted: there is no use in another attempt."""


class Delayed(Exception):
    """It did not work this time. `certain` tells whether the email has certainly not been sent."""

    def __init__(self, cause: str, *, certain: bool) -> None:
        super().__init__(cause)
        self.certain = certain


class Post(Protocol):
    """Takes emails."""

    def send(self, message: EmailMessage) -> None:
        """Hands an email over. The errors tell neither addresses nor texts. Raises Refused, Delayed."""

    def stop(self) -> None:
        """Breaks off what is under way."""


def post_of(config: Config) -> Post:
    """The installation's."""
    return SmtpPost(config) if config.smtp_host else FolderPost(config.data_dir / "emails")


class SmtpPost:
    """An SMTP server. Each email has a connection of its own."""

    def __init__(self, config: Config) -> None:
        assert config.smtp_host
        self._host = config.smtp_host
        self._security = config.smtp_security
        self._port = config.smtp_port or _PORTS[config.smtp_security]
        self._timeout = config.smtp_timeout
        self._username = config.smtp_username
        self._password = config.smtp_password
        self._ca_file = config.smtp_ca_file
        self._under_way: dict[smtplib.SMTP, threading.Timer] = {}
        self._stopping = False

    def send(self, message: EmailMessage) -> None:
        """See `Post`."""
        handing_over = False
        try:
            with self._session() as server:
                self._introduce(server)
                handing_over = True
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _failure(codes[0], "recipient") from None
        except smtplib.SMTPDataError as error:
            raise _failure(error.smtp_code, "message") from None
        except smtplib.SMTPResponseException as error:
            # The login, the sender: ours to set right.
            raise Delayed(f"SMTP {error.smtp_code}", certain=True) from None
        except smtplib.SMTPNotSupportedError:
            if handing_over:
                raise Refused("the server takes addresses in ASCII only") from None
            raise Delayed("the server lacks TLS, or the login", certain=True) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Delayed(type(error).__name__, certain=not handing_over) from None

    def stop(self) -> None:
        """See `Post`."""
        self._stopping = True
        for server in list(self._under_way):
            _cut(server)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that is cut when its time is over: each answer has its own, but they may be many."""
        tls = {"context": self._context()} if self._security == "tls" else {}
        kind = _TlsSession if tls else _Session
        begun: list[smtplib.SMTP] = []

        def begin(server: smtplib.SMTP) -> None:
            begun.append(server)
            self._watch(server)

        try:
            server = kind(begin, self._host, self._port, timeout=self._timeout, **tls)
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            for connection in begun:
                self._under_way.pop(connection).cancel()
                connection.close()

    def _watch(self, server: smtplib.SMTP) -> None:
        watch = self._under_way[server] = threading.Timer(self._timeout, _cut, [server])
        watch.daemon = True
        watch.start()
        if self._stopping:
            raise ConnectionAbortedError

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self._security == "starttls":
            server.starttls(context=self._context())
        if self._username:
            password = self._password if self._password else ""
            server.login(self._username, password)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._ca_file is not None:
            context.load_verify_locations(self._ca_file)
        return context


class _Session(smtplib.SMTP):
    """A connection that is told of before it is made."""

    def __init__(self, begin: Callable[[smtplib.SMTP], None], *arguments: Any, **options: Any) -> None:
        self._begin = begin
        super().__init__(*arguments, **options)

    def connect(self, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        self._begin(self)
        return super().connect(*arguments, **options)


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same in TLS from the beginning."""


def _cut(server: smtplib.SMTP) -> None:
    """Makes who waits for an answer see the end of the connection."""
    if server.sock is not None:
        with suppress(OSError):
            server.sock.shutdown(socket.SHUT_RDWR)


def _failure(code: int, what: str) -> Refused | Delayed:
    cause = f"SMTP {code} for the {what}"
    return Refused(cause) if code >= _PERMANENT else Delayed(cause, certain=True)


class FolderPost:
    """A directory, in place of a server: emails are files that mail programs open, in the order of their
    names."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._told = False

    def send(self, message: EmailMessage) -> None:
        """See `Post`. An email that is sent again is the same file again."""
        email_id = message["Message-ID"].strip("<>").partition("@")[0]
        name = f"{_time_of(email_id):%Y%m%dT%H%M%S.%fZ}-{email_id}.eml"
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(prefix=".", suffix=".draft", dir=self._directory)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(message.as_bytes())
                Path(draft).replace(self._directory / name)
            except BaseException:
                Path(draft).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise Delayed(f"{type(error).__name__}: {error.strerror}", certain=True) from None
        if not self._told:
            self._told = True
            log.info("emails are written into files: no SMTP server is set", directory=str(self._directory))

    def stop(self) -> None:
        """See `Post`: there is nothing to wait for."""


def _time_of(uuid7: str) -> datetime:
    """When such an id was made."""
    return datetime.fromtimestamp(int(uuid7.replace("-", "")[:12], 16) / 1000, UTC)
