"""The database for a command, whether the service runs or not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from server.config import Config
from server.data_directory import DataDirectory, DirectoryInUse
from server.embedded import EmbeddedPostgres, running_url
from server.startup import unreachable
from server.store.errors import Unavailable

_STARTING_SECONDS: Final = 30.0


@contextmanager
def database_url(config: Config) -> Iterator[str]:
    """The URL of the database that the settings name.

    That is the outside database, or the embedded one: that of the service running on the data
    directory, or, when none does, one started for as long as the block lasts.

    Raises:
        StartError: there is no database to be had, or it did not answer within the block.
    """
    try:
        with _found(config) as url:
            yield url
    except Unavailable as error:
        raise unreachable(error) from error


@contextmanager
def _found(config: Config) -> Iterator[str]:
    """What `database_url` yields."""
    if config.database_url is not None:
        yield config.database_url
        return
    directory = DataDirectory(config.data_dir)
    deadline = time.monotonic() + _STARTING_SECONDS
    while True:
        if url := running_url(directory.path):
            yield url
            return
        try:
            with directory.locked():
                postgres = EmbeddedPostgres(directory.path)
                try:
                    yield postgres.start()
                finally:
                    postgres.stop()
            return
        except DirectoryInUse:
            # The service is on its way up or down.
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)
