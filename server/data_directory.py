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
        """What the credentials file holds; None when there is none, or none that can be used."""
        try:
            return Credentials(**json.loads(self.credentials_file.read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def save_credentials(self, credentials: Credentials) -> None:
        """Replace the credentials file durably; a reader sees the old one or the new one, whole."""
        new = self.credentials_file.with_suffix(".new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(credentials), file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        new.rename(self.credentials_file)


class DirectoryInUse(StartError):
    """Another process holds the data directory."""


def _holder(descriptor: int) -> str:
    number = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
    return f" (pid {number})" if number.isdigit() else ""
