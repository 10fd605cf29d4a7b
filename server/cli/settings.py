"""The flags that stand for settings, for every command that has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from dataclasses import Field as DataclassField
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from pydantic import BeforeValidator, Field, create_model
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.config import CommaSeparated, Config, Form

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
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    return Config(**dict(_reader()(**given)))


class _Variables(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="ROSTER_", extra="forbid")


@cache
def _reader() -> type[BaseSettings]:
    """What reads the fields of `Config`, and holds them to its rules. Only commands need it: to those who are
    given a `Config` the library would be so much ballast."""
    hints = get_type_hints(Config, include_extras=True)
    read: dict[str, Any] = {each.name: (_ruled(hints[each.name]), _default(each)) for each in fields(Config)}
    reader: type[BaseSettings] = create_model("Config", __base__=_Variables, **read)
    return reader


def _default(each: DataclassField[Any]) -> Any:
    if each.default_factory is MISSING:
        return each.default
    return Field(default_factory=each.default_factory)


def _ruled(hint: Any) -> Any:
    """A type with the library's words for our rules."""
    rules = getattr(hint, "__metadata__", ())
    return Annotated[hint.__origin__, *_translated(rules)] if rules else hint


def _translated(rules: tuple[Any, ...]) -> Iterator[Any]:
    for rule in rules:
        if isinstance(rule, Form):
            yield Field(pattern=rule.pattern)
        elif isinstance(rule, CommaSeparated):
            yield from (NoDecode, BeforeValidator(_parts))
        else:
            yield rule


def _parts(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
