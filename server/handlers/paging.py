"""The paging fields that every list request has, for the domain."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

from server.config import MAX_MESSAGE_BYTES
from server.domain.paging import Page, PageRequest, PageToken
from server.interceptors.call import Call

# Pages of one list may differ in these.
_FREE: Final = ("page_size", "page_token", "skip", "include_total_size")

_ROOM: Final = MAX_MESSAGE_BYTES - 4 * 1024
"""Bytes of a response's items, which leaves some to the token. Clients refuse more unless told otherwise."""
_FRAME: Final = 5
"""Bytes that an item of this size takes beside its own."""


def page_request(request: Any, call: Call) -> PageRequest:
    """Which page a list request asks for."""
    bound = type(request)()
    bound.CopyFrom(request)
    fields = bound.DESCRIPTOR.fields_by_name
    for name in _FREE:
        if name in fields:
            bound.ClearField(name)
    arguments = call.method.name.encode() + bound.SerializeToString(deterministic=True)
    return PageRequest(
        token=PageToken(call.caller.page_token_key, call.caller.project_id.encode() + arguments),
        size=request.page_size,
        after=request.page_token,
        skip=request.skip if "skip" in fields else 0,
        count=request.include_total_size if "include_total_size" in fields else False,
    )


def fitted(items: RepeatedCompositeFieldContainer[Any], page: Page[Any]) -> str:
    """The token of the page after a response's `items`. If those are more than a message has room for, the
    last of them are left to that page; one that is larger goes alone."""
    room = _ROOM
    for count, item in enumerate(items):
        room -= item.ByteSize() + _FRAME
        if room < 0 and count:
            del items[count:]
            return page.token_behind(count)
    return page.next_token
