"""The part of `tests.requests` that speaks of user actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc
from roster.v1 import user_pb2

from tests.calling import Client

HOUR = Duration(seconds=3_600)
_AFTER, _BEFORE = Timestamp(seconds=1), Timestamp(seconds=2**32)


@dataclass(frozen=True)
class ActionGround:
    """Definitions, a reason, and what was applied of them."""

    action: pb.UserAction
    retired: pb.UserAction
    """A definition that is not active."""
    reason: pb.UserActionReason
    applied: pb.AppliedAction
    """It lasts for an hour."""
    blocked: user_pb2.UserRef


def action_ground(client: Client, user: user_pb2.User, blocked: user_pb2.User) -> ActionGround:
    """Puts one of everything into the caller's project, applies an action to `user`, and blocks `blocked`."""
    suspend = pb.UserAction(
        name="Suspend",
        temporal=True,
        localized_names={"de": "Sperren"},
        options=[pb.UserActionOption(name="Nicely", localized_names={"de": "Nett"})],
        user_notifications_enabled=True,
    )
    action, retired = (
        client.actions.CreateUserAction(rpc.CreateUserActionRequest(user_action=one)).user_action
        for one in (suspend, pb.UserAction(name="Send coupon"))
    )
    client.actions.DeleteUserAction(rpc.DeleteUserActionRequest(user_action_id=retired.user_action_id))
    spam = pb.UserActionReason(code="SPAM", text="Sent spam", localized_texts={"de": "Versandte Spam"})
    reason = client.actions.CreateUserActionReason(
        rpc.CreateUserActionReasonRequest(user_action_reason=spam)
    ).user_action_reason
    applied = client.actions.ApplyUserAction(
        rpc.ApplyUserActionRequest(
            by=user_pb2.UserRef(user_id=user.user_id), user_action_id=action.user_action_id, duration=HOUR
        )
    ).applied_action
    by_blocked = user_pb2.UserRef(user_id=blocked.user_id)
    client.actions.BlockUser(rpc.BlockUserRequest(by=by_blocked))
    return ActionGround(action, retired, reason, applied, by_blocked)


def of_user_actions(on: Any) -> dict[str, Any]:
    """For every RPC of UserActionService a request that succeeds on this ground."""
    return {
        f"UserActionService/{name}": request
        for part in (_of_definitions, _of_reasons, _of_applied_actions, _of_blocking)
        for name, request in part(on).items()
    }


def _of_definitions(on: Any) -> dict[str, Any]:
    action_id = on.actions.action.user_action_id
    return {
        "CreateUserAction": rpc.CreateUserActionRequest(
            user_action=pb.UserAction(name="Praise", options=[pb.UserActionOption(name="Loudly")])
        ),
        "GetUserAction": rpc.GetUserActionRequest(user_action_id=action_id),
        "ListUserActions": rpc.ListUserActionsRequest(
            states=rpc.USER_ACTION_STATES_ALL, include_total_size=True
        ),
        "UpdateUserAction": rpc.UpdateUserActionRequest(
            user_action_id=action_id,
            user_action=pb.UserAction(name="Ban", options=[pb.UserActionOption(name="Meanly")]),
        ),
        "DeleteUserAction": rpc.DeleteUserActionRequest(user_action_id=action_id, hard_delete=True),
        "ReactivateUserAction": rpc.ReactivateUserActionRequest(
            user_action_id=on.actions.retired.user_action_id
        ),
    }


def _of_reasons(on: Any) -> dict[str, Any]:
    reason_id = on.actions.reason.reason_id
    return {
        "CreateUserActionReason": rpc.CreateUserActionReasonRequest(
            user_action_reason=pb.UserActionReason(code="RUDE", text="Was rude")
        ),
        "GetUserActionReason": rpc.GetUserActionReasonRequest(reason_id=reason_id),
        "ListUserActionReasons": rpc.ListUserActionReasonsRequest(include_total_size=True),
        "UpdateUserActionReason": rpc.UpdateUserActionReasonRequest(
            reason_id=reason_id, user_action_reason=pb.UserActionReason(text="Sent much spam")
        ),
        "DeleteUserActionReason": rpc.DeleteUserActionReasonRequest(reason_id=reason_id),
    }


def _of_applied_actions(on: Any) -> dict[str, Any]:
    applied_id = on.actions.applied.applied_action_id
    return {
        "ApplyUserAction": rpc.ApplyUserActionRequest(
            by=on.by_user,
            user_action_id=on.actions.action.user_action_id,
            option="Nicely",
            reason="SPAM",
            comment="Again",
            actioner_user_id=on.user.user_id,
            application_ids=[on.application.application_id],
            notify_user=True,
            duration=HOUR,
        ),
        "ModifyAppliedAction": rpc.ModifyAppliedActionRequest(
            applied_action_id=applied_id,
            duration=Duration(seconds=7_200),
            comment="Longer",
            actioner_user_id=on.user.user_id,
        ),
        "CancelAppliedAction": rpc.CancelAppliedActionRequest(
            applied_action_id=applied_id, comment="Never mind", actioner_user_id=on.user.user_id
        ),
        "GetAppliedAction": rpc.GetAppliedActionRequest(applied_action_id=applied_id),
        "ListAppliedActions": rpc.ListAppliedActionsRequest(
            filter=rpc.AppliedActionFilter(
                states=[pb.APPLIED_ACTION_STATE_ACTIVE, pb.APPLIED_ACTION_STATE_ENDED],
                created_after=_AFTER,
                created_before=_BEFORE,
                expires_after=_AFTER,
                expires_before=_BEFORE,
            ),
            include_total_size=True,
        ),
    }


def _of_blocking(on: Any) -> dict[str, Any]:
    return {
        "BlockUser": rpc.BlockUserRequest(by=on.by_user),
        "UnblockUser": rpc.UnblockUserRequest(by=on.actions.blocked),
    }
