"""The process that readies the database: schema, first project, first key.

A process of its own, for it needs the database's driver, and the supervisor, which starts processes all its
life, holds no connection and no thread of anybody's library.
"""

from __future__ import annotations

import signal
from contextlib import closing
from multiprocessing.connection import Connection

from server import logs
from server.config import Config
from server.data_directory import DataDirectory
from server.imports import uncollected
from server.startup import StartError, one_line, unreachable


def prepare(config: Config, pipe: Connection) -> None:
    """Receive the database's URL, ready the database, and send `(project_id, management_key)` of the first
    project, None when there was a project before, or a `StartError`."""
    # The work is done in transactions: it may end at any point. Ctrl-C is for the supervisor to answer.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    logs.configure(config)

    with uncollected():
        from server.store.errors import Unavailable  # noqa: PLC0415 - slow: not before the signals are settled
        from server.store.migrations import migrate  # noqa: PLC0415 - likewise

    try:
        url = pipe.recv()
        if config.migrate:
            migrate(url, config)
        pipe.send(_first_project(url, config))
    except (EOFError, BrokenPipeError):
        return
    except Unavailable as error:
        pipe.send(unreachable(error))
    except Exception as error:
        pipe.send(StartError(f"the database cannot be readied: {one_line(error)}"))
        raise


def _first_project(url: str, config: Config) -> tuple[str, str] | None:
    """What `prepare` sends of it."""
    from server.store.database import Database  # noqa: PLC0415 - see above
    from server.store.projects import any_project  # noqa: PLC0415 - likewise

    with closing(Database(url, config)) as database:
        if any_project(database) is not None:
            return None

    # Nearly all starts do without the domain, which is half of what there would be to import.
    from server.bootstrap import first_project  # noqa: PLC0415

    directory = DataDirectory(config.data_dir)
    first = first_project(
        url, config, lambda made: directory.save_first(made.project_id, made.management_key)
    )
    return None if first is None else (first.project_id, first.management_key)
