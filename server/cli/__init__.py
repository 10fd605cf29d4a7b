"""The `roster` command: one module per command, each added below.

A command that stands alone is a function (`app.command()`); one with commands of its own is a
`typer.Typer` (`app.add_typer`).
"""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from server.cli import keys, projects, users
from server.cli.migrate import migrate
from server.cli.serve import serve
from server.cli.worker import worker
from server.errors import Error
from server.startup import StartError

app = typer.Typer(
    name="roster",
    help="Users, roles and user actions, served over gRPC. Settings are the variables ROSTER_*.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(worker)
app.command()(migrate)
app.add_typer(projects.app, name="projects")
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")


def run() -> int:
    """Run the command line, tell what stops it in one line, and return the exit code: 1 when
    something is in the way, 2 when a setting or an argument is wrong."""
    try:
        app()
    except ValidationError as error:
        for mistake in error.errors():
            name = "_".join(str(part) for part in mistake["loc"][:1]).upper()
            print(f"roster: ROSTER_{name}: {mistake['msg']} (it is {mistake['input']!r})", file=sys.stderr)
        return 2
    except (StartError, Error) as error:
        print(f"roster: {error}", file=sys.stderr)
        for violation in getattr(error, "violations", ()):
            print(f"roster: {violation.field}: {violation.description}", file=sys.stderr)
        return 1
    return 0
