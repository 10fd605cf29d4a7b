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
from functools import cache, partial
from json.encoder import encode_basestring
from typing import Any, Final

from server.config import Config
from server.imports import without

# For tracebacks that show the values of variables, which no log may: 4 MB in every process.
with without("rich"):
    import structlog
    from structlog.typing import EventDict, Processor, WrappedLogger

_STANDARD_ERROR: Final = 2


def configure(config: Config) -> None:
    """Set logging up for this process, that of libraries included."""
    level = getattr(logging, config.log_level.upper())
    structlog.configure(
        processors=[_json if config.log_format == "json" else _console()],
        wrapper_class=_Logger,
        logger_factory=partial(_Line, level),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[_Forward()], force=True)


class _Logger(structlog.BoundLoggerBase):
    """What `structlog.get_logger` gives. The loggers of structlog itself bind values and fill in texts, which
    is not asked of them here, and makes the line of a call a tenth of what the call costs."""

    def debug(self, event: str, **fields: Any) -> None:
        self._say(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        self._say(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._say(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._say(logging.ERROR, event, fields)

    def exception(self, event: str, **fields: Any) -> None:
        self._say(logging.ERROR, event, {"exc_info": True, **fields})

    def log(self, level: int, event: str, **fields: Any) -> None:
        self._say(level, event, fields)

    def _say(self, level: int, event: str, fields: dict[str, Any]) -> None:
        line: _Line = self._logger
        if level < line.least:
            return
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        name = _name_of(level)
        text: Any = {"timestamp": time, "level": name, "logger": line.name, "event": event, **fields}
        for processor in self._processors:
            text = processor(line, name, text)
        line.write(text)


@cache
def _name_of(level: int) -> str:
    return logging.getLevelName(level).lower()


class _Line:
    """The end of a logger: knows its name and the least level of its lines, and writes these."""

    __slots__ = ("least", "name")

    def __init__(self, least: int, name: str = "roster") -> None:
        self.least = least
        self.name = name

    def write(self, text: str) -> None:
        with suppress(OSError):
            os.write(_STANDARD_ERROR, f"{text}\n".encode("utf-8", "backslashreplace"))


_encode: Final = json.JSONEncoder(ensure_ascii=False, default=str, check_circular=False).encode
# To get the encoder going takes longer than to write a line of the usual values.
_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    str: encode_basestring,
    int: int.__repr__,
    float: float.__repr__,
}


def _json(logger: WrappedLogger, method: str, event: EventDict) -> str:
    if "exc_info" in event:
        event = structlog.processors.format_exc_info(logger, method, event)
    members = [f'"{name}": {_WRITERS.get(type(value), _encode)(value)}' for name, value in event.items()]
    return f"{{{', '.join(members)}}}"


def _console() -> Processor:
    # Not the rich traceback: it shows the values of variables, and so secrets.
    traceback = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(os.isatty(_STANDARD_ERROR), exception_formatter=traceback)


class _Forward(logging.Handler):
    """Hands what libraries log over, so that every line has one form."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger(record.name)
        logger.log(record.levelno, record.getMessage(), exc_info=record.exc_info)
