"""The outermost layer: what holds for every answer, whatever it is."""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.domain.identity import new_id
from server.web.refusals import overloaded

MAX_REQUESTS: Final = 100
"""Requests that are answered at a time; more are refused at once."""
_PATH_CHARACTERS: Final = 200

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    # The query of a link is a secret.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
"""Headers of every answer that does not have another value for one."""

_HTTPS_HEADERS: Final = {"Strict-Transport-Security": "max-age=31536000"}
_QUIET: Final = ("/healthz", "/readyz")
"""Asked for all the time, and so logged for those only who want to know everything."""


class Answering:
    """Gives requests their ids and answers their headers, bounds their number, and logs them: never the
    query, which holds the tokens of links, nor a body."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = {**HEADERS, **(_HTTPS_HEADERS if https else {})}
        self._under_way = 0
        # Bound here, for what is bound when it is needed is looked up each time.
        self._log = structlog.get_logger("roster.web").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter()
        request_id = new_id()
        scope["state"]["request_id"] = request_id
        # Routes raise what they refuse, if they are part of an app.
        scope["app"] = self
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        app: Any = self._app if self._under_way < MAX_REQUESTS else overloaded
        self._under_way += 1
        try:
            await app(scope, receive, answer)
        finally:
            self._under_way -= 1
            (self._log.debug if scope["path"] in _QUIET else self._log.info)(
                "request",
                method=scope["method"],
                path=scope["path"][:_PATH_CHARACTERS],
                status=status,
                milliseconds=round((time.perf_counter() - begun) * 1_000, 3),
                request_id=request_id,
                peer=scope["client"][0] if scope["client"] else "",
            )
