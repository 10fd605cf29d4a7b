"""Random sequences of user and role operations, held against a plain model in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from roster.v1 import role_pb2, role_service_pb2, user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, Refused

# Few enough that they meet, in spellings that compare equal.
EMAILS = st.sampled_from(["a@x.org", "A@X.org", "b@x.org", "ｂ@x.org", "c@x.org", ""])
LOGIN_IDS = st.lists(st.sampled_from(["one", "ONE", "two", "ｔｗｏ", "three"]), max_size=3)
ROLES = st.sampled_from(["admin", "Admin", "editor", "viewer"])
NAMES = st.sampled_from(["", "Anna", "Berta", "Ännchen"])
PICK = st.integers(min_value=0, max_value=5)


def fold(text: str) -> str:
    """How the spellings above compare."""
    return text.translate(str.maketrans("ｂｔｗｏ", "btwo")).lower()


@dataclass
class ModelUser:
    """A user as the model remembers it."""

    email: str
    login_ids: list[str]
    given_name: str
    status: int = user_pb2.USER_STATUS_INVITED
    roles: set[str] = field(default_factory=set)

    @property
    def keys(self) -> set[str]:
        """What nobody else may have."""
        return {f"email:{fold(self.email)}"} - {"email:"} | {f"id:{fold(i)}" for i in self.login_ids}


def unique(login_ids: list[str]) -> list[str]:
    """Of spellings that compare equal the last one, in the place of the first."""
    return list({fold(login_id): login_id for login_id in login_ids}.values())


class Directory(RuleBasedStateMachine):
    """The service and the model, side by side."""

    client: Client

    def __init__(self) -> None:
        super().__init__()
        self.users: dict[str, ModelUser] = {}
        self.roles: dict[str, set[str]] = {}
        for user in self.client.users.ListUsers(rpc.ListUsersRequest()).users:
            by = user_pb2.UserRef(user_id=user.user_id)
            self.client.users.DeleteUser(rpc.DeleteUserRequest(by=by))
        for role in self.client.roles.ListRoles(role_service_pb2.ListRolesRequest()).roles:
            ref = role_pb2.RoleRef(role_id=role.role_id)
            self.client.roles.DeleteRole(role_service_pb2.DeleteRoleRequest(by=ref))

    # -- roles ---------------------------------------------------------------------------------

    @rule(name=ROLES, permissions=st.sets(st.sampled_from(["p:read", "p:write", "q:read"])))
    def create_role(self, name: str, permissions: set[str]) -> None:
        role = role_pb2.Role(name=name, permissions=sorted(permissions))
        with self.expecting("ROLE_NAME_TAKEN" if fold(name) in self.roles else ""):
            self.client.roles.CreateRole(role_service_pb2.CreateRoleRequest(role=role))
            self.roles[fold(name)] = permissions

    @rule(name=ROLES, permissions=st.sets(st.sampled_from(["p:read", "p:write", "q:read"]), min_size=1))
    def update_role(self, name: str, permissions: set[str]) -> None:
        request = role_service_pb2.UpdateRoleRequest(
            by=role_pb2.RoleRef(name=name), role=role_pb2.Role(permissions=sorted(permissions))
        )
        with self.expecting("" if fold(name) in self.roles else "ROLE_NOT_FOUND"):
            self.client.roles.UpdateRole(request)
            self.roles[fold(name)] = permissions

    @rule(name=ROLES, force=st.booleans())
    def delete_role(self, name: str, force: bool) -> None:
        reason = ""
        if fold(name) not in self.roles:
            reason = "ROLE_NOT_FOUND"
        elif not force and any(fold(name) in user.roles for user in self.users.values()):
            reason = "ROLE_IN_USE"
        request = role_service_pb2.DeleteRoleRequest(by=role_pb2.RoleRef(name=name), force=force)
        with self.expecting(reason):
            self.client.roles.DeleteRole(request)
            del self.roles[fold(name)]
            for user in self.users.values():
                user.roles.discard(fold(name))

    # -- users ---------------------------------------------------------------------------------

    @rule(email=EMAILS, login_ids=LOGIN_IDS, given_name=NAMES, role=st.none() | ROLES)
    def create_user(self, email: str, login_ids: list[str], given_name: str, role: str | None) -> None:
        model = ModelUser(email, unique(login_ids), given_name, roles={fold(role)} if role else set())
        user = user_pb2.User(email=email, login_ids=login_ids, given_name=given_name)
        if role:
            user.roles.add(name=role)
        if not model.keys:
            reason = "FIELDS_INVALID"
        elif role and fold(role) not in self.roles:
            reason = "ROLE_NOT_FOUND"
        else:
            reason = self.taken(model, None)
        with self.expecting(reason):
            created = self.client.users.CreateUser(rpc.CreateUserRequest(user=user)).user
            self.users[created.user_id] = model

    @rule(pick=PICK, email=EMAILS, given_name=NAMES)
    def update_user(self, pick: int, email: str, given_name: str) -> None:
        user_id = self.some_user(pick)
        if user_id is None:
            return
        present = self.users[user_id]
        model = ModelUser(email, present.login_ids, given_name, present.status, present.roles)
        request = rpc.UpdateUserRequest(
            by=user_pb2.UserRef(user_id=user_id),
            user=user_pb2.User(email=email, given_name=given_name),
        )
        request.update_mask.paths.extend(["email", "given_name"])
        reason = self.taken(model, user_id) if model.keys else "LAST_IDENTIFIER"
        with self.expecting(reason):
            self.client.users.UpdateUser(request)
            self.users[user_id] = model

    @rule(pick=PICK, role=ROLES, mode=st.sampled_from([1, 2, 3]))
    def modify_roles(self, pick: int, role: str, mode: int) -> None:
        user_id = self.some_user(pick)
        if user_id is None:
            return
        request = rpc.ModifyUserRolesRequest(
            by=user_pb2.UserRef(user_id=user_id), mode=mode, roles=[user_pb2.RoleGrant(name=role)]
        )
        held = self.users[user_id].roles
        with self.expecting("" if fold(role) in self.roles else "ROLE_NOT_FOUND"):
            self.client.users.ModifyUserRoles(request)
            after = {1: held | {fold(role)}, 2: {fold(role)}, 3: held - {fold(role)}}
            self.users[user_id].roles = after[mode]

    @rule(pick=PICK, status=st.sampled_from([2, 3]))
    def set_status(self, pick: int, status: int) -> None:
        if user_id := self.some_user(pick):
            by = user_pb2.UserRef(user_id=user_id)
            self.client.users.SetUserStatus(rpc.SetUserStatusRequest(by=by, status=status))
            self.users[user_id].status = status

    @rule(pick=PICK)
    def delete_user(self, pick: int) -> None:
        if user_id := self.some_user(pick):
            by = user_pb2.UserRef(user_id=user_id)
            self.client.users.DeleteUser(rpc.DeleteUserRequest(by=by))
            del self.users[user_id]

    # -- what must hold after every step ---------------------------------------------------------

    @invariant()
    def service_and_model_agree(self) -> None:
        request = rpc.ListUsersRequest(include_total_size=True)
        page = self.client.users.ListUsers(request)
        assert len(self.users) == page.total_size
        assert self.users == {
            user.user_id: ModelUser(
                user.email,
                list(user.login_ids),
                user.given_name,
                user.status,
                {fold(role.name) for role in user.roles},
            )
            for user in page.users
        }
        for user in page.users:
            permissions = {p for role in user.roles for p in self.roles[fold(role.name)]}
            assert sorted(permissions) == list(user.permissions)

    # -- parts ---------------------------------------------------------------------------------

    def some_user(self, pick: int) -> str | None:
        """One of the users, if there is any."""
        ids = sorted(self.users)
        return ids[pick % len(ids)] if ids else None

    def taken(self, model: ModelUser, but: str | None) -> str:
        """Why the model's identifiers are refused, or ''."""
        others = set().union(*(u.keys for user_id, u in self.users.items() if user_id != but))
        kinds = {key.partition(":")[0] for key in model.keys & others}
        # Where both are taken, either may be told.
        return " ".join({"email": "EMAIL_TAKEN", "id": "LOGIN_ID_TAKEN"}[kind] for kind in sorted(kinds))

    @contextmanager
    def expecting(self, reason: str) -> Iterator[None]:
        """Runs a call that must be refused for this reason (or one of several); if it is '', must go well."""
        if not reason:
            yield
            return
        with pytest.raises(Refused) as caught:
            yield
        assert caught.value.reason in reason.split()


def test_service_agrees_with_a_plain_model(client: Client) -> None:
    """Whatever sequence of operations: the same answers, the same refusals, the same state."""

    class Against(Directory):
        pass

    Against.client = client
    run_state_machine_as_test(
        Against,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
