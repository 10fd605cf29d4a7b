"""What the events of applied actions tell, and what is left of it when the user is gone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as user_rpc

from tests import rows
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import events
from tests.rpc.action_requests import (
    apply,
    ask,
    cancel,
    define,
    end_due,
    events_of,
    hours,
    let_pass,
    modify,
    moment,
    option,
    read,
    reason,
)
from tests.rpc.directory_requests import application
from tests.rpc.user_requests import by, created


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    """Speaks German."""
    return created(client, login_ids=["ann"], locale="de-AT")


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    return define(
        client,
        temporal=True,
        localized_names={"de": "Sperren"},
        options=[option("Nicely", de="Nett")],
        user_notifications_enabled=True,
    )


@pytest.fixture
def full(client: Client, ann: user_pb2.User, suspend: pb.UserAction) -> pb.AppliedAction:
    """Lasts for two hours, with all that an application can have."""
    reason(client, "SPAM", "Sent spam", localized_texts={"de": "Versandte Spam"})
    return apply(
        client,
        ann,
        suspend,
        option="Nicely",
        reason="SPAM",
        comment="Third time",
        actioner_user_id=ann.user_id,
        application_ids=[application(client, "Shop").application_id],
        notify_user=True,
        broadcast=False,
        duration=hours(2),
    )


def last(server: Running, client: Client, applied: pb.AppliedAction) -> tuple[rows.Event, dict[str, Any]]:
    """The last event of the applied action, and what it tells; its end is compared here already."""
    event = events_of(server.url, client, applied)[-1]
    assert event.data is not None
    told = dict(event.data)
    if "expire_time" in told:
        assert datetime.fromisoformat(told.pop("expire_time")) == moment(read(client, applied).expire_time)
    return event, told


def of(applied: pb.AppliedAction, phase: str) -> dict[str, Any]:
    """What every event of the full one tells."""
    return {
        "phase": phase,
        "applied_action_id": applied.applied_action_id,
        "user_action_id": applied.user_action_id,
        "action": "Suspend",
        "localized_action": "Sperren",
        "option": "Nicely",
        "localized_option": "Nett",
        "reason": "Sent spam",
        "localized_reason": "Versandte Spam",
        "reason_code": "SPAM",
        "application_ids": list(applied.application_ids),
        "emailed_user": False,
        "broadcast": False,
    }


def origin(told: dict[str, Any]) -> dict[str, Any]:
    """Where the call came from, taken out of what an event tells."""
    info: dict[str, Any] = told.pop("info")
    return info


def test_start_tells_all(server: Running, client: Client, ann: user_pb2.User, full: pb.AppliedAction) -> None:
    """In the language of the user, with how long it lasts, and where the call came from."""
    event, told = last(server, client, full)

    assert (event.type, event.subject_id) == ("user_action.applied", ann.user_id)
    assert event.key_id is not None
    assert event.key_id.replace("-", "") in client.key
    info = origin(told)
    assert info["ip_address"] == "127.0.0.1"
    assert info["user_agent"].startswith("grpc-python/")
    assert told == {
        **of(full, "start"),
        "comment": "Third time",
        "actioner_user_id": ann.user_id,
        "localized_duration": "2 Stunden",
        "notify_user": True,
    }


def test_modification_tells_what_is_new(
    server: Running, client: Client, ann: user_pb2.User, full: pb.AppliedAction
) -> None:
    """The new end, and how long it is until then; the person and the wish of that call."""
    modify(client, full, duration=Duration(seconds=2 * 86_400), comment="Fourth time")

    event, told = last(server, client, full)

    assert (event.type, event.subject_id) == ("user_action.modified", ann.user_id)
    origin(told)
    assert told == {
        **of(full, "modify"),
        "comment": "Fourth time",
        "localized_duration": "2 Tage",
        "notify_user": False,
    }


def test_modification_that_leaves_the_end_tells_how_long_it_is_still(
    server: Running, client: Client, full: pb.AppliedAction
) -> None:
    """And the latest comment, where none was made."""
    let_an_hour_pass = "UPDATE applied_actions SET expire_time = now() + interval '59 minutes 59 seconds'"
    sql(server.url, let_an_hour_pass)
    modify(client, full)

    _, told = last(server, client, full)

    assert (told["localized_duration"], told["comment"]) == ("1 Stunde", "Third time")


def test_cancellation_tells_who_and_why(
    server: Running, client: Client, ann: user_pb2.User, full: pb.AppliedAction
) -> None:
    """And when it would have ended; not how long it would have lasted."""
    cancel(client, full, comment="Never mind", actioner_user_id=ann.user_id, notify_user=True)

    event, told = last(server, client, full)

    assert (event.type, event.subject_id) == ("user_action.cancelled", ann.user_id)
    origin(told)
    assert told == {
        **of(full, "cancel"),
        "comment": "Never mind",
        "actioner_user_id": ann.user_id,
        "notify_user": True,
    }


def test_end_tells_what_was_known_last(
    server: Running, client: Client, ann: user_pb2.User, full: pb.AppliedAction
) -> None:
    """It is the system's, so it comes from nowhere; whether to notify is what was wished for then."""
    let_pass(server.url, full)
    end_due(server.database, 10)

    event, told = last(server, client, full)

    assert (event.type, event.subject_id) == ("user_action.ended", ann.user_id)
    assert (event.key_id, event.request_id) == (None, "")
    assert told == {
        **of(full, "end"),
        "comment": "Third time",
        "actioner_user_id": ann.user_id,
        "notify_user": True,
    }


def test_end_does_not_ask_to_notify_after_a_modification_that_does_not(
    server: Running, client: Client, full: pb.AppliedAction
) -> None:
    """The last wish counts."""
    modify(client, full, comment="Quietly")
    let_pass(server.url, full)
    end_due(server.database, 10)

    _, told = last(server, client, full)

    assert (told["comment"], told["notify_user"]) == ("Quietly", False)
    assert "actioner_user_id" not in told


def test_absent_values_are_left_out(server: Running, client: Client, ann: user_pb2.User) -> None:
    """Of what does not last, and of what has no end."""
    coupon = apply(client, ann, define(client, "Send coupon"))
    forever = apply(client, ann, define(client, "Ban", temporal=True), indefinite=True)

    for applied, name in ((coupon, "Send coupon"), (forever, "Ban")):
        _, told = last(server, client, applied)
        origin(told)
        assert told == {
            "phase": "start",
            "applied_action_id": applied.applied_action_id,
            "user_action_id": applied.user_action_id,
            "action": name,
            "emailed_user": False,
            "notify_user": False,
            "broadcast": True,
        }


def test_events_tell_the_call(server: Running, client: Client, full: pb.AppliedAction) -> None:
    """By the id that stands in the log."""
    request = rpc.CancelAppliedActionRequest(applied_action_id=full.applied_action_id)
    client.actions.CancelAppliedAction(request, metadata=(("x-request-id", "call-7"),))

    assert [event.request_id for event in events_of(server.url, client, full)][-1] == "call-7"


def test_refusals_leave_no_events(server: Running, client: Client, full: pb.AppliedAction) -> None:
    """An event stands for a change that happened."""
    cancel(client, full)
    before = len(events(server.url, client.project_id))

    for attempt in (modify, cancel):
        with refused("FAILED_PRECONDITION", "APPLIED_ACTION_NOT_ACTIVE"):
            attempt(client, full)

    assert len(events(server.url, client.project_id)) == before


@pytest.mark.parametrize("way", ["DeleteUser", "DeleteTestUsers"])
def test_deletion_of_the_user_leaves_nothing_of_what_was_applied(
    server: Running, client: Client, suspend: pb.UserAction, way: str
) -> None:
    """The events keep that something happened, and when; answers that are kept for repeats are emptied."""
    eve = created(client, login_ids=["eve"], test=True)
    ids = [str(uuid4()) for _ in range(3)]
    applied = apply(client, eve, suspend, comment="Secretive", request_id=ids[0])
    modify(client, applied, comment="Secretive too", request_id=ids[1])
    cancel(client, applied, comment="Secretive still", request_id=ids[2])

    request: Any = user_rpc.DeleteTestUsersRequest()
    if way == "DeleteUser":
        request = user_rpc.DeleteUserRequest(by=by(user_id=eve.user_id))
    getattr(client.users, way)(request)

    recorded = [event for event in events(server.url, client.project_id) if event.subject_id == eve.user_id]
    assert [(event.type, event.data) for event in recorded] == [
        ("user.created", None),
        ("user_action.applied", None),
        ("user_action.modified", None),
        ("user_action.cancelled", None),
        ("user.deleted", {}),
    ]
    assert sql(server.url, "SELECT count(*) FROM applied_actions") == [(0,)]
    everything = str(rows.contents(server.url, client.project_id))
    assert "ecretive" not in everything
    kept = sql(server.url, "SELECT response FROM request_records WHERE request_id = ANY(%s::uuid[])", ids)
    assert kept == [(b"",)] * 3
    repeat = rpc.CancelAppliedActionRequest(
        applied_action_id=applied.applied_action_id, comment="Secretive still", request_id=ids[2]
    )
    assert ask(client, repeat) == rpc.CancelAppliedActionResponse()


def test_deletion_of_the_person_who_acted_leaves_what_was_done(
    server: Running, client: Client, ann: user_pb2.User, suspend: pb.UserAction
) -> None:
    """It was done to another; an id that leads nowhere is nobody's data."""
    bob = created(client, login_ids=["bob"])
    applied = apply(client, ann, suspend, actioner_user_id=bob.user_id)

    client.users.DeleteUser(user_rpc.DeleteUserRequest(by=by(user_id=bob.user_id)))

    assert read(client, applied) == applied
    assert modify(client, applied).actioner_user_id == ""
