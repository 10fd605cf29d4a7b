"""What a database has before anybody is served from it: the schema, the installation's key, a project."""

from __future__ import annotations

from contextlib import closing

from server.config import Config
from server.data_directory import DataDirectory
from server.domain.installation import hold_to_secret_key
from server.domain.sealing import sealer_of
from server.startup import unreachable
from server.store.database import Database
from server.store.errors import Unavailable
from server.store.migrations import migrate
from server.store.projects import any_project


def readied(url: str, config: Config) -> tuple[str, str] | None:
    """Readies the database and returns `(project_id, management_key)` of the first project, None when there
    was a project before. Raises StartError."""
    try:
        if config.migrate:
            migrate(url, config)
        with closing(Database(url, config)) as database:
            hold_to_secret_key(database, sealer_of(config))
            begun = any_project(database) is not None
        return None if begun else _first_project(url, config)
    except Unavailable as error:
        raise unreachable(error) from error


def _first_project(url: str, config: Config) -> tuple[str, str] | None:
    # Half of what there would be to import, and nearly all starts do without it.
    from server.bootstrap import first_project  # noqa: PLC0415

    directory = DataDirectory(config.data_dir)
    made = first_project(
        url, config, lambda first: directory.save_first(first.project_id, first.management_key)
    )
    return None if made is None else (made.project_id, made.management_key)
