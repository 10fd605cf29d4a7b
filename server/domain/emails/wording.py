"""How emails are worded: the contents of templates, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from server.domain.emails.language import Unfit, length_of_marks, render
from server.domain.emails.plain_text import plain_text
from server.domain.emails.values import SAMPLES, Values
from server.domain.localizing import localized
from server.errors import Violation

_SUBJECT_CHARACTERS: Final = 500
_CHARACTERS_OF_MARKS: Final = 100_000
"""Of all contents of a template together: about a second to read."""


class Email(NamedTuple):
    """An email as it is sent."""

    subject: str
    text: str
    html: str
    """'' for none."""


class Content(NamedTuple):
    """The texts of a template in one language, in the language of templates; '' for none."""

    subject: str = ""
    text: str = ""
    html: str = ""

    def email(self, values: Values) -> Email:
        """What it says of these values. Raises Unfit."""
        html = render(self.html, values, html=True) if self.html else ""
        text = render(self.text, values, html=False) if self.text else plain_text(html)
        return Email(one_line(render(self.subject, values, html=False)), text, html)


class Wording(NamedTuple):
    """The contents of a template, as they are stored."""

    content: Mapping[str, str]
    localized_contents: Mapping[str, Mapping[str, str]]
    language: str = ""
    """That of `content`; '': it is not known."""

    def content_for(self, locale: str) -> tuple[Content, str]:
        """That in the language that fits the locale best, and the locale to tell durations and times in."""
        tag = localized({tag: tag for tag in self.localized_contents}, locale)
        if tag:
            return Content(**self.localized_contents[tag]), locale
        return Content(**self.content), self.language or locale

    def violations(self) -> Iterator[Violation]:
        """What keeps it from being used."""
        contents = {f"localized_contents.{tag}": found for tag, found in self.localized_contents.items()}
        contents = {"content": self.content, **contents}
        marks = sum(length_of_marks(text) for content in contents.values() for text in content.values())
        if marks > _CHARACTERS_OF_MARKS:
            rule = f"has {marks:,} characters between braces, at most {_CHARACTERS_OF_MARKS:,} are allowed"
            yield Violation("email_template", rule)
            return
        for place, content in contents.items():
            yield from _violations(f"email_template.{place}", content)


def _violations(path: str, stored: Mapping[str, Any]) -> Iterator[Violation]:
    content = Content(**stored)
    if not content.subject.strip():
        yield Violation(f"{path}.subject", "is required")
    if not content.text and not content.html:
        yield Violation(f"{path}.text", "or html is required")
    for name, source in content._asdict().items():
        try:
            for values in SAMPLES:
                render(source, values, html=name == "html")
        except Unfit as problem:
            yield Violation(f"{path}.{name}", str(problem))


def one_line(text: str) -> str:
    """A subject, or a name, without what could end a header, or be taken for its end."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    # What begins so in a header is read as something else.
    return " ".join(shown.replace("=?", "= ?").split())[:_SUBJECT_CHARACTERS]
