"""What the commands do: the parts of a transfer, put together."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from roster.v1 import batch_pb2
from roster.v1 import user_batch_pb2 as batch
from roster.v1 import user_service_pb2 as rpc

from server.transfer.connection import Destination, Failed, connected
from server.transfer.exporting import Export, Extract
from server.transfer.forms import EXPORTS
from server.transfer.importing import REJECTED, Import, Task
from server.transfer.progress import Meter
from server.transfer.records import Form, Unusable
from server.transfer.state import StateFile

STANDARD: Final = "-"
"""The name of standard input or output."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is brought in."""

    on_conflict: str = "fail"
    """fail, skip or update."""
    dry_run: bool = False
    all_or_nothing: bool = False
    batch_size: int = 500
    streams: int = 1
    patience: float = 60.0
    """Seconds without an answer after which to give up."""
    rejected: Path | None = None
    resume: bool = False
    state: Path | None = None
    """Where the state is kept, if not beside the file."""

    @property
    def options(self) -> batch_pb2.BatchOptions:
        """Those of the batch."""
        return batch_pb2.BatchOptions(
            on_conflict=f"CONFLICT_POLICY_{self.on_conflict.upper()}",
            dry_run=self.dry_run,
            all_or_nothing=self.all_or_nothing,
        )


_METHODS: Final[dict[str, tuple[Any, str]]] = {
    "import": (batch.BatchCreateUsersRequest, "BatchCreateUsers"),
    "delete": (batch.BatchDeleteUsersRequest, "BatchDeleteUsers"),
}
"""For each command the class of its requests, and the method that takes them."""


def import_users(destination: Destination, file: str, form: Form, manner: Manner) -> bool:
    """Creates the users of a file, and returns whether none was rejected. Raises Failed."""
    return _bring_in(destination, file, form, manner, "import")


def delete_users(destination: Destination, file: str, form: Form, manner: Manner) -> bool:
    """Deletes the users whom a file names, and returns whether none was rejected. Raises Failed."""
    return _bring_in(destination, file, form, manner, "delete")


def _bring_in(destination: Destination, file: str, form: Form, manner: Manner, command: str) -> bool:
    if manner.dry_run and (manner.resume or manner.state):
        raise Failed("a dry run leaves nothing to resume: no --resume, no --state")
    state = None if manner.dry_run else _state(file, manner.state, command)
    if manner.resume and state is None:
        raise Failed("standard input takes --state to be resumed")
    request, method = _METHODS[command]
    with ExitStack() as held:
        opened = held.enter_context(_input(file))
        _keep_apart(opened, manner.rejected)
        services = [held.enter_context(connected(destination)) for _ in range(manner.streams)]
        task = Task(
            form,
            request,
            [partial(getattr(users, method), metadata=destination.metadata) for users in services],
            manner.options,
            manner.batch_size,
            manner.patience,
            manner.rejected,
        )
        with Meter(_size(opened), of="users").shown() as meter:
            work = Import(task, state, resume=manner.resume, meter=meter)
            try:
                work.run(opened)
            except Unusable as unusable:
                raise Failed(f"{file}: {unusable}") from None
            except KeyboardInterrupt:
                meter.say(_interrupted(state))
                raise
        meter.say(_summary(work, meter, dry_run=manner.dry_run))
    return not work.counts[REJECTED]


def _summary(work: Import, meter: Meter, *, dry_run: bool) -> str:
    counted = ", ".join(f"{count:,} {what}" for what, count in sorted(work.counts.items()) if count)
    begun = "nothing was changed; would be: " if dry_run else ""
    return f"{begun}{counted or 'nothing to do'} ({meter.rate:,.0f}/s)"


def export_users(
    destination: Destination, file: str, form: str, request: rpc.ExportUsersRequest, manner: Manner
) -> None:
    """Writes the users of the project into a file, in one of the forms of `forms.EXPORTS`. Raises Failed."""
    opening, line = EXPORTS[form]
    if file == STANDARD and (manner.resume or manner.state):
        raise Failed("what is written to standard output is not resumed: no --resume, no --state")
    state = _state(file, manner.state, "export")
    with connected(destination) as users:
        extract = Extract(
            lambda asked: users.ExportUsers(asked, metadata=destination.metadata),
            request,
            line,
            opening,
            manner.patience,
        )
        with Meter(None, of="users").shown() as meter:
            work = Export(extract, state, resume=manner.resume, meter=meter)
            try:
                with _output(file, resume=manner.resume) as opened:
                    work.run(opened)
            except KeyboardInterrupt:
                meter.say(_interrupted(state))
                raise
        meter.say(f"{work.users:,} users ({meter.rate:,.0f}/s)")


def _interrupted(state: StateFile | None) -> str:
    return "interrupted" + ("; go on with --resume" if state else "")


def _state(file: str, given: Path | None, command: str) -> StateFile | None:
    if given is not None:
        return StateFile(given, command)
    return None if file == STANDARD else StateFile(Path(f"{file}.{command}-state"), command)


@contextmanager
def _input(file: str) -> Iterator[BinaryIO]:
    if file == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        opened = open(file, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}") from None
    with opened:
        yield opened


def _keep_apart(opened: BinaryIO, rejected: Path | None) -> None:
    """Makes sure that the file to read is not the one that rejected records are to replace. Raises Failed."""
    if rejected and rejected.exists() and os.path.samestat(os.fstat(opened.fileno()), rejected.stat()):
        raise Failed(f"{rejected} is what is to be read: rejected records take another file")


@contextmanager
def _output(file: str, *, resume: bool) -> Iterator[BinaryIO]:
    if file == STANDARD:
        yield sys.stdout.buffer
        return
    try:
        opened = _owned(Path(file), truncated=not resume)
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}") from None
    with opened:
        yield opened


def _owned(file: Path, *, truncated: bool) -> BinaryIO:
    """A file for its owner alone, for what it is to hold are people's data."""
    flags = os.O_RDWR | os.O_CREAT | (os.O_TRUNC if truncated else 0)
    return os.fdopen(os.open(file, flags, 0o600), "r+b")


def _size(opened: BinaryIO) -> int | None:
    status = os.fstat(opened.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None
