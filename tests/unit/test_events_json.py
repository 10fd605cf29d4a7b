"""The JSON of events."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from server.domain.events import to_json


def test_values_of_resources_are_told_as_they_are() -> None:
    """Whole numbers of any size too, as metadata may hold them."""
    value = {"name": "Ägidius", "large": [2**64, int(1e300)], "half": 0.5, "none": None, "right": True}

    text = to_json(value)

    assert json.loads(text) == value
    assert "Ägidius" in text


def test_instants_are_told_in_rfc_3339() -> None:
    """To the microsecond, be they alone or beside what takes another way."""
    instant = datetime(2026, 2, 3, tzinfo=UTC) + timedelta(microseconds=7)

    for beside in (1, 2**64):
        assert json.loads(to_json({"at": instant, "n": beside}))["at"] == "2026-02-03T00:00:00.000007+00:00"
