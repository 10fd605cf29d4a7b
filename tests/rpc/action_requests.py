"""Requests to UserActionService, a line each, and what tests say with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc
from roster.v1 import user_pb2

from server.config import Config
from server.domain import action_ends as ends
from server.domain.emails.action_emails import ActionEmails
from server.store.database import Database
from tests import rows
from tests.calling import Client
from tests.conftest import sql
from tests.rpc.user_requests import by

ACTIVE = pb.APPLIED_ACTION_STATE_ACTIVE
COMPLETED = pb.APPLIED_ACTION_STATE_COMPLETED
CANCELLED = pb.APPLIED_ACTION_STATE_CANCELLED
ENDED = pb.APPLIED_ACTION_STATE_ENDED

NONE = pb.END_EVENT_STATE_NONE
PENDING = pb.END_EVENT_STATE_PENDING
SENT = pb.END_EVENT_STATE_SENT

ALLOW = rpc.IF_ALREADY_ACTIVE_ALLOW
REJECT = rpc.IF_ALREADY_ACTIVE_REJECT
RETURN_EXISTING = rpc.IF_ALREADY_ACTIVE_RETURN_EXISTING

ALL = rpc.USER_ACTION_STATES_ALL
INACTIVE_ONES = rpc.USER_ACTION_STATES_INACTIVE

Who = user_pb2.User | user_pb2.UserRef


def ask(client: Client, request: Any) -> Any:
    """Calls the RPC that the request is made for."""
    return getattr(client.actions, type(request).__name__.removesuffix("Request"))(request)


def _ref(who: Who) -> user_pb2.UserRef:
    return by(user_id=who.user_id) if isinstance(who, user_pb2.User) else who


def _mask(paths: Iterable[str]) -> FieldMask | None:
    paths = list(paths)
    return FieldMask(paths=paths) if paths else None


# -- definitions -----------------------------------------------------------------------------------


def option(name: str, option_id: str = "", **localized: str) -> pb.UserActionOption:
    """A choice, with its names in other languages: `option("Nicely", de="Nett")`."""
    return pb.UserActionOption(option_id=option_id, name=name, localized_names=localized)


def define(client: Client, name: str = "Suspend", *, request_id: str = "", **fields: Any) -> pb.UserAction:
    """Creates a definition."""
    asked = pb.UserAction(name=name, **fields)
    request = rpc.CreateUserActionRequest(user_action=asked, request_id=request_id)
    made: pb.UserAction = ask(client, request).user_action
    return made


def definition(client: Client, action_id: str) -> pb.UserAction:
    """The definition as GetUserAction answers."""
    found: pb.UserAction = ask(client, rpc.GetUserActionRequest(user_action_id=action_id)).user_action
    return found


def redefine(client: Client, action: pb.UserAction, *paths: str, **fields: Any) -> pb.UserAction:
    """The answer to an update, which is what a read then answers too. Without paths there is no mask."""
    request = rpc.UpdateUserActionRequest(
        user_action_id=action.user_action_id, user_action=pb.UserAction(**fields), update_mask=_mask(paths)
    )
    changed: pb.UserAction = ask(client, request).user_action
    assert changed == definition(client, action.user_action_id)
    return changed


def retire(client: Client, action: pb.UserAction, *, hard: bool = False, etag: str = "") -> None:
    """Deletes a definition, softly unless said otherwise."""
    request = rpc.DeleteUserActionRequest(user_action_id=action.user_action_id, hard_delete=hard, etag=etag)
    ask(client, request)


def reactivate(client: Client, action: pb.UserAction) -> pb.UserAction:
    request = rpc.ReactivateUserActionRequest(user_action_id=action.user_action_id)
    changed: pb.UserAction = ask(client, request).user_action
    return changed


def definitions(client: Client, states: Any = 0) -> list[pb.UserAction]:
    """What the list of definitions shows."""
    return list(ask(client, rpc.ListUserActionsRequest(states=states)).user_actions)


def reason(client: Client, code: str, text: str = "Because", **fields: Any) -> pb.UserActionReason:
    """Creates a reason."""
    asked = pb.UserActionReason(code=code, text=text, **fields)
    request = rpc.CreateUserActionReasonRequest(user_action_reason=asked)
    made: pb.UserActionReason = ask(client, request).user_action_reason
    return made


# -- what is applied -------------------------------------------------------------------------------


def hours(number: float) -> Duration:
    """A length of time."""
    return Duration(seconds=int(number * 3_600))


def apply(client: Client, who: Who, action: pb.UserAction, **wishes: Any) -> pb.AppliedAction:
    """Applies an action; what lasts and is not told otherwise lasts for two hours."""
    if action.temporal and not wishes.keys() & {"expire_time", "duration", "indefinite"}:
        wishes["duration"] = hours(2)
    request = rpc.ApplyUserActionRequest(by=_ref(who), user_action_id=action.user_action_id, **wishes)
    applied: pb.AppliedAction = ask(client, request).applied_action
    return applied


def modify(client: Client, applied: pb.AppliedAction, **wishes: Any) -> pb.AppliedAction:
    request = rpc.ModifyAppliedActionRequest(applied_action_id=applied.applied_action_id, **wishes)
    changed: pb.AppliedAction = ask(client, request).applied_action
    return changed


def cancel(client: Client, applied: pb.AppliedAction, **wishes: Any) -> pb.AppliedAction:
    request = rpc.CancelAppliedActionRequest(applied_action_id=applied.applied_action_id, **wishes)
    changed: pb.AppliedAction = ask(client, request).applied_action
    return changed


def read(client: Client, applied: pb.AppliedAction) -> pb.AppliedAction:
    """The applied action as GetAppliedAction answers."""
    request = rpc.GetAppliedActionRequest(applied_action_id=applied.applied_action_id)
    found: pb.AppliedAction = ask(client, request).applied_action
    return found


def listing(who: Who | None = None, **chosen: Any) -> rpc.ListAppliedActionsRequest:
    """`chosen` are fields of the filter, and of paging."""
    paging = {
        name: chosen.pop(name)
        for name in ("page_size", "page_token", "skip", "include_total_size")
        if name in chosen
    }
    return rpc.ListAppliedActionsRequest(
        by=_ref(who) if who else None,
        filter=rpc.AppliedActionFilter(**chosen) if chosen else None,
        **paging,
    )


def listed(client: Client, who: Who | None = None, **chosen: Any) -> list[pb.AppliedAction]:
    """The applied actions on the first page."""
    return list(ask(client, listing(who, **chosen)).applied_actions)


def block(client: Client, who: Who, *, request_id: str = "") -> user_pb2.User:
    user: user_pb2.User = ask(client, rpc.BlockUserRequest(by=_ref(who), request_id=request_id)).user
    return user


def unblock(client: Client, who: Who, *, request_id: str = "") -> user_pb2.User:
    user: user_pb2.User = ask(client, rpc.UnblockUserRequest(by=_ref(who), request_id=request_id)).user
    return user


# -- time, and what is recorded --------------------------------------------------------------------


def moment(instant: Timestamp) -> datetime:
    """The instant as one can calculate with it."""
    return instant.ToDatetime(UTC)


def let_pass(url: str, applied: pb.AppliedAction) -> None:
    """Moves the end into the past, as the clock would; nothing has recorded it yet."""
    sql(
        url,
        "UPDATE applied_actions SET expire_time = now() - interval '1 second' WHERE applied_action_id = %s",
        applied.applied_action_id,
    )


def events_of(url: str, client: Client, applied: pb.AppliedAction) -> list[rows.Event]:
    """What is recorded of the applied action, oldest first."""
    return [
        event
        for event in rows.events(url, client.project_id, "user_action.")
        if event.data and event.data.get("applied_action_id") == applied.applied_action_id
    ]


def end_due(database: Database, limit: int) -> int:
    """Does what the work in the background does with actions whose time has come."""
    return ends.end_due(database, ActionEmails(database, Config()), limit)
