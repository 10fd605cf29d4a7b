"""Conditions on custom attributes, for lists of users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.custom_attributes import RANGES, CustomAttribute, problem, stored
from server.domain.holdings import Declarations
from server.errors import Error, Reason, Violation, refuse_invalid


@dataclass(frozen=True, slots=True)
class AttributeCondition:
    """What the value of an attribute must be, in JSON values; None: no matter."""

    name: str
    path: str
    """Leads to the condition in the request."""
    equals: Any = None
    at_least: Any = None
    less_than: Any = None


def attribute_filters(
    conditions: Sequence[AttributeCondition], declared: Declarations
) -> tuple[set[str], dict[str, Any]]:
    """The names of the store's filters, and their parameters.
    Raises CUSTOM_ATTRIBUTE_NOT_FOUND, FIELDS_INVALID."""
    filters: set[str] = set()
    parameters: dict[str, Any] = {}
    problems: list[Violation] = []
    for number, condition in enumerate(conditions):
        attribute = declared.get(condition.name)
        if attribute is None:
            raise Error(Reason.CUSTOM_ATTRIBUTE_NOT_FOUND, name=condition.name)
        parameters[f"attribute_{number}"] = attribute.custom_attribute_id
        found = _problems(attribute, condition)
        problems += found
        if found:
            continue
        tests = _tests(attribute, condition)
        parameters |= {f"attribute_{number}_{test}": value for test, value in tests}
        # Both ends in one test: apart, each would let nearly everybody through.
        filters.add(f"attribute_{number}_{tests[0][0] if len(tests) == 1 else 'range'}")
    refuse_invalid(problems)
    return filters, parameters


def _tests(attribute: CustomAttribute, condition: AttributeCondition) -> list[tuple[str, Any]]:
    """The store's tests that make up a right condition, each with its value."""
    if condition.equals is not None:
        ((text, number),) = stored(attribute, _equal(attribute, condition.equals))
        return [("text", text)] if number is None else [("number", number)]
    ends = {"at_least": condition.at_least, "less_than": condition.less_than}
    return [(end, stored(attribute, value)[0][1]) for end, value in ends.items() if value is not None]


def _equal(attribute: CustomAttribute, value: Any) -> Any:
    """What a right value is compared as: of several options each is a value of its own."""
    return [value] if attribute.type == "MULTI_SELECT" else value


def _problems(attribute: CustomAttribute, condition: AttributeCondition) -> list[Violation]:
    values = {
        "equals": condition.equals,
        "range.at_least": condition.at_least,
        "range.less_than": condition.less_than,
    }
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        return [Violation(condition.path, "needs a value to compare with")]
    if "equals" not in given and attribute.type not in RANGES:
        return [Violation(f"{condition.path}.range", f"a {attribute.type} has no ranges")]
    wrong = {name: problem(attribute, _equal(attribute, value)) for name, value in given.items()}
    return [Violation(f"{condition.path}.{name}", text) for name, text in wrong.items() if text]
