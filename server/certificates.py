"""What the server shows and asks for when it speaks TLS, read anew when the files change; and by whom those
are verified that it speaks TLS to."""

from __future__ import annotations

import os
import ssl
import threading
from pathlib import Path
from typing import NamedTuple

import structlog

from server.config import Config
from server.startup import StartError

log = structlog.get_logger("roster.tls")


class Identity(NamedTuple):
    """The contents of the files, in PEM."""

    key: bytes
    chain: bytes
    """The certificate, and those between it and its authority."""
    client_authorities: bytes | None
    """Who vouches for clients; None: they need no certificate."""


class Certificates:
    """The files of one server."""

    def __init__(self, cert_file: Path, key_file: Path, client_ca_file: Path | None) -> None:
        """Raises StartError."""
        self._cert_file = cert_file
        self._key_file = key_file
        self._client_ca_file = client_ca_file
        self._lock = threading.Lock()
        self._seen = self._state()
        self.present = self._read()
        """What was there when it was last of use."""

    @classmethod
    def of(cls, config: Config) -> Certificates | None:
        """Those of the settings; None: no TLS. Raises StartError."""
        if config.tls_cert_file and config.tls_key_file:
            return cls(config.tls_cert_file, config.tls_key_file, config.tls_client_ca_file)
        if config.tls_cert_file or config.tls_key_file or config.tls_client_ca_file:
            raise StartError(
                "TLS takes both ROSTER_TLS_CERT_FILE and ROSTER_TLS_KEY_FILE;"
                " ROSTER_TLS_CLIENT_CA_FILE goes with them"
            )
        return None

    def changed(self) -> Identity | None:
        """What the files hold, if that is new since it was last asked for. Files that are of no use, as while
        they are being replaced, change nothing."""
        with self._lock:
            try:
                state = self._state()
                if state == self._seen:
                    return None
                self._seen = state
                self.present = self._read()
            except StartError as error:
                log.warning("certificates are of no use, the former stay", error=str(error))
                return None
        log.info("certificates changed")
        return self.present

    def _state(self) -> list[tuple[int, int, int]]:
        """Tells whether a file has been written or replaced. Raises StartError."""
        files = (self._cert_file, self._key_file, self._client_ca_file)
        return [
            (status.st_ino, status.st_mtime_ns, status.st_size)
            for status in (_stat(file) for file in files if file is not None)
        ]

    def _read(self) -> Identity:
        """Raises StartError."""
        # Slow: only where TLS is spoken.
        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

        chain, key = _contents(self._cert_file), _contents(self._key_file)
        try:
            certificate = x509.load_pem_x509_certificates(chain)[0]
        except ValueError:
            raise StartError(f"{self._cert_file} holds no certificate in PEM") from None
        try:
            shown = serialization.load_pem_private_key(key, password=None).public_key()
        except (ValueError, TypeError):
            raise StartError(f"{self._key_file} holds no private key in PEM, without a passphrase") from None
        form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        if shown.public_bytes(*form) != certificate.public_key().public_bytes(*form):
            raise StartError(f"{self._key_file} is not the key of the certificate in {self._cert_file}")
        if self._client_ca_file is None:
            return Identity(key, chain, None)
        authorities = _contents(self._client_ca_file)
        try:
            x509.load_pem_x509_certificates(authorities)
        except ValueError:
            raise StartError(f"{self._client_ca_file} holds no certificate in PEM") from None
        return Identity(key, chain, authorities)


def require_authorities(config: Config) -> None:
    """Sees to it that the files of authorities, by whom others are verified, are of use.
    Raises StartError."""
    for name in ("webhook_ca_file", "smtp_ca_file"):
        file: Path | None = getattr(config, name)
        if file is None:
            continue
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
        except ssl.SSLError:
            raise StartError(f"ROSTER_{name.upper()}: {file} holds no certificate in PEM") from None
        except OSError as error:
            raise StartError(f"ROSTER_{name.upper()}: {file} cannot be read: {error.strerror}") from None


def _stat(file: Path) -> os.stat_result:
    try:
        return file.stat()
    except OSError as error:
        raise StartError(f"{file} cannot be read: {error.strerror}") from None


def _contents(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise StartError(f"{file} cannot be read: {error.strerror}") from None
