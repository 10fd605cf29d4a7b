"""The fields that a form sends, within bounds."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

MAX_BYTES: Final = 16 * 1024
"""Of a form: two passwords of the longest kind, each byte of them escaped, and the rest of the fields."""
MAX_FIELDS: Final = 10
SECONDS: Final = 10.0
"""For a form to arrive."""


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a form; of several of one name the last.

    Raises HTTPException: it is no form, too large, too slow or broken off.
    """
    if (
        request.headers.get("content-type", "").partition(";")[0].strip()
        != "application/x-www-form-urlencoded"
    ):
        raise HTTPException(415)
    try:
        async with asyncio.timeout(SECONDS):
            body = await _body(request)
        return dict(
            parse_qsl(
                body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
            )
        )
    except TimeoutError:
        raise HTTPException(408) from None
    except (ValueError, ClientDisconnect):
        raise HTTPException(400) from None


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise HTTPException(413)
    return body
