"""The data directory: who may use it, and the files of credentials and of the secret key in it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

from server.config import Config
from server.startup import StartError

SECRET_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a script needs to call the service; the key is kept out of `repr`, and so out of logs."""

    address: str
    project_id: str
    management_key: str = field(repr=False)
    web_address: str = ""
    """'': there is no web process."""


class DataDirectory:
    """The directory `ROSTER_DATA_DIR`, made on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.credentials_file = self.path / "credentials.json"
        self._first_file = self.path / "first-credentials.json"
        self._secret_key_file = self.path / "secret-key"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StartError(f"the data directory {self.path} cannot be made: {error.strerror}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for this process; the system lets go of it when the process dies.

        Raises:
            DirectoryInUse: another process holds it.
        """
        try:
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StartError(f"the data directory {self.path} is not writable: {error.strerror}") from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DirectoryInUse(
                    f"another Roster process{_holder(descriptor)} is using the data directory {self.path}; "
                    "stop it, or choose another ROSTER_DATA_DIR"
                ) from None
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def credentials(self) -> Credentials | None:
        """What the credentials file holds, or what a first start that was cut short left; None when there
        is neither, or none that can be used."""
        for file in (self.credentials_file, self._first_file):
            try:
                return Credentials(**json.loads(file.read_bytes()))
            except (FileNotFoundError, ValueError, TypeError):
                continue
        return None

    def save_credentials(self, credentials: Credentials) -> None:
        """Replace the credentials file durably; a reader sees the old one or the new one, whole."""
        _write(self.credentials_file, credentials)
        self._first_file.unlink(missing_ok=True)

    def with_secret_key(self, config: Config) -> Config:
        """The settings with the key that seals secrets: the one that they have, or the directory's own, which
        is made the first time.

        Raises:
            StartError: there is none, and none can be made.
        """
        if config.secret_key is not None:
            return config
        try:
            _write_once(self._secret_key_file, b64encode(secrets.token_bytes(SECRET_KEY_BYTES)))
            key = self._secret_key_file.read_text(encoding="ascii")
        except OSError as error:
            raise StartError(f"{self._secret_key_file} cannot be used: {error.strerror}") from error
        return replace(config, secret_key=key)

    def with_public_url(self, config: Config) -> Config:
        """The settings with the address that browsers find the web process at: the one that they have, or
        that of the web process that was last started on the directory, if there was one."""
        held = self.credentials()
        if config.public_url is not None or held is None or not held.web_address:
            return config
        return replace(config, public_url=f"http://{held.web_address}")

    def save_first(self, project_id: str, management_key: str) -> None:
        """Keep the first key from the moment it is made: until the service is ready there is no address to
        tell, and who waits for the credentials file must not find one without."""
        _write(self._first_file, Credentials("", project_id, management_key))


def _write(file: Path, credentials: Credentials) -> None:
    _written(file, f"{json.dumps(asdict(credentials), indent=2)}\n".encode()).rename(file)


def _write_once(file: Path, content: bytes) -> None:
    """Make the file, whole, unless it is there; of several at a time one is first."""
    if file.exists():
        return
    new = _written(file, content)
    with suppress(FileExistsError):
        os.link(new, file)
    new.unlink()


def _written(file: Path, content: bytes) -> Path:
    """A new file beside it with the content, on disk."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    return new


class DirectoryInUse(StartError):
    """Another process holds the data directory."""


def _holder(descriptor: int) -> str:
    number = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    return f" (pid {number})" if number.isdigit() else ""
