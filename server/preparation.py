"""The process that readies the database: schema, first project, first key.

A process of its own, for it needs the database's driver, and the supervisor, which starts processes all its
life, holds no connection and no thread of anybody's library.
"""

from __future__ import annotations

import signal
from multiprocessing.connection import Connection

from server import logs
from server.config import Config
from server.imports import uncollected
from server.startup import StartError, one_line


def prepare(config: Config, pipe: Connection) -> None:
    """Receive the database's URL, ready the database, and send `(project_id, management_key)` of the first
    project, None when there was a project before, or a `StartError`."""
    # The work is done in transactions: it may end at any point. Ctrl-C is for the supervisor to answer.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    logs.configure(config)

    with uncollected():
        from server.readying import readied  # noqa: PLC0415 - slow: not before the signals are settled

    try:
        pipe.send(readied(pipe.recv(), config))
    except (EOFError, BrokenPipeError):
        return
    except StartError as error:
        pipe.send(error)
    except Exception as error:
        pipe.send(StartError(f"the database cannot be readied: {one_line(error)}"))
        raise
