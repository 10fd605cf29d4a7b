"""The durable record of every change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from server.domain.caller import Caller
from server.domain.identity import new_id
from server.store import events as rows
from server.store.database import Database


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an event")


# Made once: to make one takes longer than to encode a user.
_encode_any: Final = json.JSONEncoder(default=_plain, separators=(",", ":"), ensure_ascii=False).encode


def to_json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """Values of resources as JSON text; instants in RFC 3339."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # whole numbers of more than 64 bits
        return _encode_any(value)


def joined(*objects: str) -> str:
    """One JSON object with the members of all these, which `to_json` has made."""
    members = [text[1:-1] for text in objects if text != "{}"]
    return f"{{{','.join(members)}}}"


def envelope(caller: Caller) -> dict[str, Any]:
    """The columns of an event that do not depend on what happened."""
    return {
        "project_id": caller.project_id,
        "event_id": new_id(),
        "key_id": caller.grant.key_id,
        "call_id": caller.call_id,
    }


def record(
    database: Database, caller: Caller, event_type: str, subject_id: str, data: Mapping[str, Any]
) -> None:
    """Writes an event into the present transaction."""
    rows.record(
        database,
        {**envelope(caller), "type": event_type, "subject_id": subject_id, "data": to_json(data)},
    )


def origin_of(caller: Caller) -> dict[str, Any]:
    """Where the call comes from, for the data of an event; nothing if it comes from the system itself."""
    origin = caller.origin()
    return {"info": {"ip_address": origin.address, "user_agent": origin.user_agent}} if origin.address else {}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The values that differ, as `{"before": {...}, "after": {...}}`; empty if none does."""
    names = [name for name in after if not _same(before[name], after[name])]
    if not names:
        return {}
    return {
        "before": {name: before[name] for name in names},
        "after": {name: after[name] for name in names},
    }


def _same(before: Any, after: Any) -> bool:
    """Whether two values are the same in JSON too. To Python true is 1, and false is 0."""
    if before != after:
        return False
    if isinstance(before, Mapping):
        return all(_same(value, after[name]) for name, value in before.items())
    if isinstance(before, list | tuple):
        return all(map(_same, before, after))
    return isinstance(before, bool) == isinstance(after, bool)
