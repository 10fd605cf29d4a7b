"""The reasons of errors: one vocabulary, in the contract, in the domain, and in the tests."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from roster.v1 import error_reason_pb2

from server.errors import REASONS, Reason
from server.store.errors import CONSTRAINTS
from tests.contract.descriptions import comment

PREFIX = "ERROR_REASON_"
TESTS = Path(__file__).resolve().parents[1]


def test_contract_and_domain_have_the_same_reasons() -> None:
    """But for the zero value, which is never sent."""
    contract = {name.removeprefix(PREFIX) for name in error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name}

    assert contract - {"UNSPECIFIED"} == {reason.value for reason in Reason}
    assert set(REASONS) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_comment_begins_with_the_kind(reason: Reason) -> None:
    """The status code that the reason comes with, then what it means."""
    words = comment(f"ErrorReason.{PREFIX}{reason.value}")

    kind, _, meaning = words.partition(". ")
    assert kind == REASONS[reason][0].name
    assert meaning.endswith(".")


@pytest.mark.parametrize("reason", Reason)
def test_parts_of_the_message_are_documented(reason: Reason) -> None:
    """What is put into the message is metadata too."""
    words = comment(f"ErrorReason.{PREFIX}{reason.value}")
    parts = {name for _, name, _, _ in Formatter().parse(REASONS[reason][1]) if name}

    for part in parts - {"fields", "reference"}:
        assert f"`{part}`" in words
    if "reference" in parts:
        assert "Metadata:" in words
    if "fields" in parts:
        assert "BadRequest" in words


@pytest.mark.parametrize("reason", Reason)
def test_some_test_meets_the_reason(reason: Reason) -> None:
    """Outside of this folder, which only speaks of reasons."""
    quoted = re.compile(rf"""["']{reason.value}["']|\bReason\.{reason.value}\b|\b{reason.value}=""")
    sources = [path for path in TESTS.rglob("test_*.py") if path.parent.name != "contract"]

    assert any(quoted.search(path.read_text(encoding="utf-8")) for path in sources)


def test_every_reason_of_a_conflict_stands_for_a_constraint() -> None:
    """ALREADY_EXISTS comes from the database, which alone can know."""
    taken = {reason for reason in Reason if reason.value.endswith("_TAKEN")}

    assert taken <= set(CONSTRAINTS.values())
