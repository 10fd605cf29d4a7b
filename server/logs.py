"""Logging: one line per event to standard error, as JSON or for people.

Lines are written with one system call each, so that those of several processes do not mix, and a
line that cannot be written is lost: logging must never break a call.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from server.config import Config

_STANDARD_ERROR: Final = 2
_now = partial(datetime.now, UTC)


def configure(config: Config) -> None:
    """Set logging up for this process, that of libraries included."""
    level = getattr(logging, config.log_level.upper())
    structlog.configure(
        processors=_processors(config.log_format),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Line,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[_Forward()], force=True)


def _processors(log_format: str) -> list[Processor]:
    if log_format == "json":
        encode = json.JSONEncoder(ensure_ascii=False, default=str, check_circular=False).encode
        return [_described, structlog.processors.format_exc_info, _rendered_by(encode)]
    # Not the rich traceback: it shows the values of variables, and so secrets.
    traceback = structlog.dev.plain_traceback
    return [
        _described,
        structlog.dev.ConsoleRenderer(os.isatty(_STANDARD_ERROR), exception_formatter=traceback),
    ]


def _described(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Put first what every line has."""
    level = "error" if method == "exception" else method
    time = _now().isoformat(timespec="milliseconds")
    return {"timestamp": time, "level": level, "logger": logger.name, "event": event["event"], **event}


def _rendered_by(encode: Callable[[EventDict], str]) -> Processor:
    return lambda _logger, _method, event: encode(event)


class _Line:
    """The end of every logger: writes lines, and knows the logger's name."""

    __slots__ = ("name",)

    def __init__(self, name: str = "roster") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        with suppress(OSError):
            os.write(_STANDARD_ERROR, f"{line}\n".encode("utf-8", "backslashreplace"))

    debug = info = warning = error = critical = exception = log = msg


class _Forward(logging.Handler):
    """Hands what libraries log over, so that every line has one form."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger(record.name)
        logger.log(record.levelno, record.getMessage(), exc_info=record.exc_info)
