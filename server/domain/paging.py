"""Pages of lists: their size, and the signed tokens that lead from one to the next."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from server.config import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE
from server.errors import Error, Reason
from server.store.database import Row

_SIGNATURE_BYTES: Final = 16
_encode: Final = json.JSONEncoder(separators=(",", ":")).encode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageToken:
    """Makes and reads the tokens of one list: `key` is the project's, `arguments` stands for all that
    a token is bound to (the method, the filter, the order)."""

    key: bytes
    arguments: bytes
    invalid: Reason = Reason.PAGE_TOKEN_INVALID
    """What is raised for what is no such token."""

    def write(self, position: Sequence[Any]) -> str:
        """The token of the page behind `position`: JSON values that name the last row before it."""
        payload = _encode(position).encode()
        return _text(self._signature(payload) + payload)

    def read(self, token: str) -> list[Any]:
        """The position that a token was made of. Raises PAGE_TOKEN_INVALID, or what `invalid` says."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            raise Error(self.invalid) from None
        # The decoder passes over what is no base64: only what `write` could have made is a token.
        if _text(raw) != token:
            raise Error(self.invalid)
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(payload)):
            raise Error(self.invalid)
        position: list[Any] = json.loads(payload)
        return position

    def _signature(self, payload: bytes) -> bytes:
        signed = len(self.arguments).to_bytes(4, "big") + self.arguments + payload
        # Not `hmac.digest`, which lets other threads compute meanwhile: to wait for one's turn again takes
        # longer than so short a text.
        return hmac.new(self.key, signed, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is asked for."""

    token: PageToken
    size: int = 0
    """0 for the default; more than the most is taken as the most."""
    after: str = ""
    """The token of the page; '' for the first one."""
    skip: int = 0
    count: bool = False
    """Whether to count everything that the list holds."""

    @property
    def limit(self) -> int:
        """Rows on the page."""
        return min(self.size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)

    def parameters(self, *names: str) -> dict[str, Any]:
        """The parameters of the page's statement: one row more than fits tells whether there is a next
        page; `names` are those of the position's values, absent on the first page."""
        parameters: dict[str, Any] = {"limit": self.limit + 1, "skip": self.skip}
        if self.after:
            parameters.update(zip(names, self.token.read(self.after), strict=True))
        return parameters


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list."""

    items: list[T]
    next_token: str
    """'' on the last page."""
    token_behind: Callable[[int], str]
    """The token of the page that follows on so many of the items, for who cannot take all of them."""
    total: int | None = None
    """How many items the list holds; None if nobody asked."""


def _position_of(row: Row) -> Sequence[Any]:
    """What most lists go on behind: the sort key, which stands last in a row, and the id, which is first."""
    return row[-1], row[0]


def page_of(
    request: PageRequest,
    rows: Sequence[Row],
    item_of: Callable[[Row], T],
    total: int | None = None,
    *,
    position_of: Callable[[Row], Sequence[Any]] = _position_of,
) -> Page[T]:
    """Cuts a page from the rows fetched for it: one more than its limit, if there is a next one."""
    shown = rows[: request.limit]
    more = len(rows) > len(shown)

    def token_behind(count: int) -> str:
        return request.token.write(position_of(shown[count - 1]))

    return Page(list(map(item_of, shown)), token_behind(len(shown)) if more else "", token_behind, total)
