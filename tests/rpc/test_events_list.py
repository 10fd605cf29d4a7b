"""ListEvents: filters, orders, pages, and what an event tells."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import event_service_pb2 as rpc
from roster.v1 import role_pb2, user_pb2
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as user_rpc

from server.domain.event_types import TYPES
from tests.calling import Client, Refused, refused
from tests.conftest import MakeKey, Running, sql
from tests.requests import ground, invoke, requests
from tests.rpc.event_requests import create_role, listed, marks, slow_transaction, walked, written

DAY = timedelta(days=1)


def create_user(client: Client, email: str, **fields: Any) -> user_pb2.User:
    """A user."""
    request = user_rpc.CreateUserRequest(user=user_pb2.User(email=email, **fields))
    return client.users.CreateUser(request).user


def types(client: Client, **fields: Any) -> list[str]:
    """The types of the events on a page."""
    return [event.type for event in listed(client, **fields)]


# -- what is told ----------------------------------------------------------------------------------


def test_event_tells_who_did_what_when_and_how(client: Client) -> None:
    """Its id, key and call lead further."""
    role = create_role(client, "Admin")
    changed = role_rpc.UpdateRoleRequest(
        by=role_pb2.RoleRef(name="Admin"), role=role_pb2.Role(description="All of it")
    )
    client.roles.UpdateRole(changed, metadata=(("x-request-id", "order-4711"),))

    event, created = listed(client, subject_id=role.role_id)

    assert (event.type, created.type) == ("role.updated", "role.created")
    assert (event.subject_id, event.request_id) == (role.role_id, "order-4711")
    assert event.key_id.replace("-", "") == client.key[3:35]
    assert event.create_time.ToDatetime(UTC) - datetime.now(UTC) < timedelta(minutes=1)
    assert MessageToDict(event.data) == {
        "before": {"description": ""},
        "after": {"description": "All of it"},
    }
    assert created.event_id < event.event_id


def test_what_the_command_line_does_has_no_key(client: Client) -> None:
    """The first project and its first key."""
    first, second = listed(client, oldest_first=True)

    assert [(first.type, first.key_id), (second.type, second.key_id)] == [
        ("project.created", ""),
        ("management_key.created", ""),
    ]


def test_events_about_a_deleted_user_lose_their_data(client: Client) -> None:
    """What happened stays, and when."""
    user = create_user(client, "ada@example.com", given_name="Ada")
    by = user_pb2.UserRef(user_id=user.user_id)
    assert listed(client, subject_id=user.user_id)[0].HasField("data")

    client.users.DeleteUser(user_rpc.DeleteUserRequest(by=by))

    deleted, created = listed(client, subject_id=user.user_id)
    assert (created.type, created.HasField("data")) == ("user.created", False)
    assert (deleted.type, MessageToDict(deleted.data)) == ("user.deleted", {})


@pytest.mark.parametrize("depth", [28, 29, 30, 31])
def test_what_is_nested_as_deep_as_can_be_is_told(client: Client, depth: int) -> None:
    """An event stands deeper in its message than a user does: what is too deep for it becomes text."""
    metadata = Struct()
    metadata.update({"k": nested(depth)})
    user = create_user(client, "ada@example.com", metadata=metadata)

    (event,) = listed(client, subject_id=user.user_id)

    told = MessageToDict(event.data)["after"]["metadata"]["k"]
    assert read(told) == nested(depth)


def nested(depth: int) -> Any:
    """An object in an object in an object."""
    return {"k": nested(depth - 1)} if depth else "bottom"


def read(told: Any) -> Any:
    """A value with what was told as text."""
    if isinstance(told, dict):
        return {name: read(value) for name, value in told.items()}
    return json.loads(told) if told.startswith("{") else told


# -- filters ---------------------------------------------------------------------------------------


@pytest.fixture
def story(client: Client, server: Running) -> dict[str, Any]:
    """Some things that happened, oldest first, and it seems ten days apart."""
    ada = create_user(client, "ada@example.com")
    by = user_pb2.UserRef(user_id=ada.user_id)
    client.users.UpdateUser(user_rpc.UpdateUserRequest(by=by, user=user_pb2.User(given_name="Ada")))
    client.users.SetUserStatus(user_rpc.SetUserStatusRequest(by=by, status=user_pb2.USER_STATUS_INACTIVE))
    role = create_role(client, "Admin")
    written(server.url, client, "applied", kind="user_action.applied")
    order = sql(
        server.url,
        "SELECT event_id::text, type, (dense_rank() OVER (ORDER BY transaction_id))::int FROM events"
        " ORDER BY transaction_id, serial",
    )
    times = [datetime(2024, 1, 1, tzinfo=UTC) + 10 * transaction * DAY for _, _, transaction in order]
    for (event_id, *_), time in zip(order, times, strict=True):
        sql(server.url, "UPDATE events SET create_time = %s WHERE event_id = %s", time, event_id)
    return {
        "types": [kind for _, kind, _ in order],
        "times": times,
        "ada": ada.user_id,
        "role": role.role_id,
    }


ALL = [
    "project.created",
    "management_key.created",
    "user.created",
    "user.updated",
    "user.status.modified",
    "role.created",
    "user_action.applied",
]


def test_order(client: Client, story: dict[str, Any]) -> None:
    """Newest first, or oldest first."""
    assert story["types"] == ALL
    assert types(client) == ALL[::-1]
    assert types(client, oldest_first=True) == ALL


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["user.created"], ["user.created"]),
        (["user.created", "role.created"], ["user.created", "role.created"]),
        (["user.*"], ["user.created", "user.updated", "user.status.modified"]),
        (["user.status.*"], ["user.status.modified"]),
        (["user.*", "user.created", "project.*"], [ALL[0], *ALL[2:5]]),
        (["user_action.*"], ["user_action.applied"]),
        (["user.deleted"], []),
        (["tenant.*", "webhook.test"], []),
    ],
)
def test_by_type(client: Client, story: dict[str, Any], wanted: list[str], found: list[str]) -> None:
    """One, several, or all that begin alike: `user.*` is of users, not of user actions."""
    assert types(client, types=wanted, oldest_first=True) == found
    assert types(client, types=wanted) == found[::-1]


def test_by_subject(client: Client, story: dict[str, Any]) -> None:
    """Whatever happened to it; capital letters are the same id."""
    assert types(client, subject_id=story["ada"].upper()) == ALL[4:1:-1]
    assert types(client, subject_id=story["role"]) == ["role.created"]
    assert types(client, subject_id=str(uuid4())) == []
    assert types(client, subject_id=story["ada"], types=["user.updated", "role.*"]) == ["user.updated"]


def test_by_key(client: Client, story: dict[str, Any], make_key: MakeKey) -> None:
    """What one key did."""
    other = client.with_key(client.project_id, make_key("roles:write"))
    create_role(other, "Reader")
    (event,) = listed(client, subject_id=listed(client, page_size=1)[0].subject_id)
    first = listed(client, subject_id=story["role"])[0].key_id

    assert event.key_id != first
    assert types(client, key_id=event.key_id) == ["role.created"]
    assert types(client, key_id=first.upper(), oldest_first=True) == ALL[2:6]
    assert types(client, key_id=first, types=["role.*"]) == ["role.created"]
    assert types(client, key_id=first, subject_id=story["ada"], types=["user.created"]) == ["user.created"]


def test_by_time(client: Client, story: dict[str, Any]) -> None:
    """From an instant on, and up to before another."""
    times = [timestamp(time) for time in story["times"]]

    # The first two events are of one transaction.
    starts = [0, 0, *range(2, len(ALL))]
    for first, start in enumerate(starts):
        assert types(client, created_after=times[first], oldest_first=True) == ALL[start:]
        assert types(client, created_before=times[first], oldest_first=True) == ALL[:start]
        for last, end in enumerate(starts):
            between = {"created_after": times[first], "created_before": times[last]}
            assert types(client, **between) == ALL[start:end][::-1]
    assert types(client, created_after=times[3], types=["user.*"], oldest_first=True) == ALL[3:5]
    assert types(client, created_before=times[3], subject_id=story["ada"]) == ["user.created"]
    assert types(client, created_after=timestamp(datetime(2030, 1, 1, tzinfo=UTC))) == []
    assert types(client, created_before=timestamp(datetime(1, 1, 1, tzinfo=UTC))) == []


def timestamp(time: datetime) -> Timestamp:
    """As requests have it."""
    message = Timestamp()
    message.FromDatetime(time)
    return message


def test_times_that_are_out_of_order_by_minutes(client: Client, server: Running) -> None:
    """A transaction may begin before another, and write after it."""
    written(server.url, client, *"abcdef")
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    minutes = {"a": 4, "b": 0, "c": 8, "d": 2, "e": 9, "f": 5}
    for mark, minute in minutes.items():
        time = noon + timedelta(minutes=minute)
        sql(server.url, "UPDATE events SET create_time = %s WHERE request_id = %s", time, mark)

    for minute in range(11):
        instant = timestamp(noon + timedelta(minutes=minute))
        after = listed(client, types=["role.updated"], created_after=instant, oldest_first=True)
        before = listed(client, types=["role.updated"], created_before=instant, oldest_first=True)
        assert marks(after) == [mark for mark, its in minutes.items() if its >= minute]
        assert marks(before) == [mark for mark, its in minutes.items() if its < minute]


@pytest.mark.parametrize("entry", ["user.eaten", "users.*", "user.status.modified.*", "user.*.*", "user"])
def test_entry_that_can_match_no_type_is_refused(client: Client, entry: str) -> None:
    """It is named by its place: a slip would list nothing for ever."""
    wanted = ["user.*", entry]
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as listing:
        client.events.ListEvents(rpc.ListEventsRequest(types=wanted))
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as watching:
        next(client.events.WatchEvents(rpc.WatchEventsRequest(types=wanted)))

    assert listing.value.fields == watching.value.fields == ["types[1]"]


# -- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("wanted", [(), ("role.updated", "role.deleted")])
def test_walk_meets_everything_once_while_more_is_written(
    client: Client, server: Running, oldest_first: bool, wanted: tuple[str, ...]
) -> None:
    """What was there at the beginning, in order; also events of one transaction that a page ends between."""
    url, numbers = server.url, count()
    for times in (1, 7, 3, 1, 1, 12):
        written(url, client, f"{next(numbers)}", times=times)
    there = [event.event_id for event in listed(client, types=wanted, oldest_first=oldest_first)]
    met: list[str] = []

    request = rpc.ListEventsRequest(types=wanted, oldest_first=oldest_first)
    for size in cycle((1, 4, 2)):
        request.page_size = size
        answer = client.events.ListEvents(request)
        met += [event.event_id for event in answer.events]
        assert len(answer.events) <= size
        if not answer.next_page_token:
            break
        if len(met) < 20:
            written(url, client, f"{next(numbers)}")
        request.page_token = answer.next_page_token

    assert met[: len(there)] == there
    assert len(met) == len(set(met))
    assert (len(met) > len(there)) == oldest_first


def test_token_belongs_to_its_list(client: Client, other_project: Client, server: Running) -> None:
    """To the project, and to the other arguments."""
    written(server.url, client, *"abc")
    request = rpc.ListEventsRequest(types=["role.*"], page_size=1)
    token = client.events.ListEvents(request).next_page_token

    for caller, fields in (
        (client, {"types": ["role.*"], "oldest_first": True}),
        (client, {"types": ["role.updated"]}),
        (client, {"types": ["role.*"], "subject_id": str(uuid4())}),
        (client, {}),
        (other_project, {"types": ["role.*"]}),
    ):
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            listed(caller, page_token=token, **fields)
    assert marks(listed(client, types=["role.*"], page_token=token)) == ["b", "a"]


def test_pages_of_large_events_stay_small_enough_for_every_client(client: Client, server: Running) -> None:
    """4 MiB is what clients take: a page ends before, and the walk goes on."""
    written(server.url, client, "large", data={"after": "ä" * 200_000}, times=20)
    written(server.url, client, "numbers", data={"after": list(range(100_000))}, times=3)

    pages = list(walked(client, types=["role.*"], page_size=1_000))

    assert sum(len(page) for page in pages) == 23
    assert len(pages) > 5


# -- what is seen when -----------------------------------------------------------------------------


def test_own_changes_are_listed_at_once(client: Client, server: Running) -> None:
    """Newest first, although an older transaction is at work."""
    with slow_transaction(server.url, client):
        create_role(client, "Admin")

        assert types(client, page_size=1) == ["role.created"]


def test_oldest_first_waits_for_older_transactions(client: Client, server: Running) -> None:
    """Or an event could appear before one that was listed already."""
    with slow_transaction(server.url, client) as slow:
        written(server.url, client, "late")
        assert "late" not in marks(listed(client, oldest_first=True))

        slow.write("slow")
        slow.commit()

    assert marks(listed(client, oldest_first=True))[-2:] == ["slow", "late"]


def test_nothing_of_other_projects_is_listed(client: Client, other_project: Client, server: Running) -> None:
    """Whatever is asked for."""
    written(server.url, client, "mine")
    (mine,) = listed(client, types=["role.*"])

    for fields in ({}, {"subject_id": mine.subject_id}, {"types": ["role.*"]}, {"oldest_first": True}):
        found = listed(other_project, **fields)
        assert "mine" not in marks(found)
    assert types(other_project) == ["management_key.created", "project.created"]


def test_request_without_a_page_size_takes_fifty(client: Client, server: Running) -> None:
    """And 1,000 is the most."""
    written(server.url, client, "many", times=1_100)

    assert len(listed(client)) == 50
    assert len(listed(client, page_size=5_000)) == 1_000


def test_every_type_that_is_recorded_is_known(client: Client, server: Running) -> None:
    """Whatever a call records can be asked for."""
    for name, request in requests(ground(client)).items():
        if name != "ProjectService/DeleteProject":
            with suppress(Refused):  # what others have deleted before
                invoke(client, name, request)

    recorded = {kind for (kind,) in sql(server.url, "SELECT DISTINCT type FROM events")}

    assert len(recorded) > 30
    assert recorded <= TYPES
