"""The life of the embedded PostgreSQL: made, started, stopped, and recovered after any kind of death."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final

from server.embedded import placement
from server.embedded.account import Account
from server.embedded.postmaster import Postmaster
from server.startup import StartError

USER: Final = "roster"
DATABASE: Final = "roster"

SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "random_page_cost": "1.1",
        # Compiling a statement costs more than any statement of this service.
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Errors and their details quote rows and statements, and so personal data; whoever sent the
        # statement gets them. What concerns the server as a whole is of level LOG or above.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_checkpoints": "off",
    }
)

CHARACTER_CLASSES: Final = ("C.UTF-8", "en_US.UTF-8", "UTF-8", "C")
"""What knows that "ü" and "И" are letters, the first that the system has: with plain C no trigram
index finds them. Rows are sorted by code point in any case."""

_POLL_SECONDS: Final = 0.01
_RECOVERY_SECONDS: Final = 600.0
_STOP_SECONDS: Final = 60.0
_LEFTOVER_SECONDS: Final = 60.0
_MAX_LOG_BYTES: Final = 8 * 1024 * 1024
_BACKENDS_LEFT: Final = b"pre-existing shared memory block"


def running_url(directory: Path) -> str | None:
    """The URL of the PostgreSQL that runs, ready, on the data directory; None when none does."""
    cluster = placement.cluster_path(directory)
    postmaster = Postmaster.read(cluster)
    if postmaster is None or not postmaster.ready or not postmaster.runs_on(cluster):
        return None
    return postmaster.url(USER, DATABASE)


class EmbeddedPostgres:
    """One PostgreSQL server on one data directory, as a child of this process.

    Args:
        directory: the data directory; made when it is missing.
        options: PostgreSQL settings over those of `SETTINGS`.
    """

    def __init__(self, directory: Path, options: Mapping[str, str] = MappingProxyType({})) -> None:
        self._directory = directory.absolute()
        self._settings = {**SETTINGS, **options}
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: Path | None = None
        self._lock: IO[bytes] | None = None

    def start(self) -> str:
        """Start it, made first when it is not there yet, and return its URL once it takes connections.

        To be called on a thread that lives as long as the server is wanted: on Linux the system stops
        the server when that thread is gone.

        Raises:
            StartError: it cannot be started; the message holds PostgreSQL's own words.
        """
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _exclusive(self._directory / "postgres.lock")
        try:
            account = Account.for_cluster(placement.cluster_path(self._directory))
            programs = placement.programs(account)
            cluster = placement.settle_cluster(self._directory, account)
            _stop_leftover(cluster)
            log = self._directory / "postgres.log"
            if log.exists() and log.stat().st_size > _MAX_LOG_BYTES:
                log.replace(log.with_suffix(".log.1"))
            if not cluster.exists():
                _make_cluster(cluster, programs, account, log)
            return self._launch(cluster, programs, account, log).url(USER, DATABASE)
        except BaseException:
            self.stop()
            raise

    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Shut it down: open transactions are rolled back, everything is written, nothing to recover."""
        if self._process is not None:
            _stop(self._process)
            self._process = None
        if self._socket is not None:
            with suppress(OSError):
                self._socket.rmdir()
            self._socket = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _launch(self, cluster: Path, programs: Path, account: Account, log: Path) -> Postmaster:
        self._socket = placement.settle_socket(cluster, account)
        command = [
            str(programs / "postgres"),
            "-D",
            str(cluster),
            "-k",
            str(self._socket),
            "-p",
            str(placement.PORT),
        ]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        deadline = time.monotonic() + _RECOVERY_SECONDS
        while True:
            told = log.stat().st_size if log.exists() else 0
            with _private(log) as output:
                # A session of its own: Ctrl-C in the terminal must not reach it before the workers are done.
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd="/",
                    env=_environment(),
                    start_new_session=True,
                    preexec_fn=_stop_with_parent(),  # noqa: PLW1509 - one system call, and no lock
                    **account.identity(),
                )
            while self._process.poll() is None:
                postmaster = Postmaster.read(cluster)
                if postmaster is not None and postmaster.pid == self._process.pid and postmaster.ready:
                    return postmaster
                if time.monotonic() > deadline:
                    raise StartError(f"PostgreSQL is not ready after {_RECOVERY_SECONDS:.0f} s; see {log}")
                time.sleep(_POLL_SECONDS)
            words = log.read_bytes()[told:]
            # Children of a killed server end by themselves, but not within the same instant.
            if _BACKENDS_LEFT not in words or time.monotonic() > deadline:
                raise StartError(f"PostgreSQL does not start: {_last_words(words)} (see {log})")
            time.sleep(_POLL_SECONDS * 10)


def _make_cluster(cluster: Path, programs: Path, account: Account, log: Path) -> None:
    """Make the cluster with its database, under another name until it is whole."""
    new = cluster.with_name("postgres.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    account.give(new)
    initdb = [
        str(programs / "initdb"),
        "-D",
        str(new),
        "-U",
        USER,
        "--auth-local=trust",
        "--auth-host=reject",
    ]
    initdb += ["--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions"]
    for character_classes in CHARACTER_CLASSES:
        made = _run([*initdb, f"--lc-ctype={character_classes}"], b"", account, log)
        if made.returncode == 0:
            break
    else:
        raise StartError(f"initdb failed: {_last_words(made.stdout)} (see {log})")
    # Single-user mode answers an error in words only.
    single = [str(programs / "postgres"), "--single", "-D", str(new), "-c", "log_checkpoints=off", "postgres"]
    made = _run(single, f"CREATE DATABASE {DATABASE};\n".encode(), account, log)
    if made.returncode != 0 or b"ERROR:" in made.stdout:
        raise StartError(f"the database cannot be made: {_last_words(made.stdout)} (see {log})")
    new.rename(cluster)


def _run(command: list[str], text: bytes, account: Account, log: Path) -> subprocess.CompletedProcess[bytes]:
    with _private(log) as file:
        result = subprocess.run(
            command,
            check=False,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(),
            **account.identity(),
        )
        file.write(result.stdout)
    return result


def _stop_leftover(cluster: Path) -> None:
    """Stop the server that a killed process left behind, and clear a description that would mislead."""
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while (postmaster := Postmaster.read(cluster)) is not None:
        if not postmaster.runs_on(cluster):
            # PostgreSQL would believe it where another process now has the number.
            (cluster / "postmaster.pid").unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise StartError(
                f"the PostgreSQL of an earlier start (pid {postmaster.pid}) does not stop; end it"
            )
        with suppress(ProcessLookupError):
            os.kill(postmaster.pid, signal.SIGINT)
        time.sleep(_POLL_SECONDS)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown; an immediate one, which costs a recovery at the next start, when that takes too long."""
    for request, patience in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
        if process.poll() is not None:
            return
        process.send_signal(request)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def _stop_with_parent() -> Callable[[], None] | None:
    """On Linux, has the system send a fast shutdown when this process dies without a word.

    Elsewhere the next start on the same data directory stops what was left.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    set_death_signal = 1  # PR_SET_PDEATHSIG
    return lambda: libc.prctl(set_death_signal, int(signal.SIGINT))


def _exclusive(path: Path) -> IO[bytes]:
    """Hold the file, once the keeper of a killed service, still shutting down, has let go of it."""
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    try:
        file = _private(path)
    except OSError as error:
        raise StartError(f"the data directory {path.parent} is not writable: {error.strerror}") from error
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() > deadline:
                file.close()
                raise StartError(f"another process is running PostgreSQL on {path.parent}") from None
            time.sleep(_POLL_SECONDS)


def _private(path: Path) -> IO[bytes]:
    """A file to append to, for this account alone."""
    return open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))


def _environment() -> dict[str, str]:
    """This environment without what steers PostgreSQL from outside; English, which the code above reads."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _last_words(output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return " / ".join(lines[-3:]) or "it says nothing"
