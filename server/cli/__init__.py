"""The `roster` command: one module per command, named as the command is.

Each has an `app`, a `typer.Typer` with its command or with those that it leads to.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

import typer
from pydantic import ValidationError
from typer.core import TyperGroup
from typer.main import get_command

from server.errors import Error
from server.imports import uncollected
from server.startup import StartError

COMMANDS: Final = ("serve", "worker", "migrate", "projects", "keys", "users")
"""In the order that help shows them in."""


class _Commands(TyperGroup):
    """Imports a command when it is asked for: each needs a part of the service that others do without, and to
    import it all takes longer than most commands run."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # The names, for help and for who mistypes one.
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            return None
        with uncollected():
            module = import_module(f"server.cli.{cmd_name}")
        return get_command(module.app)


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def roster() -> None:
    """Users, roles and user actions, served over gRPC. Settings are the variables ROSTER_*."""


def run() -> int:
    """Run the command line, tell what stops it in one line, and return the exit code: 1 when
    something is in the way, 2 when a setting or an argument is wrong."""
    try:
        app(prog_name="roster")
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
