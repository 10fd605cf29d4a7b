"""The first project and its management key, so that a new installation can be talked to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.config import Config
from server.domain.caller import COMMAND_LINE, Caller
from server.domain.identity import new_id
from server.domain.management_keys import ManagementKeys
from server.domain.projects import Projects
from server.store import projects as project_rows
from server.store.database import Database


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller presents."""

    project_id: str
    management_key: str


def first_project(
    url: str, config: Config, save: Callable[[Credentials], None] = lambda _: None
) -> Credentials | None:
    """Makes a project, and a key to it that may do everything in all projects, in a database that has no
    project yet; otherwise returns None.

    `save` is called before the transaction is committed, so that no crash can leave a project whose only
    key nobody knows.
    """
    database = Database(url, config)
    try:
        with database.transaction():
            if project_rows.any_project(database) is not None:
                return None
            # Another machine may be starting on the same database.
            project_rows.lock_all(database)
            if project_rows.any_project(database) is not None:
                return None
            nobody = Caller(new_id(), new_id(), COMMAND_LINE, b"")
            project = Projects(database).create(nobody, {"display_name": "First project"}, project_id="")
            caller = Caller(project.project_id, nobody.call_id, COMMAND_LINE, b"")
            values = {"display_name": "First key", "scopes": ("*",), "all_projects": True}
            _, secret = ManagementKeys(database).create(caller, values)
            credentials = Credentials(project.project_id, secret)
            save(credentials)
            return credentials
    finally:
        database.close()
