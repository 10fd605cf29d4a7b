"""Lines of the log, as a process writes them to standard error."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

SAID = """
import logging
import structlog
from server import logs
from server.config import Config

logs.configure(Config(log_level="{level}", log_format="{format}"))
log = structlog.get_logger("roster.some")
{statements}
"""


def written(statements: str, *, level: str = "debug", log_format: str = "json") -> str:
    """What a process writes that is set up like this and says this."""
    script = SAID.format(level=level, format=log_format, statements=statements)
    ended = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, encoding="utf-8", timeout=30
    )
    return ended.stderr


def lines(statements: str, *, level: str = "debug") -> list[dict[str, Any]]:
    """The lines, without the time, which each of them has."""
    found = [json.loads(line) for line in written(statements, level=level).splitlines()]
    times = [line.pop("timestamp") for line in found]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", time) for time in times)
    return found


def test_line_tells_level_logger_event_and_fields() -> None:
    """In this order, whatever the values are."""
    [line] = lines(
        r"""log.info("it", text='"ä"\n\\', whole=-3, part=0.25, flag=True, none=None, some=[1, {"a": "b"}])"""
    )

    assert list(line.items()) == [
        ("level", "info"),
        ("logger", "roster.some"),
        ("event", "it"),
        ("text", '"ä"\n\\'),
        ("whole", -3),
        ("part", 0.25),
        ("flag", True),
        ("none", None),
        ("some", [1, {"a": "b"}]),
    ]


def test_value_of_an_unusual_type_is_told_as_text() -> None:
    [line] = lines("from pathlib import Path; log.info('said', path=Path('/a/b'))")

    assert line["path"] == "/a/b"


def test_text_that_is_no_text_breaks_nothing() -> None:
    """Half of a surrogate pair cannot be encoded."""
    assert r"a\ud800b" in written(r"log.info('said', text='a\ud800b')")


def test_lines_below_the_level_are_left_out() -> None:
    said = "log.debug('a'); log.info('b'); log.warning('c'); log.error('d'); log.log(logging.WARNING, 'e')"

    assert [(line["level"], line["event"]) for line in lines(said, level="warning")] == [
        ("warning", "c"),
        ("error", "d"),
        ("warning", "e"),
    ]


def test_exception_is_told_with_its_traceback() -> None:
    """One that is passed, and the present one."""
    passed, present = lines("""
try:
    1 / 0
except ZeroDivisionError as error:
    log.error("passed", exc_info=error)
    log.exception("present", more=1)
""")

    assert (passed["level"], present["level"], present["more"]) == ("error", "error", 1)
    for line in (passed, present):
        assert line["exception"].startswith("Traceback (most recent call last):\n")
        assert line["exception"].endswith("ZeroDivisionError: division by zero")


def test_what_a_library_logs_has_the_same_form() -> None:
    said = "logging.getLogger('library').info('no'); logging.getLogger('library').warning('its %s', 'words')"

    assert lines(said) == [{"level": "warning", "logger": "library", "event": "its words"}]


def test_console_has_a_form_for_people() -> None:
    told = written("log.info('said', name='value')", log_format="console")

    assert re.search(r"info +\S*\] ?.*said.*roster\.some.*name.*=.*value", told)
    assert not told.startswith("{")
