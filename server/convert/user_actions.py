"""User actions, their reasons, and what was applied of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc

from server.convert.values import instant, timestamp, within
from server.domain.applied_action import AppliedAction, Prevention
from server.domain.applied_action_filter import AppliedActionFilter
from server.domain.applying import Application, End, Wish
from server.domain.user_action_reasons import UserActionReason
from server.domain.user_actions import ActionOption, UserAction
from server.errors import Violation, refuse_invalid

_STATE_VALUES: Final[dict[str, Any]] = {
    name.removeprefix("APPLIED_ACTION_STATE_"): value for name, value in pb.AppliedActionState.items()
}
_STATE_NAMES: Final = {value: name for name, value in _STATE_VALUES.items()}
_END_EVENT_STATES: Final[dict[str, Any]] = {
    name.removeprefix("END_EVENT_STATE_"): value for name, value in pb.EndEventState.items()
}
_PHASES: Final[dict[str, Any]] = {
    name.removeprefix("ACTION_PHASE_"): value for name, value in pb.ActionPhase.items()
}
ACTION_STATES: Final[dict[int, str]] = {
    rpc.USER_ACTION_STATES_UNSPECIFIED: "ACTIVE",
    rpc.USER_ACTION_STATES_ACTIVE: "ACTIVE",
    rpc.USER_ACTION_STATES_INACTIVE: "INACTIVE",
    rpc.USER_ACTION_STATES_ALL: "ALL",
}
_PREVENTIONS_BYTES: Final = 4_000
"""Errors travel in trailers, of which clients take 8 KiB."""
_IF_ALREADY_ACTIVE: Final[dict[int, str]] = {
    rpc.IF_ALREADY_ACTIVE_UNSPECIFIED: "ALLOW",
    rpc.IF_ALREADY_ACTIVE_ALLOW: "ALLOW",
    rpc.IF_ALREADY_ACTIVE_REJECT: "REJECT",
    rpc.IF_ALREADY_ACTIVE_RETURN_EXISTING: "RETURN_EXISTING",
}


# -- definitions -------------------------------------------------------------------------------


def user_action_message(value: UserAction) -> pb.UserAction:
    """A definition, as it is answered."""
    return pb.UserAction(
        user_action_id=value.user_action_id,
        name=value.name,
        localized_names=value.localized_names,
        temporal=value.temporal,
        prevent_login=value.prevent_login,
        send_end_event=value.send_end_event,
        options=[
            pb.UserActionOption(
                option_id=option.option_id, name=option.name, localized_names=option.localized_names
            )
            for option in value.options
        ],
        start_email_template_id=value.start_email_template_id or "",
        modify_email_template_id=value.modify_email_template_id or "",
        cancel_email_template_id=value.cancel_email_template_id or "",
        end_email_template_id=value.end_email_template_id or "",
        include_email_in_event=value.include_email_in_event,
        user_emailing_enabled=value.user_emailing_enabled,
        user_notifications_enabled=value.user_notifications_enabled,
        active=value.active,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


def _options(message: pb.UserAction) -> list[ActionOption]:
    return [
        ActionOption(option.option_id.lower(), option.name, dict(option.localized_names))
        for option in message.options
    ]


# How the fields that are no plain scalars are read.
_DEFINITION_READERS: Final[Mapping[str, Callable[[pb.UserAction], Any]]] = {
    "localized_names": lambda message: dict(message.localized_names),
    "options": _options,
    "send_end_event": lambda message: not message.HasField("send_end_event") or message.send_end_event,
    "start_email_template_id": lambda message: message.start_email_template_id.lower() or None,
    "modify_email_template_id": lambda message: message.modify_email_template_id.lower() or None,
    "cancel_email_template_id": lambda message: message.cancel_email_template_id.lower() or None,
    "end_email_template_id": lambda message: message.end_email_template_id.lower() or None,
}


def user_action_values(message: pb.UserAction, names: Iterable[str]) -> dict[str, Any]:
    """The values of these fields of a definition, for the domain."""
    return {
        name: _DEFINITION_READERS[name](message) if name in _DEFINITION_READERS else getattr(message, name)
        for name in names
    }


def user_action_reason_message(value: UserActionReason) -> pb.UserActionReason:
    """A reason, as it is answered."""
    return pb.UserActionReason(
        reason_id=value.reason_id,
        code=value.code,
        text=value.text,
        localized_texts=value.localized_texts,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


def user_action_reason_values(message: pb.UserActionReason, names: Iterable[str]) -> dict[str, Any]:
    """The values of these fields of a reason, for the domain."""
    return {
        name: dict(message.localized_texts) if name == "localized_texts" else getattr(message, name)
        for name in names
    }


# -- what is applied ---------------------------------------------------------------------------


def application(message: rpc.ApplyUserActionRequest | rpc.ApplyUserActionsItem) -> Application:
    """What to apply, and how."""
    return Application(
        user_action_id=message.user_action_id.lower(),
        option=message.option.strip(),
        reason=message.reason.strip(),
        application_ids=[application_id.lower() for application_id in message.application_ids],
        broadcast=message.broadcast if message.HasField("broadcast") else True,
        end=action_end(message),
        if_already_active=_IF_ALREADY_ACTIVE[message.if_already_active],
        wish=wish(message),
    )


def wish(message: Any) -> Wish:
    """What the requests that do something with an action have in common."""
    return Wish(
        comment=message.comment.strip(),
        actioner_user_id=message.actioner_user_id.lower(),
        email_user=message.email_user,
        notify_user=message.notify_user,
    )


def action_end(message: Message) -> End | None:
    """When an action is to end; None if nothing is said."""
    field = message.WhichOneof("end")
    if field is None:
        return None
    if field == "duration":
        return End(field, duration=_length_of_time(message.duration))  # type: ignore[attr-defined]
    return End(field, expire_time=instant(message, field) if field == "expire_time" else None)


def _length_of_time(duration: Duration) -> timedelta:
    """What is more than nothing, rounded up to microseconds: so it stays. Raises FIELDS_INVALID."""
    if not 0 <= duration.nanos < 1_000_000_000:
        refuse_invalid([Violation("duration", "is not a length of time that exists")])
    return timedelta(seconds=duration.seconds, microseconds=-(-duration.nanos // 1_000))


def applied_action_message(value: AppliedAction) -> pb.AppliedAction:
    """An applied action, as it is answered."""
    return pb.AppliedAction(
        applied_action_id=value.applied_action_id,
        user_id=value.user_id,
        user_action_id=value.user_action_id,
        actioner_user_id=value.actioner_user_id or "",
        name=value.name,
        localized_name=value.localized_name,
        option=value.option,
        localized_option=value.localized_option,
        reason=value.reason,
        localized_reason=value.localized_reason,
        reason_code=value.reason_code,
        reason_id=value.reason_id or "",
        application_ids=value.application_ids,
        comment=value.comment,
        state=_STATE_VALUES[value.state],
        prevent_login=value.prevent_login,
        expire_time=timestamp(value.expire_time),
        email_user_on_end=value.email_user_on_end,
        notify_user_on_end=value.notify_user_on_end,
        broadcast=value.broadcast,
        end_event_state=_END_EVENT_STATES[value.end_event_state],
        history=[_change_message(entry) for entry in value.history],
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


def _change_message(entry: Mapping[str, Any]) -> pb.AppliedActionChange:
    return pb.AppliedActionChange(
        phase=_PHASES[entry["phase"]],
        actioner_user_id=entry["actioner_user_id"] or "",
        comment=entry["comment"],
        create_time=timestamp(datetime.fromisoformat(entry["create_time"])),
        previous_expire_time=timestamp(
            datetime.fromisoformat(entry["previous_expire_time"]) if entry["previous_expire_time"] else None
        ),
    )


def applied_action_filter(message: rpc.AppliedActionFilter) -> AppliedActionFilter:
    """Which applied actions to list."""
    times = ("created_after", "created_before", "expires_after", "expires_before")
    return AppliedActionFilter(
        states=[_STATE_NAMES[state] for state in message.states],
        preventing_login=message.preventing_login if message.HasField("preventing_login") else None,
        user_action_ids=[action_id.lower() for action_id in message.user_action_ids],
        reason_ids=[reason_id.lower() for reason_id in message.reason_ids],
        actioner_user_id=message.actioner_user_id.lower(),
        application_id=message.application_id.lower(),
        **{name: within("filter", instant, message, name) for name in times},
    )


def prevention_message(value: Prevention) -> pb.LoginPrevention:
    """What keeps a user from signing in, as it is answered."""
    return pb.LoginPrevention(**{**value._asdict(), "expire_time": timestamp(value.expire_time)})


def preventions_message(values: Sequence[Prevention]) -> pb.LoginPreventions:
    """The same of those that do, as many as an error can carry: the longest. Of a long reason only the code
    is told then."""
    message = pb.LoginPreventions()
    for value in values:
        message.login_preventions.append(prevention_message(value))
        if message.ByteSize() > _PREVENTIONS_BYTES:
            message.login_preventions[-1].reason = message.login_preventions[-1].localized_reason = ""
        if message.ByteSize() > _PREVENTIONS_BYTES:
            del message.login_preventions[-1]
            break
    return message
