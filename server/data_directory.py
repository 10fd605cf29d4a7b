"""The data directory: who may use it, and the credentials file in it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from server.startup import StartError


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a script needs to call the service; the key is kept out of `repr`, and so out of logs."""

    address: str
    project_id: str
    management_key: str = field(repr=False)


class DataDirectory:
    """The directory `ROSTER_DATA_DIR`, made on first use."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.credentials_file = self.path / "credentials.json"
        self._first_file = self.path / "first-credentials.json"
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

    def save_first(self, project_id: str, management_key: str) -> None:
        """Keep the first key from the moment it is made: until the service is ready there is no address to
        tell, and who waits for the credentials file must not find one without."""
        _write(self._first_file, Credentials("", project_id, management_key))


def _write(file: Path, credentials: Credentials) -> None:
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as opened:
        json.dump(asdict(credentials), opened, indent=2)
        opened.write("\n")
        opened.flush()
        os.fsync(opened.fileno())
    new.rename(file)


class DirectoryInUse(StartError):
    """Another process holds the data directory."""


def _holder(descriptor: int) -> str:
    number = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    return f" (pid {number})" if number.isdigit() else ""
