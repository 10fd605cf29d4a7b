"""`roster projects`."""

from __future__ import annotations

from typing import Annotated

import typer

from server.cli.administration import checked_name, command_line, every, print_table, transaction
from server.cli.settings import DatabaseUrl, DataDir
from server.domain.projects import Projects

app = typer.Typer(
    name="projects", help="Create and list projects.", no_args_is_help=True, add_completion=False
)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name for people.", callback=checked_name)] = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Create a project and print its id."""
    with transaction(data_dir, database_url) as database:
        project = Projects(database).create(command_line(), {"display_name": name}, project_id="")
    typer.echo(project.project_id)


@app.command("list")
def list_projects(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """List all projects, oldest first."""
    with transaction(data_dir, database_url) as database:
        projects, caller = Projects(database), command_line()
        rows = [
            (project.project_id, project.display_name, f"{project.create_time:%Y-%m-%d %H:%M}")
            for project in every(lambda page: projects.list(caller, page))
        ]
    print_table("project_id", "name", "created", rows=rows)
