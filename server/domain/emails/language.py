"""The language that emails are worded in: of Jinja as much as wording takes.

What a template can do is bounded by what it is made of. It has no loops, assignments, macros, imports or
calls, so its run takes no longer than its reading, and its result grows no faster than its text; what it
prints is one of the values that it is given, through one of a few filters. Beneath that lies Jinja's sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

GIVEN: Final[dict[str, frozenset[str]]] = {
    "project": frozenset(("id", "name")),
    "user": frozenset(("id", "email", "given_name", "family_name", "display_name", "locale")),
    "link": frozenset(("url", "expires_in")),
    "action": frozenset(("name", "option", "reason", "comment", "phase", "expire_time", "duration")),
    "login": frozenset(("time", "ip_address", "user_agent")),
}
"""What a template can name; all of these are texts."""

_FILTERS: Final = frozenset(
    (
        "capitalize",
        "d",
        "default",
        "e",
        "escape",
        "length",
        "lower",
        "title",
        "trim",
        "truncate",
        "upper",
        "urlencode",
    )
)
_TESTS: Final = frozenset(("defined", "undefined", "none", "eq", "ne", "in"))
_NODES: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.Name,
    nodes.Getattr,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.Tuple,
    nodes.List,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
)
_PARTS_JOINED: Final = 100
"""Values that a template joins by `~`: what they make is in memory at once."""
_CHARACTERS: Final = 1_000_000
"""Characters that a template makes at most."""
_MARKS: Final = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)


class Unfit(Exception):
    """A template that cannot be used; the text says why, to who wrote it."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Nothing is there but what is named above."""

    def __init__(self, *, html: bool) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=html, keep_trailing_newline=False)
        self.globals.clear()
        self.filters = {name: call for name, call in self.filters.items() if name in _FILTERS}
        self.tests = {name: call for name, call in self.tests.items() if name in _TESTS}


_SANDBOXES: Final = {html: _Sandbox(html=html) for html in (False, True)}


def render(source: str, values: Mapping[str, Mapping[str, str]], *, html: bool) -> str:
    """What a template makes of values of `GIVEN`; in HTML they are escaped. Raises Unfit."""
    template = _compiled(source, html)
    made: list[str] = []
    room = _CHARACTERS
    try:
        for part in template.generate(values):
            made.append(part)
            room -= len(part)
            if room < 0:
                raise Unfit(f"makes more than {_CHARACTERS:,} characters")
    except (TemplateError, TypeError, ValueError, RecursionError) as error:
        raise Unfit(f"cannot be rendered: {error}") from None
    return "".join(made)


def length_of_marks(source: str) -> int:
    """The characters of a template that are not passed on as they are: the time to read it grows by them."""
    return sum(map(len, _MARKS.findall(source)))


@lru_cache(maxsize=256)
def _compiled(source: str, html: bool) -> Template:
    sandbox = _SANDBOXES[html]
    try:
        tree = sandbox.parse(source)
        _check(tree)
        code = sandbox.compile(tree)
    except TemplateSyntaxError as error:
        raise Unfit(f"line {error.lineno}: {error.message}") from None
    except (TemplateError, RecursionError, MemoryError, SyntaxError, ValueError, OverflowError):
        raise Unfit("is nested too deeply, or otherwise beyond what can be parsed") from None
    return Template.from_code(sandbox, code, {})


def _check(tree: nodes.Template) -> None:
    """Raises Unfit for what is not of the language."""
    joined = 0
    for node, within in _walk(tree):
        if isinstance(node, nodes.Concat):
            joined += len(node.nodes)
        if problem := _problem(node, within):
            raise Unfit(f"line {node.lineno or 1}: {problem}")
    if joined > _PARTS_JOINED:
        raise Unfit(f"joins more than {_PARTS_JOINED} values")


def _problem(node: nodes.Node, within: nodes.Node | None) -> str | None:
    """What is wrong with a node, which stands in another."""
    match node:
        case nodes.Filter() | nodes.Test():
            known = _FILTERS if isinstance(node, nodes.Filter) else _TESTS
            return None if node.name in known else f"there is no {_named(node)} {node.name!r}"
        case nodes.Getattr(node=nodes.Name(name=group), attr=value):
            return None if value in GIVEN.get(group, ()) else f"'{group}.{value}' is not given"
        case nodes.Getattr():
            return f"a text has no {node.attr!r}"
        case nodes.Name() if node.name not in GIVEN:
            return f"{node.name!r} is not given"
        case nodes.Name() if not isinstance(within, nodes.Getattr | nodes.Test):
            return f"{node.name!r} is no text, say which of its values"
    return None if isinstance(node, _NODES) else f"{_named(node)} cannot be used here"


def _walk(tree: nodes.Node) -> Iterator[tuple[nodes.Node, nodes.Node | None]]:
    """All nodes, each with the one that it stands in; without recursion, for they may be nested deeply."""
    waiting: list[tuple[nodes.Node, nodes.Node | None]] = [(tree, None)]
    while waiting:
        node, within = waiting.pop()
        yield node, within
        waiting.extend((child, node) for child in node.iter_child_nodes())


def _named(node: nodes.Node) -> str:
    return type(node).__name__.lower()
