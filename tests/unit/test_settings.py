"""The settings, and the page that tells newcomers of them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from server.config import Config

README = Path(__file__).parents[2] / "README.md"


def test_every_setting_stands_in_the_readme() -> None:
    """By the name of its variable, in the table of settings."""
    table = README.read_text(encoding="utf-8").partition("## Settings")[2].partition("\n## ")[0]
    absent = [name for each in fields(Config) if f"`{(name := f'ROSTER_{each.name.upper()}')}`" not in table]
    assert absent == []
