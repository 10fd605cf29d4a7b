"""The part of `tests.requests` that speaks of batches: messages whose items all succeed."""

from __future__ import annotations

from typing import Any

from roster.v1 import user_action_batch_pb2 as action_batch
from roster.v1 import user_action_pb2, user_action_service_pb2, user_pb2
from roster.v1 import user_batch_pb2 as batch

from tests.requests_of_actions import HOUR


def of_batches(on: Any, password: Any) -> dict[str, Any]:
    """For every RPC that takes batches a message that succeeds on this ground."""
    return {**_of_users(on, password), **_of_user_actions(on)}


def _of_users(on: Any, password: Any) -> dict[str, Any]:
    hedy = user_pb2.User(email="hedy@example.com", login_ids=["hedy"], **on.belongings)
    return {
        "UserService/BatchCreateUsers": batch.BatchCreateUsersRequest(
            items=[
                batch.CreateUsersItem(user=hedy, password=password),
                batch.CreateUsersItem(user=user_pb2.User(login_ids=["lise"], **on.belongings)),
            ]
        ),
        "UserService/BatchUpdateUsers": batch.BatchUpdateUsersRequest(
            items=[
                batch.UpdateUsersItem(
                    by=on.by_user,
                    user=user_pb2.User(login_ids=["countess"], **on.belongings),
                )
            ]
        ),
        "UserService/BatchDeleteUsers": batch.BatchDeleteUsersRequest(
            items=[batch.DeleteUsersItem(by=on.by_user)]
        ),
    }


def _of_user_actions(on: Any) -> dict[str, Any]:
    action_id = on.actions.action.user_action_id
    return {
        "UserActionService/BatchCreateUserActions": action_batch.BatchCreateUserActionsRequest(
            items=[
                action_batch.CreateUserActionsItem(user_action=user_action_pb2.UserAction(name=name))
                for name in ("Praise", "Thank")
            ]
        ),
        "UserActionService/BatchDeleteUserActions": action_batch.BatchDeleteUserActionsRequest(
            items=[action_batch.DeleteUserActionsItem(user_action_id=action_id, hard_delete=True)]
        ),
        "UserActionService/BatchApplyUserActions": user_action_service_pb2.BatchApplyUserActionsRequest(
            items=[
                user_action_service_pb2.ApplyUserActionsItem(
                    by=on.by_user,
                    user_action_id=action_id,
                    option="Nicely",
                    reason="SPAM",
                    comment="Again",
                    actioner_user_id=on.user.user_id,
                    application_ids=[on.application.application_id],
                    duration=HOUR,
                    if_already_active=mode,
                )
                for mode in user_action_service_pb2.IfAlreadyActive.values()
                if mode != user_action_service_pb2.IF_ALREADY_ACTIVE_REJECT
            ]
        ),
    }
