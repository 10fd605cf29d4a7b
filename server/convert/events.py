"""Events, and what is asked of them."""

from __future__ import annotations

import json
from typing import Any, Final

from roster.v1 import event_pb2
from roster.v1 import event_service_pb2 as rpc

from server.convert.values import instant, timestamp
from server.domain.event_log import Event, EventFilter
from server.domain.event_watch import WatchRequest

_decode: Final = json.JSONDecoder().decode
_encode: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

# Most protobuf libraries read messages that are nested 100 deep. An object is a Struct with an entry with a
# Value, a list a ListValue with a Value.
_OBJECT_LEVELS: Final = 3
_LIST_LEVELS: Final = 2
_LEVELS: Final = 96


def event_message(value: Event) -> event_pb2.Event:
    """An event, as it is told."""
    return event_pb2.Event(
        event_id=value.event_id,
        type=value.type,
        subject_id=value.subject_id,
        key_id=value.key_id or "",
        request_id=value.request_id,
        create_time=timestamp(value.create_time),
        data=None if value.data is None else _particulars(value.data),
    )


def _particulars(text: str) -> Any:
    """The JSON object in a text."""
    value = _decode(text)
    # Nearly none has so many values in it that they could be nested too deep.
    if text.count("{") + text.count("[") > _LEVELS // _OBJECT_LEVELS:
        return _shallow(value, _LEVELS)
    return value


def _shallow(value: Any, levels: int) -> Any:
    """The value; what is nested deeper in it than these levels becomes JSON text."""
    if not isinstance(value, dict | list):
        return value
    levels -= _OBJECT_LEVELS if isinstance(value, dict) else _LIST_LEVELS
    if levels < 0:
        return _encode(value)
    if isinstance(value, dict):
        return {name: _shallow(inner, levels) for name, inner in value.items()}
    return [_shallow(inner, levels) for inner in value]


def event_filter(request: rpc.ListEventsRequest) -> EventFilter:
    """Which events a request lists. Raises FIELDS_INVALID."""
    return EventFilter(
        types=list(request.types),
        subject_id=request.subject_id,
        key_id=request.key_id,
        created_after=instant(request, "created_after"),
        created_before=instant(request, "created_before"),
    )


def watch_request(request: rpc.WatchEventsRequest) -> WatchRequest:
    """What a watcher asks for."""
    interval = request.heartbeat_interval
    return WatchRequest(
        resume_token=request.resume_token,
        from_oldest=request.start == rpc.WATCH_START_OLDEST,
        types=list(request.types),
        heartbeat=interval.seconds + interval.nanos / 1e9,
    )
