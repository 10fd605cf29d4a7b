"""Roster's own wording of emails: the texts by language, and the layouts that they are put into.

A text is written in the language of templates, without characters that mean something in HTML. What becomes
of texts and a layout is a template like any other.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from server.domain.emails.kinds import EmailKind
from server.domain.emails.wording import Content, Wording

FALLBACK: Final = "en"
LANGUAGES: Final = (FALLBACK, "de")

_HERE: Final = files(__name__)
# Its marks are others than those of the language of templates, which it leaves alone.
_LAYOUTS: Final = Environment(
    undefined=StrictUndefined,
    autoescape=False,  # templates are put together, and these escape
    trim_blocks=True,
    lstrip_blocks=True,
    variable_start_string="[[",
    variable_end_string="]]",
    block_start_string="[%",
    block_end_string="%]",
    comment_start_string="[#",
    comment_end_string="#]",
)


@cache
def wording(kind: EmailKind) -> Wording:
    """Roster's own wording of a kind of email."""
    contents = {language: _content(kind, language)._asdict() for language in LANGUAGES}
    return Wording(contents[FALLBACK], contents, FALLBACK)


def _content(kind: EmailKind, language: str) -> Content:
    texts = _texts(language)
    parts = {"language": language, **texts["common"], **_NO_BUTTON, **texts[kind.value]}
    text, html = (_LAYOUTS.from_string(_read(f"layout.{form}")).render(parts) for form in ("txt", "html"))
    return Content(parts["subject"], text, html)


_NO_BUTTON: Final[dict[str, Any]] = {"button": "", "facts": {}}


@cache
def _texts(language: str) -> dict[str, Any]:
    return tomllib.loads(_read(f"{language}.toml"))


def _read(name: str) -> str:
    return _HERE.joinpath(name).read_text(encoding="utf-8")
