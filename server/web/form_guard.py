"""Forms are taken from our own pages only: nobody elsewhere can have a visitor's browser send one."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.requests import Request
from starlette.responses import Response

_COOKIE_BYTES: Final = 32
_COOKIE_FORM: Final = re.compile(r"[\w-]{43}", re.ASCII)
_MAC_BYTES: Final = 32


class Pair(NamedTuple):
    """What goes into a visitor's cookie, and what into the form."""

    cookie: str
    token: str


class FormGuard:
    """Gives each form a token that goes with a cookie of the visitor's and with what the form is about, and
    admits the forms that come back with both.

    Other sites can set neither, nor read them. A cookie that a neighbour of our host plants is of no use to
    it: the token is a MAC, and under HTTPS the prefix of the cookie's name keeps it from planting one.
    Beside that, what the browser says of where a form comes from must not speak against it. A browser without
    a word on that is admitted: old ones send none, and `Referrer-Policy: no-referrer` makes the Origin of a
    form `null`.
    """

    def __init__(self, secret_key: str, public_url: str) -> None:
        parts = urlsplit(public_url)
        self._https = parts.scheme == "https"
        self._origin = f"{parts.scheme}://{parts.netloc}".lower()
        self._cookie = "__Host-roster-form" if self._https else "roster-form"
        derivation = HKDF(SHA256(), _MAC_BYTES, salt=None, info=b"roster: tokens of forms")
        self._key = derivation.derive(secret_key.encode())

    def pair(self, request: Request, subject: str) -> Pair:
        """The pair for a form on this subject, with the cookie that the visitor has, if there is one: other
        pages may be open."""
        cookie = (
            self._cookie_of(request) or urlsafe_b64encode(secrets.token_bytes(_COOKIE_BYTES)).decode()[:43]
        )
        return Pair(cookie, self._token(cookie, subject))

    def give(self, response: Response, pair: Pair) -> None:
        """Sends the visitor the cookie, for as long as the browser is open."""
        response.set_cookie(self._cookie, pair.cookie, secure=self._https, httponly=True, samesite="strict")

    def admits(self, request: Request, subject: str, token: str) -> bool:
        """Whether a form on this subject, with this token in it, was sent by a page of ours."""
        cookie = self._cookie_of(request)
        return (
            request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
            and request.headers.get("origin", "null").lower() in ("null", self._origin)
            and cookie is not None
            and hmac.compare_digest(self._token(cookie, subject).encode(), token.encode())
        )

    def _cookie_of(self, request: Request) -> str | None:
        cookie = request.cookies.get(self._cookie, "")
        return cookie if _COOKIE_FORM.fullmatch(cookie) else None

    def _token(self, cookie: str, subject: str) -> str:
        mac = hmac.digest(self._key, f"{cookie} {subject}".encode(), hashlib.sha256)
        return urlsafe_b64encode(mac).rstrip(b"=").decode()
