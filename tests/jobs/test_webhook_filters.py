"""Receivers are told what they want to be told, and what concerns them."""

from __future__ import annotations

from typing import Any

from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_pb2 as action_pb
from roster.v1 import user_action_service_pb2 as action_rpc
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client
from tests.receiver import Received, Receiver
from tests.webhook_requests import (
    Work,
    create,
    deliveries,
    make_role,
)

START, MODIFY, CANCEL, END = (
    action_pb.ACTION_PHASE_START,
    action_pb.ACTION_PHASE_MODIFY,
    action_pb.ACTION_PHASE_CANCEL,
    action_pb.ACTION_PHASE_END,
)
HOUR = Duration(seconds=3_600)


def define(client: Client, name: str) -> action_pb.UserAction:
    definition = action_pb.UserAction(name=name, temporal=True)
    made: action_pb.UserAction = client.actions.CreateUserAction(
        action_rpc.CreateUserActionRequest(user_action=definition)
    ).user_action
    return made


def new_user(client: Client, login_id: str) -> user_pb2.UserRef:
    user = user_pb2.User(login_ids=[login_id])
    made = client.users.CreateUser(user_rpc.CreateUserRequest(user=user)).user
    return user_pb2.UserRef(user_id=made.user_id)


def apply(client: Client, by: user_pb2.UserRef, action: action_pb.UserAction, **fields: Any) -> Any:
    request = action_rpc.ApplyUserActionRequest(
        by=by, user_action_id=action.user_action_id, duration=HOUR, **fields
    )
    return client.actions.ApplyUserAction(request).applied_action


def modify(client: Client, applied: Any) -> None:
    client.actions.ModifyAppliedAction(
        action_rpc.ModifyAppliedActionRequest(applied_action_id=applied.applied_action_id, duration=HOUR)
    )


def cancel(client: Client, applied: Any) -> None:
    client.actions.CancelAppliedAction(
        action_rpc.CancelAppliedActionRequest(applied_action_id=applied.applied_action_id)
    )


class Life:
    """A project in which all kinds of things can happen."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.actions = {name: define(client, name) for name in ("Suspend", "Warn")}
        for code in ("SPAM", "SCAM"):
            reason = action_pb.UserActionReason(code=code, text=code.title())
            client.actions.CreateUserActionReason(
                action_rpc.CreateUserActionReasonRequest(user_action_reason=reason)
            )

    def fields(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The fields of a webhook; actions are wanted by name."""
        ids = [self.actions[name].user_action_id for name in wanted.get("actions", ())]
        return {**{name: wanted[name] for name in wanted if name != "actions"}, "user_action_ids": ids}

    def go_on(self) -> None:
        client, suspend, warn = self._client, self.actions["Suspend"], self.actions["Warn"]
        ada = new_user(client, "ada")
        applied = apply(client, ada, suspend, reason="spam")
        modify(client, applied)
        cancel(client, applied)
        apply(client, ada, warn, reason="SCAM")
        apply(client, ada, warn)
        apply(client, ada, suspend, broadcast=False)
        make_role(client, "Reader")


_OF_SUSPEND = ["start Suspend", "modify Suspend", "cancel Suspend"]


_OF_WARN = ["start Warn", "start Warn"]


WANTED: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["user.created", *_OF_SUSPEND, *_OF_WARN, "role.created"]),
    ({"event_types": ["role.created"]}, ["role.created"]),
    ({"event_types": ["user.*"]}, ["user.created"]),
    (
        {"event_types": ["user_action.applied", "role.*"]},
        ["start Suspend", *_OF_WARN, "role.created"],
    ),
    ({"event_types": ["user_action.*"], "phases": [MODIFY, CANCEL]}, ["modify Suspend", "cancel Suspend"]),
    ({"event_types": ["user.action"]}, [*_OF_SUSPEND, *_OF_WARN]),
    ({"event_types": ["user.action"], "phases": [END]}, []),
    ({"event_types": ["user.action"], "actions": ["Warn"]}, _OF_WARN),
    ({"event_types": ["user.action"], "reason_codes": ["Scam"]}, ["start Warn"]),
    ({"actions": ["Suspend"], "phases": [CANCEL]}, ["user.created", "cancel Suspend", "role.created"]),
    (
        {"event_types": ["user.action"], "actions": ["Suspend"], "reason_codes": ["SPAM"], "phases": [START]},
        ["start Suspend"],
    ),
]


def told(request: Received) -> str:
    """What a receiver hears, in short."""
    event = request.event
    kind: str = event["type"]
    return f"{event['phase']} {event['action']}" if kind == "user.action" else kind


def test_each_is_told_what_it_wants(project: Client, receiver: Receiver, work: Work) -> None:
    """By type, action, reason and phase; the last three narrow only what is done with actions. What is not to
    be broadcast reaches nobody."""
    life = Life(project)
    paths = [f"/{number}" for number in range(len(WANTED))]
    webhook_ids = [
        create(project, receiver.url(path=path), **life.fields(wanted)).webhook.webhook_id
        for path, (wanted, _) in zip(paths, WANTED, strict=True)
    ]
    for webhook_id in webhook_ids:
        work.deliver(webhook_id)
    del receiver.received[:]

    life.go_on()
    for webhook_id in webhook_ids:
        work.deliver(webhook_id)

    for path, (wanted, expected) in zip(paths, WANTED, strict=True):
        heard = [told(request) for request in receiver.received if request.path == path]
        assert sorted(heard) == sorted(expected), wanted


def test_use_of_an_action_is_told_from_its_start_to_its_end(
    project: Client, receiver: Receiver, jobs: Any
) -> None:
    """In order, with what the peer's receivers look for."""
    made = create(project, receiver.url(), event_types=["user.action"])
    suspend, ada = define(project, "Suspend"), new_user(project, "ada")
    request = action_rpc.ApplyUserActionRequest(
        by=ada, user_action_id=suspend.user_action_id, comment="Enough", duration=Duration(nanos=300_000_000)
    )
    applied = project.actions.ApplyUserAction(request).applied_action

    start, end = (request.verify(made.secret)["event"] for request in receiver.wait_for(2))

    assert (start["phase"], end["phase"]) == ("start", "end")
    for event in (start, end):
        assert event["type"] == "user.action"
        assert event["action"] == "Suspend"
        assert event["actionId"] == applied.applied_action_id
        assert event["actioneeUserId"] == ada.user_id
        assert event["comment"] == "Enough"
        assert event["expiry"] == applied.expire_time.ToMilliseconds()
        assert event["emailedUser"] is event["notifyUser"] is False
    assert start["info"]["ipAddress"] == "127.0.0.1"


def test_projects_are_told_of_themselves_alone(
    project: Client, other_project: Client, receiver: Receiver, work: Work
) -> None:
    """Whatever happens in the other one."""
    webhook_id = create(project, receiver.url(), event_types=["role.*"]).webhook.webhook_id
    create(other_project, event_types=["role.*"])
    make_role(other_project, "Theirs")
    role = make_role(project, "Ours")

    work.deliver(webhook_id)

    assert [request.event["subjectId"] for request in receiver.received] == [role.role_id]
    assert len(deliveries(project)) == len(deliveries(other_project)) == 1


def test_what_was_about_a_deleted_user_says_no_more_than_what_it_was(
    project: Client, receiver: Receiver, work: Work
) -> None:
    """Also when it was to be sent before."""
    webhook_id = create(project, receiver.url(), event_types=["user.*"]).webhook.webhook_id
    ada = new_user(project, "ada")
    project.users.DeleteUser(user_rpc.DeleteUserRequest(by=ada))

    work.deliver(webhook_id)

    created, deleted = (request.event for request in receiver.received)
    assert (created["type"], deleted["type"]) == ("user.created", "user.deleted")
    assert created["subjectId"] == ada.user_id
    assert "data" not in created
