"""The flags that stand for settings, for every command that has them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.config import Config

DataDir = Annotated[
    Path | None,
    typer.Option(help="Directory of the embedded database and of credentials.json. [ROSTER_DATA_DIR]"),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(help="URL of an outside PostgreSQL, instead of the embedded one. [ROSTER_DATABASE_URL]"),
]


def configured(**flags: object) -> Config:
    """The settings of the environment, and over them the flags that were given.

    Raises:
        pydantic.ValidationError: a setting is wrong.
    """
    return Config(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
