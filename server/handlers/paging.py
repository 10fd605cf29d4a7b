"""The paging fields that every list request has, for the domain."""

from __future__ import annotations

from typing import Any, Final

from server.domain.paging import PageRequest, PageToken
from server.interceptors.call import Call

# Pages of one list may differ in these.
_FREE: Final = ("page_size", "page_token", "skip", "include_total_size")


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
