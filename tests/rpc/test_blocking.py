"""BlockUser and UnblockUser, and what being blocked means elsewhere."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.action_requests import apply, block, define, unblock
from tests.rpc.test_concurrency import at_once, outcomes
from tests.rpc.user_requests import (
    ACTIVE,
    EXPIRED,
    INACTIVE,
    INVITED,
    NOBODY,
    ask,
    batch_get,
    by,
    create,
    created,
    delete,
    emails,
    events_of,
    in_days,
    invalid_fields,
    let_user_expire,
    listing,
    read,
    role,
    search,
    set_status,
    updated,
)

BLOCKED = pb.USER_STATUS_BLOCKED


@pytest.fixture
def ann(client: Client) -> pb.User:
    """May see books."""
    role(client, "Reader", "books:see")
    return created(client, email="ann@example.com", login_ids=["ann"], roles=["Reader"])


def stand(server: Running, client: Client, user: pb.User, status: Any) -> None:
    """Gives the user a status."""
    if status == EXPIRED:
        let_user_expire(server.url, user)
    elif status != INVITED:
        ask(client, set_status(user, status))
    assert read(client, user).status == status


BENEATH = [INVITED, ACTIVE, INACTIVE, EXPIRED]


@pytest.mark.parametrize("beneath", BENEATH)
def test_blocked_user_gets_back_the_status_before(
    server: Running, client: Client, ann: pb.User, beneath: Any
) -> None:
    """Whatever it was; nothing else of the user changes but the etag and the time."""
    stand(server, client, ann, beneath)
    before = read(client, ann)

    blocked = block(client, ann)

    assert blocked.status == BLOCKED
    assert blocked == read(client, ann)
    assert blocked.etag != before.etag
    assert blocked.update_time.ToNanoseconds() > before.update_time.ToNanoseconds()
    freed = unblock(client, ann)
    assert (freed, freed.status) == (read(client, ann), beneath)
    for changed in (blocked, freed):
        changed.status, changed.etag = before.status, before.etag
        changed.update_time.CopyFrom(before.update_time)
        assert changed == before


def test_status_beneath_may_change_meanwhile(server: Running, client: Client, ann: pb.User) -> None:
    """Who expires while blocked is blocked, and expired after; who is to live longer by then is not."""
    updated(client, ann, expire_time=in_days(1))
    block(client, ann)
    let_user_expire(server.url, ann)
    assert read(client, ann).status == BLOCKED
    assert unblock(client, ann).status == EXPIRED
    block(client, ann)
    assert updated(client, ann, expire_time=in_days(1)).status == BLOCKED

    assert unblock(client, ann).status == INVITED


@pytest.mark.parametrize("change", [block, unblock])
def test_second_call_changes_nothing(server: Running, client: Client, ann: pb.User, change: Any) -> None:
    """No etag, no event: who is blocked is, and who is not is not."""
    if change is block:
        block(client, ann)
    present, before = read(client, ann), contents(server.url)

    for _ in range(2):
        assert change(client, ann) == present

    assert contents(server.url) == before


@pytest.mark.parametrize(
    "reference",
    [{"login_id": " ＡＮＮ "}, {"email": "ANN@example.com"}],
    ids=lambda reference: next(iter(reference)),
)
def test_user_is_named_by_any_reference(client: Client, ann: pb.User, reference: dict[str, str]) -> None:
    """In any spelling that compares equal."""
    assert block(client, by(**reference)).user_id == ann.user_id
    assert unblock(client, by(**reference)).user_id == ann.user_id


@pytest.mark.parametrize("change", [block, unblock])
def test_user_who_does_not_exist(
    server: Running, client: Client, other_project: Client, ann: pb.User, change: Any
) -> None:
    """The error repeats the reference; another project's users do not exist."""
    before = contents(server.url)
    for caller, reference in (
        (client, {"user_id": NOBODY}),
        (client, {"phone_number": "+00"}),
        (other_project, {"user_id": ann.user_id}),
        (other_project, {"login_id": "ann"}),
    ):
        with refused("NOT_FOUND", "USER_NOT_FOUND") as error:
            change(caller, by(**reference))
        assert error.value.metadata == reference

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        change(client, pb.UserRef())
    assert error.value.fields == ["by.ref"]
    assert contents(server.url) == before


def test_changes_are_recorded(server: Running, client: Client, ann: pb.User) -> None:
    """With the status before and after."""
    ask(client, set_status(ann, ACTIVE))
    block(client, ann)
    unblock(client, ann)

    told = [(event.type, event.changes) for event in events_of(server.url, client, ann)][-2:]

    assert told == [
        ("user.blocked", ({"status": "ACTIVE"}, {"status": "BLOCKED"})),
        ("user.unblocked", ({"status": "BLOCKED"}, {"status": "ACTIVE"})),
    ]


def test_repeat_gets_the_first_answer(client: Client, ann: pb.User) -> None:
    """Though the user is free by then."""
    request_id = str(uuid4())
    blocked = block(client, ann, request_id=request_id)
    unblock(client, ann)

    assert block(client, ann, request_id=request_id) == blocked
    assert read(client, ann).status == INVITED


def test_many_at_once_block_once(server: Running, client: Client, ann: pb.User) -> None:
    """One event, one new etag."""
    results = at_once([partial(block, client, ann)] * 12)

    assert outcomes(results) == Counter(OK=12)
    assert len({user.etag for user in results}) == 1
    assert [event.type for event in events_of(server.url, client, ann)].count("user.blocked") == 1


# -- elsewhere -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [ACTIVE, INACTIVE])
def test_status_of_a_blocked_user_cannot_be_set(
    server: Running, client: Client, ann: pb.User, status: Any
) -> None:
    """Unblock first; so it is for one who has expired, too."""
    block(client, ann)
    before = contents(server.url)

    with refused("FAILED_PRECONDITION", "USER_BLOCKED"):
        ask(client, set_status(ann, status))

    assert contents(server.url) == before
    let_user_expire(server.url, ann)
    with refused("FAILED_PRECONDITION", "USER_BLOCKED"):
        ask(client, set_status(ann, status))
    unblock(client, ann)
    with refused("FAILED_PRECONDITION", "USER_EXPIRED"):
        ask(client, set_status(ann, status))


def test_blocked_user_is_allowed_nothing(client: Client, ann: pb.User) -> None:
    """The status says why; the roles are told all the same."""
    check = rpc.CheckPermissionsRequest(by=by(login_id="ann"), permissions=["books:see"])
    block(client, ann)

    answer = ask(client, check)

    assert (answer.status, answer.results[0].allowed, list(answer.login_preventions)) == (BLOCKED, False, [])
    assert [source.role_name for source in answer.results[0].sources] == ["Reader"]
    unblock(client, ann)
    assert ask(client, check).results[0].allowed


def test_blocked_user_can_be_changed_and_deleted(client: Client, ann: pb.User) -> None:
    """And acted upon: to be blocked is about what the user does."""
    block(client, ann)

    assert updated(client, ann, given_name="Ann", roles=[]).status == BLOCKED
    apply(client, ann, define(client))
    ask(client, delete(ann))
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        unblock(client, ann)


def test_user_is_blocked_by_blocking_only(server: Running, client: Client, ann: pb.User) -> None:
    """Neither created so nor set to it."""
    before = contents(server.url)

    assert invalid_fields(client, create(login_ids=["bob"], status=BLOCKED)) == ["user.status"]
    assert invalid_fields(client, set_status(ann, BLOCKED)) == ["status"]

    assert contents(server.url) == before


def test_status_is_shown_and_found_everywhere(server: Running, client: Client, ann: pb.User) -> None:
    """By lists, by search, by a batch; blocked is none of the other statuses, whichever is beneath."""
    for name, beneath in (("bea", INVITED), ("cat", ACTIVE), ("dan", INACTIVE), ("eve", EXPIRED)):
        user = created(client, email=f"{name}@example.com")
        stand(server, client, user, beneath)
        block(client, user)
    late = created(client, email="late@example.com")
    let_user_expire(server.url, late)

    def found(*statuses: Any) -> list[str]:
        request = listing(statuses=statuses, order_by="email", include_total_size=True)
        answer = ask(client, request)
        assert answer.total_size == len(answer.users)
        return emails(answer.users)

    assert found(BLOCKED) == ["bea", "cat", "dan", "eve"]
    assert found(EXPIRED) == ["late"]
    assert found(INVITED) == ["ann"]
    assert found(ACTIVE) == found(INACTIVE) == []
    assert found(BLOCKED, EXPIRED) == ["bea", "cat", "dan", "eve", "late"]
    assert found(BLOCKED, INVITED) == ["ann", "bea", "cat", "dan", "eve"]
    assert emails(ask(client, search("example", statuses=[BLOCKED], page_size=10)).users) == found(BLOCKED)
    shown = ask(client, batch_get(by(email="eve@example.com"), ann)).users
    assert [user.status for user in shown] == [BLOCKED, INVITED]
