"""Events reach the receivers that want them: signed, in order, and soon."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_pb2 as action_pb
from roster.v1 import user_action_service_pb2 as action_rpc
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as user_rpc
from roster.v1 import webhook_service_pb2 as rpc
from standardwebhooks import WebhookVerificationError

from tests.calling import Client
from tests.conftest import Running, sql
from tests.jobs.conftest import StartWork
from tests.process.conftest import eventually
from tests.receiver import Received, Receiver, Reply
from tests.rows import events
from tests.webhook_requests import (
    DEAD,
    SUCCEEDED,
    Work,
    change_role,
    create,
    deliveries,
    make_role,
    send_test,
    states,
    update,
)

START, MODIFY, CANCEL, END = (
    action_pb.ACTION_PHASE_START,
    action_pb.ACTION_PHASE_MODIFY,
    action_pb.ACTION_PHASE_CANCEL,
    action_pb.ACTION_PHASE_END,
)
HOUR = Duration(seconds=3_600)


def test_event_arrives_signed(project: Client, receiver: Receiver, jobs: Any) -> None:
    """As Standard Webhooks has it; its id is the event's, its time that of the attempt."""
    made = create(project, receiver.url(path="/hook?shop=1"), event_types=["role.*"])
    role = make_role(project, "Reader")

    (request,) = receiver.wait_for(1)

    body = request.verify(made.secret)
    (delivery,) = deliveries(project)
    assert request.path == "/hook?shop=1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.event_id == body["event"]["id"] == delivery.event_id
    assert UUID(request.event_id).version == 7
    assert abs(int(request.headers["webhook-timestamp"]) - delivery.create_time.seconds) <= 60
    assert body["event"]["type"] == "role.created"
    assert body["event"]["subjectId"] == role.role_id
    assert body["event"]["tenantId"] == project.project_id
    assert body["event"]["data"]["after"]["name"] == "Reader"
    with pytest.raises(WebhookVerificationError):
        request.verify(create(project).secret)


def test_delivery_tells_what_came_of_it(project: Client, receiver: Receiver, jobs: Any) -> None:
    """One attempt, its status and time."""
    create(project, receiver.url(), event_types=["role.*"])
    receiver.answer = lambda _: Reply(202, body=b"thanks " * 100_000)
    make_role(project, "Reader")

    eventually(lambda: states(project) == [SUCCEEDED])

    (delivery,) = deliveries(project)
    (attempt,) = delivery.attempts
    assert (delivery.attempt_count, delivery.HasField("next_attempt_time")) == (1, False)
    assert (attempt.status_code, attempt.error) == (202, "")
    assert attempt.duration.ToMilliseconds() >= 0
    assert attempt.attempt_time.ToMicroseconds() >= delivery.create_time.ToMicroseconds()


def test_two_secrets_sign_during_a_rotation(project: Client, receiver: Receiver, work: Work) -> None:
    """Receivers change over when they can; afterwards one signs alone."""
    made = create(project, receiver.url(), event_types=["role.*"])
    webhook_id = made.webhook.webhook_id
    request = rpc.RotateWebhookSecretRequest(webhook_id=webhook_id)
    request.previous_secret_expire_time.GetCurrentTime()
    request.previous_secret_expire_time.seconds += 3_600
    rotated = project.webhooks.RotateWebhookSecret(request)

    make_role(project, "During")
    work.deliver(webhook_id)
    (during,) = receiver.received
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    assert during.verify(made.secret) == during.verify(rotated.secret)

    with work.database.transaction():
        work.database.execute("UPDATE webhooks SET previous_secret_expire_time = now()", {})
    make_role(project, "After")
    work.deliver(webhook_id)
    after = receiver.received[-1]
    assert len(after.headers["webhook-signature"].split(" ")) == 1
    assert after.verify(rotated.secret)
    with pytest.raises(WebhookVerificationError):
        after.verify(made.secret)


def test_without_overlap_the_secret_before_signs_no_more(
    project: Client, receiver: Receiver, work: Work
) -> None:
    """Also what was made before the rotation and is sent after it."""
    made = create(project, receiver.url(), event_types=["role.*"])
    webhook_id = made.webhook.webhook_id
    make_role(project, "Reader")
    rotated = project.webhooks.RotateWebhookSecret(rpc.RotateWebhookSecretRequest(webhook_id=webhook_id))

    work.deliver(webhook_id)

    (request,) = receiver.received
    assert request.verify(rotated.secret)
    with pytest.raises(WebhookVerificationError):
        request.verify(made.secret)


# -- who is told what ------------------------------------------------------------------------------


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


# -- order and patience ----------------------------------------------------------------------------


def test_events_about_one_subject_arrive_in_order(project: Client, receiver: Receiver, jobs: Any) -> None:
    """However many wait, and whatever else is sent beside them."""
    create(project, receiver.url(), event_types=["role.*"])
    roles = [make_role(project, name) for name in ("a", "b", "c")]
    for number in range(40):
        for role in roles:
            change_role(project, role, str(number))

    received = receiver.wait_for(3 * 41)

    for role in roles:
        told = [r.event["data"]["after"] for r in received if r.event["subjectId"] == role.role_id]
        assert [after["description"] for after in told] == ["", *map(str, range(40))]
    eventually(lambda: set(states(project)) == {SUCCEEDED})


def test_later_event_waits_until_the_earlier_one_is_taken(
    project: Client, receiver: Receiver, work: Work
) -> None:
    """One about another subject does not."""
    webhook_id = create(project, receiver.url(), event_types=["role.*"]).webhook.webhook_id
    role = make_role(project, "First")
    change_role(project, role, "again")
    other = make_role(project, "Second")
    refused_once: set[str] = set()

    def refuse_the_first_of_the_first(request: Received) -> Reply:
        if request.event["subjectId"] == role.role_id and request.event_id not in refused_once:
            refused_once.add(request.event_id)
            return Reply(503)
        return Reply()

    receiver.answer = refuse_the_first_of_the_first

    eventually(lambda: (work.deliver(webhook_id), set(states(project)) == {SUCCEEDED})[1])

    created, changed, beside = ("role.created", role), ("role.updated", role), ("role.created", other)
    arrived = [(request.event["type"], request.event["subjectId"]) for request in receiver.received]
    of_first = [one for one in arrived if one[1] == role.role_id]
    assert of_first == [(kind, about.role_id) for kind, about in (created, created, changed, changed)]
    assert arrived.count((beside[0], other.role_id)) == 1


def test_test_waits_for_nothing(project: Client, receiver: Receiver, start_work: StartWork) -> None:
    """Who repairs a receiver sees at once whether it works."""
    webhook_id = create(project, receiver.url(), event_types=["webhook.*"]).webhook.webhook_id
    receiver.answer = lambda request: Reply(200 if request.event["type"] == "webhook.test" else 503)
    work = start_work(webhook_first_retry=60)
    work.deliver(webhook_id)
    assert receiver.events() == ["webhook.created"]

    test = send_test(project, webhook_id)
    update(project, webhook_id, description="waits for the first")
    work.deliver(webhook_id)

    assert receiver.events() == ["webhook.created", "webhook.test"]
    (delivery,) = deliveries(project, event_id=test.event_id)
    assert delivery.state == SUCCEEDED


def test_slow_receiver_delays_no_other(project: Client, receiver: Receiver, jobs: Any) -> None:
    """Nor itself: what is not about the same subject goes out beside what it has not answered."""
    hold = threading.Event()
    slow = Receiver(lambda _: Reply(hold=hold))
    try:
        for _ in range(3):
            create(project, slow.url(), event_types=["role.*"])
        create(project, receiver.url(), event_types=["role.*"])
        make_role(project, "First")
        slow.wait_for(3)
        receiver.wait_for(1)

        make_role(project, "Second")

        receiver.wait_for(2)
        slow.wait_for(6)
        assert not hold.is_set()
        hold.set()
        eventually(lambda: states(project) == [SUCCEEDED] * 8)
    finally:
        hold.set()
        slow.stop()


def test_receiver_that_was_down_misses_nothing(project: Client, receiver: Receiver, jobs: Any) -> None:
    """All arrives when it is back, in order, once."""
    url, port = receiver.url(), receiver.port
    create(project, url, event_types=["role.*"])
    receiver.stop()
    role = make_role(project, "Reader")
    for number in range(5):
        change_role(project, role, str(number))
    eventually(lambda: [d.attempt_count >= 2 for d in deliveries(project)] == [True] + [False] * 5)
    (attempt, *_) = deliveries(project)[0].attempts
    assert (attempt.status_code, attempt.error) == (0, "the connection was refused")

    back = Receiver(port=port)
    try:
        received = back.wait_for(6)
        eventually(lambda: set(states(project)) == {SUCCEEDED})
    finally:
        back.stop()

    assert [request.event_id for request in received] == [d.event_id for d in deliveries(project)]
    assert len(back.received) == 6


def test_change_under_way_is_told_when_it_is_done(
    server: Running, project: Client, receiver: Receiver, jobs: Any
) -> None:
    """Many at once, none is missed and none told twice."""
    create(project, receiver.url(), event_types=["role.*"])
    names = [f"role {number}" for number in range(60)]
    threads = [
        threading.Thread(target=lambda part=part: [make_role(project, name) for name in names[part::4]])
        for part in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    received = receiver.wait_for(60)
    eventually(lambda: set(states(project)) == {SUCCEEDED})

    assert sorted(request.event["data"]["after"]["name"] for request in received) == sorted(names)
    recorded = events(server.url, project.project_id, "role.created")
    assert len(receiver.received) == len(recorded) == 60
    assert DEAD not in states(project)
    assert sql(server.url, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == [(0,)]
