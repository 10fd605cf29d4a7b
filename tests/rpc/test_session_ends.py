"""Whatever takes from a user the right to sign in, or changes the password, ends all sessions with it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from roster.v1 import user_action_pb2 as actions
from roster.v1 import user_action_service_pb2 as actions_rpc
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from server.config import Config
from server.errors import Error, Reason
from server.jobs.expiring import record_expiries
from tests.calling import Client, refused
from tests.conftest import BeginSession, Running, sql
from tests.requests import WRITES, ground, invoke, requests
from tests.rows import events
from tests.rpc import batch_requests as batches
from tests.rpc import user_requests as users
from tests.rpc.action_requests import apply, block, define, hours, unblock
from tests.rpc.password_requests import GOOD, plain
from tests.rpc.session_requests import create_user, current_user, refresh, sessions_of
from tests.rpc.user_requests import by


@dataclass
class Scene:
    """A user with sessions, and what can be done to the user."""

    client: Client
    server: Running
    config: Config
    user: user_pb2.User
    suspend: actions.UserAction
    coupon: actions.UserAction

    def apply_by_batch(self, action: actions.UserAction, **chosen: Any) -> None:
        item = actions_rpc.ApplyUserActionsItem(
            by=by(user_id=self.user.user_id),
            user_action_id=action.user_action_id,
            duration=hours(1) if action.temporal else None,
        )
        request = actions_rpc.BatchApplyUserActionsRequest(items=[item], options=batches.options(**chosen))
        assert batches.tidings(self.client, request) == ["CREATED"]

    def create_by_batch(self, **item: Any) -> None:
        """The user is there already, and is updated."""
        again = batches.item(login_ids=list(self.user.login_ids), **item)
        assert batches.tidings(self.client, batches.creation(again, on_conflict="UPDATE")) == ["UPDATED"]

    def expire(self) -> None:
        users.let_user_expire(self.server.url, self.user)
        record_expiries(self.server.database, self.config)


@pytest.fixture
def scene(client: Client, server: Running, config: Config) -> Scene:
    return Scene(
        client,
        server,
        config,
        create_user(client, login_ids=["ann"], test=True),
        define(client, "Suspend", temporal=True, prevent_login=True),
        define(client, "Send coupon"),
    )


ENDS: dict[str, tuple[str, Callable[[Scene], Any]]] = {
    "SetUserStatus INACTIVE": (
        "deactivated",
        lambda on: users.ask(on.client, users.set_status(on.user, users.INACTIVE)),
    ),
    "BlockUser": ("blocked", lambda on: block(on.client, on.user)),
    "SetUserPassword": (
        "password_changed",
        lambda on: on.client.users.SetUserPassword(
            rpc.SetUserPasswordRequest(by=by(user_id=on.user.user_id), password=plain(GOOD))
        ),
    ),
    "BatchCreateUsers that updates the password": (
        "password_changed",
        lambda on: on.create_by_batch(password=plain(GOOD)),
    ),
    "ApplyUserAction that prevents": ("prevented", lambda on: apply(on.client, on.user, on.suspend)),
    "ApplyUserAction once": (
        "prevented",
        lambda on: apply(
            on.client, on.user, on.suspend, if_already_active=actions_rpc.IF_ALREADY_ACTIVE_REJECT
        ),
    ),
    "BatchApplyUserActions that prevents": ("prevented", lambda on: on.apply_by_batch(on.suspend)),
    "an account that expires": ("expired", lambda on: on.expire()),
}
"""Changes that end sessions, with the cause that the event tells."""

DELETES: dict[str, Callable[[Scene], Any]] = {
    "DeleteUser": lambda on: users.ask(on.client, users.delete(on.user)),
    "BatchDeleteUsers": lambda on: batches.tidings(on.client, batches.deletions(on.user)),
    "DeleteTestUsers": lambda on: on.client.users.DeleteTestUsers(rpc.DeleteTestUsersRequest()),
}

KEEPS: dict[str, Callable[[Scene], Any]] = {
    "SetUserStatus ACTIVE": lambda on: users.ask(on.client, users.set_status(on.user, users.ACTIVE)),
    "UnblockUser": lambda on: unblock(on.client, on.user),
    "UpdateUser": lambda on: users.ask(on.client, users.update(on.user, given_name="Ann")),
    "ExpireUserPassword": lambda on: on.client.users.ExpireUserPassword(
        rpc.ExpireUserPasswordRequest(by=by(user_id=on.user.user_id))
    ),
    "ApplyUserAction": lambda on: apply(on.client, on.user, on.coupon),
    "BatchApplyUserActions": lambda on: on.apply_by_batch(on.coupon),
    "BatchApplyUserActions that only tries": lambda on: on.apply_by_batch(on.suspend, dry_run=True),
    "BatchCreateUsers without a password": lambda on: on.create_by_batch(given_name="Ann"),
}


@pytest.mark.parametrize("change", ENDS)
def test_change_ends_all_sessions_of_the_user(
    scene: Scene, client: Client, begin_session: BeginSession, change: str
) -> None:
    """At once, nobody else's, and with an event that tells why, behind that of the change."""
    cause, act = ENDS[change]
    one, two = begin_session(scene.user.user_id), begin_session(scene.user.user_id)
    other = begin_session(create_user(client).user_id)

    act(scene)

    for tokens in (one, two):
        with refused("UNAUTHENTICATED", "SESSION_ENDED"):
            current_user(client, tokens.access_token)
        with refused("UNAUTHENTICATED", "SESSION_ENDED"):
            refresh(client, tokens.refresh_token)
    assert current_user(client, other.access_token)
    *_, change_event, ended = events(scene.server.url, client.project_id)
    assert (ended.type, ended.subject_id) == ("session.ended", scene.user.user_id)
    assert ended.data == {"cause": cause, "count": 2, "session_ids": [two.session_id, one.session_id]}
    assert change_event.subject_id == scene.user.user_id
    assert (ended.key_id, ended.request_id) == (change_event.key_id, change_event.request_id)


@pytest.mark.parametrize("change", ENDS)
def test_user_without_sessions_has_no_event(scene: Scene, client: Client, change: str) -> None:
    """Nothing has ended."""
    ENDS[change][1](scene)

    assert events(scene.server.url, client.project_id, "session.") == []


@pytest.mark.parametrize("change", DELETES)
def test_deletion_takes_the_sessions_along(
    scene: Scene, client: Client, begin_session: BeginSession, change: str
) -> None:
    """The event of the deletion tells it all."""
    tokens = begin_session(scene.user.user_id)

    DELETES[change](scene)

    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        current_user(client, tokens.access_token)
    with refused("UNAUTHENTICATED", "SESSION_ENDED"):
        refresh(client, tokens.refresh_token)
    assert events(scene.server.url, client.project_id)[-1].type == "user.deleted"


@pytest.mark.parametrize("change", KEEPS)
def test_other_changes_keep_sessions(
    scene: Scene, client: Client, begin_session: BeginSession, change: str
) -> None:
    """Who may go on signing in stays signed in."""
    tokens = begin_session(scene.user.user_id)

    KEEPS[change](scene)

    assert current_user(client, tokens.access_token)


_WRONG = """
SELECT s.user_id FROM sessions AS s JOIN users AS u USING (project_id, user_id)
WHERE u.blocked OR u.status = 'INACTIVE' OR u.expire_time <= now() OR EXISTS (
    SELECT FROM applied_actions AS a WHERE a.project_id = u.project_id AND a.user_id = u.user_id
        AND a.prevent_login AND a.state = 'ACTIVE' AND coalesce(a.expire_time > now(), true))
"""


@pytest.mark.parametrize("name", WRITES)
def test_no_method_leaves_sessions_that_must_not_be(
    server: Running, client: Client, begin_session: BeginSession, name: str
) -> None:
    """Neither of users who may not sign in, nor from before another password."""
    request = requests(ground(client))[name]
    for (user_id,) in sql(server.url, "SELECT user_id::text FROM users WHERE NOT blocked"):
        try:
            begin_session(user_id)
        except Error as error:
            assert error.reason in (Reason.LOGIN_NOT_ALLOWED, Reason.LOGIN_PREVENTED)
    before = {session_id for (session_id,) in sql(server.url, "SELECT session_id FROM sessions")}
    assert before
    passwords = dict(sql(server.url, "SELECT user_id, set_time FROM passwords"))

    invoke(client, name, request)

    assert sql(server.url, _WRONG) == []
    after = dict(sql(server.url, "SELECT user_id, set_time FROM passwords"))
    changed = [user_id for user_id in after if passwords.get(user_id) != after[user_id]]
    left = sql(server.url, "SELECT session_id FROM sessions WHERE user_id = ANY(%s)", changed)
    assert before.isdisjoint(session_id for (session_id,) in left)


def test_session_that_begins_meanwhile_ends_too(
    scene: Scene, client: Client, server: Running, begin_session: BeginSession
) -> None:
    """However sign-ins and changes meet: who may not sign in has no session."""
    people = [create_user(client) for _ in range(12)]

    def sign_in(user: user_pb2.User) -> None:
        try:
            begin_session(user.user_id)
        except Error as error:
            assert error.reason in (Reason.LOGIN_NOT_ALLOWED, Reason.LOGIN_PREVENTED)

    with ThreadPoolExecutor(8) as pool:
        work = []
        for number, user in enumerate(people):
            stop = block if number % 2 else lambda caller, who: apply(caller, who, scene.suspend)
            work += [pool.submit(sign_in, user), pool.submit(stop, client, user), pool.submit(sign_in, user)]
        for done in work:
            done.result()

    assert [sessions_of(client, user.user_id) for user in people] == [[]] * 12
