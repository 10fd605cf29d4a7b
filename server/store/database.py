"""Connections, transactions, and the one place where a statement is run.

Every thread holds one connection, opened when it is first needed and again after a loss. A
transaction begins with its first statement, so that one who only prepares holds none.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final, cast

import psycopg
from peewee import PostgresqlDatabase
from psycopg.types.json import set_json_loads
from psycopg.types.string import TextLoader

from server.config import Config
from server.errors import Error
from server.store.errors import Unavailable, translated

Row = tuple[Any, ...]

_decode: Final = json.JSONDecoder().decode

WATCH_INTERVAL: Final = 0.1
"""Seconds between two looks at overdue statements."""


class _Postgres(PostgresqlDatabase):
    """Peewee's database with our driver settings: one connection per thread, ids as text."""

    def open_connection(self) -> psycopg.Connection[Row]:
        """A new connection, no thread's yet. Raises psycopg.OperationalError."""
        connection = cast(psycopg.Connection[Row], self._connect())  # type: ignore[attr-defined]  # not in the stubs
        connection.adapters.register_loader("uuid", TextLoader)
        set_json_loads(_from_json, connection)
        return connection

    def adopt(self, connection: psycopg.Connection[Row]) -> None:
        """Makes it the connection of the calling thread."""
        self._state.set_connection(connection)  # type: ignore[attr-defined]  # not in the stubs


class _Lease:
    """What one thread holds: its connection, its transaction, its time."""

    __slots__ = ("begun", "committing", "connection", "cursor", "in_transaction", "opening", "until")

    def __init__(self) -> None:
        self.connection: psycopg.Connection[Row] | None = None
        self.cursor: psycopg.Cursor[Row] | None = None
        """Runs every statement of the connection: to make one each time costs a tenth of a statement."""
        self.in_transaction = False
        self.begun = False
        self.committing = False
        self.opening: Callable[[], None] | None = None
        self.until = 0.0
        """Time of `time.monotonic()` at which the connection is cut; 0 for never."""


class Savepoint:
    """A part of a transaction that can be undone."""

    undone = False

    def undo(self) -> None:
        """Has the part undone when its block ends."""
        self.undone = True


class Database:
    """One PostgreSQL, for all threads of the process.

    Raises from every method that reaches the database: `Unavailable`, `Conflict`, and the domain's
    errors that `store.errors` lists.
    """

    def __init__(self, url: str, config: Config) -> None:
        timeout = int(config.call_timeout * 1000)
        self.peewee = _Postgres(
            url,
            prefer_psycopg3=True,
            connect_timeout=config.connect_timeout,
            application_name="roster",
            # A vanished peer is noticed without waiting for the operating system's hours.
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
            tcp_user_timeout=timeout,
            options=(
                f"-c statement_timeout={timeout} -c idle_in_transaction_session_timeout={timeout}"
                " -c timezone=UTC -c client_connection_check_interval=1000"
            ),
        )
        self.on_statement: Callable[[str], None] | None = None
        """Called with every statement before it is run, if set."""
        self._opener = ThreadPoolExecutor(config.threads, thread_name_prefix="database-connect")
        self._local = threading.local()
        self._leases: list[_Lease] = []
        self._closed = threading.Event()
        threading.Thread(target=self._cut_overdue, name="database-watch", daemon=True).start()

    # -- statements ----------------------------------------------------------------------------

    def all(self, sql: str, parameters: Mapping[str, Any], *, prepare: bool = True) -> list[Row]:
        """Runs a statement and returns its rows.

        One that is run often is prepared, and may then be planned for all values alike; `prepare` False
        has it planned for these values each time.
        """
        return self._run(sql, parameters, prepare=None if prepare else False).fetchall()

    def one(self, sql: str, parameters: Mapping[str, Any]) -> Row | None:
        """Runs a statement and returns its first row, if there is one."""
        return self._run(sql, parameters).fetchone()

    def row(self, sql: str, parameters: Mapping[str, Any], *, only: bool = False) -> Row:
        """Runs a statement that always returns a row, and returns it.

        `only` tells that the transaction has no other statement: then it is one by itself, which saves the
        round trips of BEGIN and COMMIT.
        """
        lease = self._lease()
        if only and not lease.begun and lease.opening is None:
            with self.aside():
                row = self._run(sql, parameters).fetchone()
        else:
            row = self._run(sql, parameters).fetchone()
        assert row is not None, "the statement returns a row"
        return row

    def execute(self, sql: str, parameters: Mapping[str, Any]) -> int:
        """Runs a statement and returns how many rows it touched."""
        return self._run(sql, parameters).rowcount

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Row]]:
        """The calling thread's connection, in the present transaction, for a library with SQL of its own."""
        lease = self._lease()
        try:
            if lease.in_transaction:
                self._begin(lease, lease.cursor or self._connect(lease))
            elif lease.connection is None:
                self._connect(lease)
            assert lease.connection is not None
            yield lease.connection
        except Exception as error:
            # A library wraps what the driver raises.
            cause = error if isinstance(error, psycopg.Error) else error.__cause__
            if not isinstance(cause, psycopg.Error):
                raise
            raise self._failure(lease, cause) from None

    def _run(
        self, sql: str, parameters: Mapping[str, Any], *, prepare: bool | None = None
    ) -> psycopg.Cursor[Row]:
        lease = self._lease()
        if self.on_statement is not None:
            self.on_statement(sql)
        try:
            cursor = lease.cursor or self._connect(lease)
            if lease.in_transaction:
                self._begin(lease, cursor)
            return cursor.execute(sql, parameters, prepare=prepare)
        except psycopg.Error as error:
            raise self._failure(lease, error) from None

    def _begin(self, lease: _Lease, cursor: psycopg.Cursor[Row]) -> None:
        """Begins the transaction, unless it has begun."""
        if not lease.begun:
            cursor.execute("BEGIN")
            lease.begun = True
            if lease.opening is not None:
                lease.opening()

    # -- transactions --------------------------------------------------------------------------

    @contextmanager
    def transaction(self, opening: Callable[[], None] | None = None) -> Iterator[None]:
        """Commits what is run inside when the block ends, and rolls it back when it raises.

        It begins with the first statement of the block; `opening`, if given, is called right then and
        runs its own statements before that.
        """
        lease = self._lease()
        assert not lease.in_transaction, "transactions do not nest"
        lease.in_transaction, lease.begun, lease.opening = True, False, opening
        try:
            yield
            if lease.begun:
                self._commit(lease)
        except BaseException:
            self._roll_back(lease)
            raise
        finally:
            lease.in_transaction = lease.begun = False

    @contextmanager
    def savepoint(self) -> Iterator[Savepoint]:
        """Undoes what is run inside, and nothing else of the transaction, when the block raises an `Error` of
        the domain or asks for it."""
        lease = self._lease()
        assert lease.in_transaction, "there is a transaction"
        self.execute("SAVEPOINT part", {})
        point = Savepoint()
        try:
            yield point
        except Error:
            self.execute("ROLLBACK TO part", {})
            self.execute("RELEASE part", {})
            raise
        if point.undone:
            self.execute("ROLLBACK TO part", {})
        self.execute("RELEASE part", {})

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Runs what is inside outside of the transaction, which must not have begun yet: for what has to be
        read before something slow that no transaction may wait for."""
        lease = self._lease()
        assert not lease.begun, "the transaction has begun"
        inside, lease.in_transaction = lease.in_transaction, False
        try:
            yield
        finally:
            lease.in_transaction = inside

    def _commit(self, lease: _Lease) -> None:
        if lease.cursor is None:
            raise Unavailable(in_doubt=False)
        lease.committing = True
        try:
            lease.cursor.execute("COMMIT")
        except psycopg.Error as error:
            raise self._failure(lease, error) from None
        finally:
            lease.committing = False

    def _roll_back(self, lease: _Lease) -> None:
        if lease.begun and lease.cursor is not None:
            try:
                lease.cursor.execute("ROLLBACK")
            except psycopg.Error:
                self._drop(lease)

    # -- connections ---------------------------------------------------------------------------

    def _lease(self) -> _Lease:
        try:
            lease: _Lease = self._local.lease
        except AttributeError:
            lease = self._local.lease = _Lease()
            self._leases.append(lease)
        return lease

    def _connect(self, lease: _Lease) -> psycopg.Cursor[Row]:
        """Opens the thread's connection. The driver waits two seconds at least for a server that is
        silent; a caller in a hurry leaves that wait to another thread."""
        seconds = max(0.0, lease.until - time.monotonic()) if lease.until else None
        opening = self._opener.submit(self.peewee.open_connection)
        try:
            lease.connection = opening.result(seconds)
        except TimeoutError as error:
            opening.add_done_callback(_close_late)
            raise Unavailable(in_doubt=False) from error
        except psycopg.OperationalError as error:
            raise Unavailable(in_doubt=False) from error
        self.peewee.adopt(lease.connection)
        lease.cursor = lease.connection.cursor()
        return lease.cursor

    def _failure(self, lease: _Lease, error: psycopg.Error) -> Exception:
        """Drops the connection if it is of no more use, and says what to raise."""
        lost = lease.connection is None or lease.connection.closed
        failure = translated(error, lost=lost, in_doubt=lease.committing)
        if isinstance(failure, Unavailable):
            self._drop(lease)
        return failure

    def _drop(self, lease: _Lease) -> None:
        lease.connection = lease.cursor = None
        with suppress(Exception):
            self.peewee.close()

    def release(self) -> None:
        """Closes the calling thread's connection, for one that is not going to need it for long."""
        lease = self._lease()
        assert not lease.begun, "the transaction has begun"
        if lease.connection is not None:
            self._drop(lease)

    def close(self) -> None:
        """Closes every thread's connection. The threads must have finished their work."""
        self._closed.set()
        self._opener.shutdown(wait=False)
        for lease in self._leases:
            if lease.connection is not None:
                lease.connection.close()

    # -- overdue statements --------------------------------------------------------------------

    def limit(self, seconds: float | None) -> None:
        """Cuts the calling thread's connection once it waits at it when `seconds` have passed; None lifts
        the limit.

        A statement that outlives its time on a healthy server is ended by the server itself
        (`statement_timeout`); this is for the server that does not answer at all.
        """
        self._lease().until = 0.0 if seconds is None else time.monotonic() + seconds

    def _cut_overdue(self) -> None:
        while not self._closed.wait(WATCH_INTERVAL):
            now = time.monotonic()
            for lease in list(self._leases):
                if 0.0 < lease.until < now and lease.connection is not None:
                    lease.until = 0.0
                    _cut(lease.connection)

    def answers(self, seconds: float) -> bool:
        """Whether the database answers a trivial question within `seconds`."""
        self.limit(seconds)
        try:
            self.one("SELECT 1", {})
        except Unavailable:
            return False
        finally:
            self.limit(None)
        return True


def _from_json(value: str | bytes) -> Any:
    """A JSON value; the driver's own way of reading them looks for their encoding each time."""
    return _decode(value if isinstance(value, str) else value.decode())


def _close_late(opening: Future[psycopg.Connection[Row]]) -> None:
    """Closes a connection that nobody waits for any more."""
    if opening.exception() is None:
        opening.result().close()


def _cut(connection: psycopg.Connection[Row]) -> None:
    """Makes the thread that waits on the connection see its end. The descriptor stays the driver's."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as twin:
        twin.shutdown(socket.SHUT_RDWR)
