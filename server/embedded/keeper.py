"""The keeper: the process whose child the embedded PostgreSQL is."""

from __future__ import annotations

import signal
import sys
from multiprocessing.connection import Connection, wait

from server.config import Config
from server.embedded.postgres import EmbeddedPostgres
from server.signals import STOP, SignalInbox
from server.startup import StartError


def connections_for(config: Config) -> int:
    """How many database connections a service of this size may need, all processes together: one per
    thread, those of health checks and of work beside the calls, of the web process, and some for commands and
    people."""
    return config.workers * (config.threads + 4) + 30


def keep(config: Config, pipe: Connection) -> None:
    """Run PostgreSQL until the other end of the pipe is closed, which the death of its holder does too.

    Sends the URL once PostgreSQL takes connections, or a `StartError`. Exits with 1 when PostgreSQL
    ends by itself.

    Signals that ask for the end are left to the supervisor: a terminal or a service manager sends
    them to every process at once, and the database has to outlive the calls in flight.
    """
    inbox = SignalInbox((*STOP, signal.SIGCHLD))
    postgres = EmbeddedPostgres(config.data_dir, {"max_connections": str(connections_for(config))})
    try:
        answer: str | StartError = postgres.start()
    except StartError as error:
        answer = error
    try:
        pipe.send(answer)
        while postgres.running():
            if pipe in wait([pipe, inbox.arrival]):
                return
            inbox.take()
    except BrokenPipeError:
        return
    finally:
        postgres.stop()
    sys.exit(1)
