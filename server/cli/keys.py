"""`roster keys`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from server.cli.administration import checked_name, command_line, every, print_table, transaction
from server.cli.settings import DatabaseUrl, DataDir
from server.domain.management_keys import ManagementKey, ManagementKeys
from server.domain.projects import Projects
from server.store.database import Database

app = typer.Typer(
    name="keys", help="Create, list and revoke management keys.", no_args_is_help=True, add_completion=False
)

Project = Annotated[
    UUID | None, typer.Option("--project", help="Id of the project; may be left out if there is just one.")
]

_MOST_DAYS: Final = 36_500
"""A century, which is as good as never; far beyond it there are no instants."""


def _project_id(database: Database, chosen: UUID | None) -> str:
    projects, caller = Projects(database), command_line()
    if chosen:
        return projects.get(caller, str(chosen)).project_id
    found = [project.project_id for project in every(lambda page: projects.list(caller, page))]
    if len(found) != 1:
        raise typer.BadParameter(f"there are {len(found)} projects; say which one", param_hint="--project")
    return found[0]


@app.command()
def create(
    scope: Annotated[
        list[str], typer.Option(help="What the key may do, such as users:read or '*'; repeatable.")
    ],
    project: Project = None,
    name: Annotated[str, typer.Option(help="Name for people.", callback=checked_name)] = "",
    all_projects: Annotated[
        bool, typer.Option("--all-projects", help="May act in all projects, and create some.")
    ] = False,
    allow_from: Annotated[
        list[str] | None, typer.Option(help="Network it may be used from (CIDR); repeatable.")
    ] = None,
    expire_days: Annotated[
        float | None,
        typer.Option(min=0, max=_MOST_DAYS, help="Days until it expires; default: never."),
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Create a key and print what a caller presents: `<project_id>:<management_key>`. It is shown once."""
    expiry = None if expire_days is None else datetime.now(UTC) + timedelta(days=expire_days)
    values: dict[str, Any] = {
        "display_name": name,
        "scopes": tuple(dict.fromkeys(scope)),
        "all_projects": all_projects,
        "allowed_cidrs": tuple(allow_from or ()),
        "expire_time": expiry,
    }
    with transaction(data_dir, database_url) as database:
        project_id = _project_id(database, project)
        _, secret = ManagementKeys(database).create(command_line(project_id), values)
    typer.echo(f"{project_id}:{secret}")


@app.command("list")
def list_keys(project: Project = None, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """List the keys of a project, oldest first."""
    with transaction(data_dir, database_url) as database:
        keys, caller = ManagementKeys(database), command_line(_project_id(database, project))
        rows = [_row(key) for key in every(lambda page: keys.list(caller, page))]
    print_table("key_id", "name", "scopes", "state", "last use", rows=rows)


@app.command()
def revoke(
    key_id: Annotated[UUID, typer.Argument(help="Id of the key.")],
    project: Project = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """End a key for good. Running servers notice within ten seconds."""
    with transaction(data_dir, database_url) as database:
        ManagementKeys(database).revoke(command_line(_project_id(database, project)), str(key_id))
    typer.echo(f"{key_id} is revoked")


def _row(key: ManagementKey) -> tuple[str, ...]:
    state = "revoked" if key.revoke_time is not None else "in use" if key.usable else "expired"
    last_use = f"{key.last_use_time:%Y-%m-%d %H:%M}" if key.last_use_time else "never"
    return key.key_id, key.display_name, " ".join(key.scopes), state, last_use
