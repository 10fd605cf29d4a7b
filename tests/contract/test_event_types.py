"""The types of events: one vocabulary, in the contract, in the domain, and in what is recorded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import server
from server.domain import event_types
from server.domain.event_types import TYPES
from server.domain.named import APPLICATION, TENANT
from tests.contract.descriptions import comment

SOURCES = Path(server.__file__).parent
TYPE = re.compile(r"\b[a-z_]+(?:\.[a-z_]+)+\b")
NAMED = (TENANT.word, APPLICATION.word)


def documented() -> set[str]:
    """The types in the comment: in full, `.updated` with the kind before it, `role.` with what can happen."""
    found: set[str] = set()
    for clause in comment("Event.type").split(";"):
        quoted = re.findall(r"`([^`]*)`", clause)
        kinds = [word for word in quoted if word.endswith(".")]
        happenings = [word for word in quoted if "." not in word]
        found |= {f"{kind}{happening}" for kind in kinds for happening in happenings}
        kind = ""
        for word in quoted:
            if word.startswith("."):
                found.add(kind + word)
            elif TYPE.fullmatch(word):
                kind = word.partition(".")[0]
                found.add(word)
    return found


def texts(path: Path) -> Iterator[str]:
    """The texts of a module; one with a gap that a word of named things fills, with each of these words."""
    parts: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts |= {id(part) for part in node.values}
            said = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
            for word in NAMED:
                yield "".join(word if part is None else str(part) for part in said)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def test_contract_names_all_types() -> None:
    """And no others."""
    assert documented() == TYPES


def test_every_type_is_recorded_somewhere() -> None:
    """By a text in the code that is no documentation of it."""
    vocabulary = Path(event_types.__file__)
    said = {
        name
        for path in SOURCES.rglob("*.py")
        if path != vocabulary
        for text in texts(path)
        for name in TYPE.findall(text)
    }

    assert said >= TYPES
