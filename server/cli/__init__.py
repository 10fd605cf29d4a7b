"""The `roster` command: one module per command, each added below.

A command that stands alone is a function (`app.command()`); one with commands of its own is a
`typer.Typer` (`app.add_typer`).
"""

from __future__ import annotations

import sys

import click
import typer
from pydantic import ValidationError

from server.cli.migrate import migrate
from server.cli.serve import serve
from server.startup import StartError

app = typer.Typer(
    name="roster",
    help="Users, roles and user actions, served over gRPC. Settings are the variables ROSTER_*.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(migrate)


def run() -> int:
    """Run the command line, tell what stops it in one line, and return the exit code: 1 when
    something is in the way, 2 when a setting or an argument is wrong."""
    try:
        return app(standalone_mode=False) or 0
    except ValidationError as error:
        for mistake in error.errors():
            name = "_".join(str(part) for part in mistake["loc"][:1]).upper()
            print(f"roster: ROSTER_{name}: {mistake['msg']} (it is {mistake['input']!r})", file=sys.stderr)
        return 2
    except StartError as error:
        print(f"roster: {error}", file=sys.stderr)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
