"""UserActionService: listing what was applied, by user and across users, by every filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc
from roster.v1 import user_pb2

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rpc.action_requests import (
    ACTIVE,
    CANCELLED,
    COMPLETED,
    ENDED,
    apply,
    ask,
    cancel,
    define,
    end_due,
    let_pass,
    listed,
    listing,
    modify,
    moment,
    read,
    reason,
)
from tests.rpc.directory_requests import application
from tests.rpc.user_requests import LAST_INSTANT, NOBODY, by, created, in_days

NAMES = ["coupon", "suspended", "banned", "cancelled", "ended", "expired"]


@dataclass(frozen=True)
class Scene:
    """Two users, and one of each kind of what can have been applied to them."""

    ann: user_pb2.User
    bob: user_pb2.User
    actions: dict[str, pb.UserAction]
    reasons: dict[str, pb.UserActionReason]
    applications: list[str]
    made: dict[str, pb.AppliedAction]

    def names(self, found: list[pb.AppliedAction]) -> list[str]:
        """By what names these tests know them."""
        known = {applied.applied_action_id: name for name, applied in self.made.items()}
        return [known[applied.applied_action_id] for applied in found]


@pytest.fixture
def scene(server: Running, client: Client, other_project: Client) -> Scene:
    """In the order of NAMES, the oldest first; something has been applied in another project, too."""
    apply(other_project, created(other_project, login_ids=["ann"]), define(other_project))
    ann = created(client, login_ids=["ann"], email="ann@example.com")
    bob = created(client, login_ids=["bob"])
    actions = {
        "coupon": define(client, "Send coupon"),
        "suspend": define(client, temporal=True, prevent_login=True),
        "mute": define(client, "Mute", temporal=True),
    }
    reasons = {code: reason(client, code) for code in ("SPAM", "RUDE")}
    shop, forum = (application(client, name).application_id for name in ("Shop", "Forum"))
    suspend, mute = actions["suspend"], actions["mute"]
    made = {
        "coupon": apply(client, ann, actions["coupon"], application_ids=[shop]),
        "suspended": apply(
            client, ann, suspend, reason="SPAM", actioner_user_id=bob.user_id, application_ids=[shop, forum]
        ),
        "banned": apply(client, bob, suspend, reason="RUDE", indefinite=True),
        "cancelled": cancel(client, apply(client, bob, suspend, reason="SPAM"), actioner_user_id=ann.user_id),
        "ended": apply(client, ann, mute, actioner_user_id=ann.user_id, application_ids=[forum]),
        "expired": apply(client, bob, suspend),
    }
    let_pass(server.url, made["ended"])
    end_due(server.database, 10)
    let_pass(server.url, made["expired"])
    made = {name: read(client, applied) for name, applied in made.items()}
    return Scene(ann, bob, actions, reasons, [shop, forum], made)


def test_list_is_newest_first_and_shows_what_a_read_shows(client: Client, scene: Scene) -> None:
    """Of all users of the project."""
    assert listed(client) == [scene.made[name] for name in reversed(NAMES)]


def test_list_of_one_user(client: Client, scene: Scene) -> None:
    """By any reference; who has had nothing done has an empty list."""
    for reference in (by(user_id=scene.ann.user_id), by(email="ANN@example.com"), by(login_id=" Ann ")):
        assert scene.names(listed(client, reference)) == ["ended", "suspended", "coupon"]
    assert scene.names(listed(client, scene.bob)) == ["expired", "cancelled", "banned"]
    assert listed(client, created(client, login_ids=["eve"])) == []


@pytest.mark.parametrize("chosen", [{}, {"states": [ACTIVE]}, {"include_total_size": True}])
def test_list_of_a_user_who_does_not_exist(
    client: Client, other_project: Client, scene: Scene, chosen: dict[str, Any]
) -> None:
    """Is not an empty one: the error repeats the reference; so it is for one of another project."""
    for caller, reference in (
        (client, {"user_id": NOBODY}),
        (client, {"email": "eve@example.com"}),
        (other_project, {"user_id": scene.ann.user_id}),
        (other_project, {"email": "ann@example.com"}),
    ):
        with refused("NOT_FOUND", "USER_NOT_FOUND") as error:
            listed(caller, by(**reference), **chosen)
        assert error.value.metadata == reference


STATES: list[tuple[list[Any], list[str]]] = [
    ([ACTIVE], ["suspended", "banned"]),
    ([COMPLETED], ["coupon"]),
    ([CANCELLED], ["cancelled"]),
    ([ENDED], ["ended", "expired"]),
    ([ACTIVE, ENDED], ["suspended", "banned", "ended", "expired"]),
    ([COMPLETED, CANCELLED, ACTIVE, ENDED], NAMES),
]


@pytest.mark.parametrize(("states", "expected"), STATES)
def test_filter_by_state(client: Client, scene: Scene, states: list[Any], expected: list[str]) -> None:
    """As it is at this instant."""
    assert scene.names(listed(client, states=states))[::-1] == expected


def test_filter_by_what_prevents_signing_in(client: Client, scene: Scene) -> None:
    """At this instant: not what did, nor what never does."""
    assert scene.names(listed(client, preventing_login=True)) == ["banned", "suspended"]
    assert scene.names(listed(client, preventing_login=False)) == ["expired", "ended", "cancelled", "coupon"]
    assert scene.names(listed(client, scene.bob, preventing_login=True)) == ["banned"]


def test_filters_by_what_was_done_why_by_whom_and_about_what(client: Client, scene: Scene) -> None:
    """Of several definitions or reasons any; ids that name nothing find nothing."""
    action_ids = {name: action.user_action_id for name, action in scene.actions.items()}
    reason_ids = {code: given.reason_id for code, given in scene.reasons.items()}
    shop, forum = scene.applications
    for chosen, expected in (
        ({"user_action_ids": [action_ids["mute"].upper()]}, ["ended"]),
        ({"user_action_ids": [action_ids["mute"], action_ids["coupon"]]}, ["coupon", "ended"]),
        ({"user_action_ids": [NOBODY]}, []),
        ({"reason_ids": [reason_ids["SPAM"].upper()]}, ["suspended", "cancelled"]),
        ({"reason_ids": [*reason_ids.values(), NOBODY]}, ["suspended", "banned", "cancelled"]),
        ({"reason_ids": [NOBODY]}, []),
        ({"actioner_user_id": scene.bob.user_id.upper()}, ["suspended"]),
        ({"actioner_user_id": scene.ann.user_id}, ["cancelled", "ended"]),
        ({"actioner_user_id": NOBODY}, []),
        ({"application_id": shop.upper()}, ["coupon", "suspended"]),
        ({"application_id": forum}, ["suspended", "ended"]),
        ({"application_id": NOBODY}, []),
    ):
        assert scene.names(listed(client, **chosen))[::-1] == expected


def test_last_person_who_changed_it_is_the_one_it_is_found_by(client: Client, scene: Scene) -> None:
    """Who did something to it before stands in its history."""
    modify(client, scene.made["suspended"], actioner_user_id=scene.ann.user_id)

    assert listed(client, actioner_user_id=scene.bob.user_id) == []
    found = listed(client, actioner_user_id=scene.ann.user_id)
    assert scene.names(found)[::-1] == ["suspended", "cancelled", "ended"]


def test_filters_by_time(client: Client, scene: Scene) -> None:
    """The first instant is within, the last is not; what has no end is in no span of ends."""
    made = scene.made
    expiring = sorted(
        (applied for applied in made.values() if applied.HasField("expire_time")),
        key=lambda applied: moment(applied.expire_time),
    )
    for chosen, expected in (
        ({"created_after": made["banned"].create_time}, NAMES[2:]),
        ({"created_before": made["banned"].create_time}, NAMES[:2]),
        (
            {"created_after": made["suspended"].create_time, "created_before": made["ended"].create_time},
            ["suspended", "banned", "cancelled"],
        ),
        ({"created_after": in_days(1)}, []),
        ({"created_after": Timestamp(), "created_before": LAST_INSTANT}, NAMES),
        ({"expires_after": Timestamp(seconds=1)}, ["suspended", "cancelled", "ended", "expired"]),
        ({"expires_before": expiring[2].expire_time}, ["ended", "expired"]),
        ({"expires_after": expiring[2].expire_time}, ["suspended", "cancelled"]),
        ({"expires_after": in_days(1)}, []),
    ):
        assert sorted(scene.names(listed(client, **chosen)), key=NAMES.index) == expected


def test_filters_together_must_all_hold(client: Client, scene: Scene) -> None:
    """With a user or without."""
    suspend = scene.actions["suspend"].user_action_id
    spam = scene.reasons["SPAM"].reason_id
    shop, forum = scene.applications
    everything: dict[str, Any] = {
        "states": [ACTIVE],
        "preventing_login": True,
        "user_action_ids": [suspend],
        "reason_ids": [spam],
        "actioner_user_id": scene.bob.user_id,
        "application_id": forum,
        "created_after": Timestamp(seconds=1),
        "created_before": in_days(1),
        "expires_after": in_days(0),
        "expires_before": in_days(1),
    }
    fields = {field.name for field in rpc.AppliedActionFilter.DESCRIPTOR.fields}
    assert set(everything) == fields

    for who in (None, scene.ann):
        assert scene.names(listed(client, who, **everything)) == ["suspended"]
    assert listed(client, scene.bob, **everything) == []
    for name, other in (
        ("states", [CANCELLED]),
        ("preventing_login", False),
        ("user_action_ids", [NOBODY]),
        ("reason_ids", [NOBODY]),
        ("actioner_user_id", NOBODY),
        ("application_id", NOBODY),
        ("created_after", in_days(1)),
        ("created_before", Timestamp(seconds=1)),
        ("expires_after", in_days(1)),
        ("expires_before", in_days(0)),
    ):
        assert listed(client, **{**everything, name: other}) == [], name
    assert scene.names(listed(client, states=[CANCELLED], reason_ids=[spam])) == ["cancelled"]
    assert scene.names(listed(client, scene.ann, application_id=shop, states=[COMPLETED])) == ["coupon"]


# -- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["all", "ann"])
@pytest.mark.parametrize("chosen", [{}, {"states": [ENDED, ACTIVE]}, {"preventing_login": False}])
def test_walk_meets_everything_once_and_in_order(
    server: Running, client: Client, scene: Scene, whose: str, chosen: dict[str, Any]
) -> None:
    """Also what was applied at the same instant; every page knows the total."""
    sql(server.url, "UPDATE applied_actions SET create_time = '2026-01-01 12:00Z' WHERE name <> 'Mute'")
    who = scene.ann if whose == "ann" else None
    everything = listed(client, who, **chosen)
    met: list[pb.AppliedAction] = []
    request = listing(who, **chosen, page_size=1, include_total_size=True)
    while True:
        answer = ask(client, request)
        met += answer.applied_actions
        assert answer.total_size == len(everything)
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token

    assert met == everything
    assert len(everything) > 1
    skipped = ask(client, listing(who, **chosen, skip=1, page_size=1))
    assert list(skipped.applied_actions) == everything[1:2]


def test_empty_page_has_a_total(client: Client, scene: Scene) -> None:
    """Of nothing, and beyond the end; of one user and of all."""
    for who in (None, scene.ann):
        for chosen, total in (({"actioner_user_id": NOBODY}, 0), ({"skip": 100}, 6 if who is None else 3)):
            answer = ask(client, listing(who, **chosen, include_total_size=True))
            assert (list(answer.applied_actions), answer.total_size) == ([], total)
            assert not ask(client, listing(who, **chosen)).HasField("total_size")


def test_token_is_bound_to_the_user_and_the_filter(client: Client, scene: Scene) -> None:
    """It leads through the list that it was made for."""
    token = ask(client, listing(scene.ann, page_size=1)).next_page_token

    for request in (
        listing(page_token=token),
        listing(scene.bob, page_token=token),
        listing(scene.ann, page_token=token, preventing_login=False),
    ):
        with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
            ask(client, request)


OUT_OF_BOUNDS: list[tuple[dict[str, Any], str]] = [
    ({"states": [0]}, "filter.states[0]"),
    ({"states": [9]}, "filter.states[0]"),
    ({"states": [ACTIVE, ACTIVE]}, "filter.states"),
    ({"user_action_ids": ["suspend"]}, "filter.user_action_ids[0]"),
    ({"user_action_ids": [NOBODY] * 101}, "filter.user_action_ids"),
    ({"reason_ids": ["SPAM"]}, "filter.reason_ids[0]"),
    ({"reason_ids": [NOBODY] * 101}, "filter.reason_ids"),
    ({"actioner_user_id": "bob"}, "filter.actioner_user_id"),
    ({"application_id": "shop"}, "filter.application_id"),
    ({"created_after": Timestamp(seconds=2**60)}, "filter.created_after"),
]


@pytest.mark.parametrize(("chosen", "wrong"), OUT_OF_BOUNDS)
def test_filter_out_of_bounds_is_refused(client: Client, chosen: dict[str, Any], wrong: str) -> None:
    """The error names it."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        listed(client, **chosen)

    assert error.value.fields == [wrong]
