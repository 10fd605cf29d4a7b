"""How many statements a call takes: reads one, beside the look at the key; writes the number stated here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import auth_service_pb2 as auth_rpc
from roster.v1 import role_pb2, user_pb2
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as user_rpc

from server.store.models import TABLES
from tests.calling import Client
from tests.conftest import Running, StartServer
from tests.requests import READS, WRITES, Ground, ground, invoke, requests
from tests.rpc.sign_in_requests import set_settings

# The most that a call of tests.requests takes, which does all that one call of its RPC can do; its event
# is in it, BEGIN and COMMIT are not.
STATEMENTS = {
    "UserService/CreateUser": 5,  # find what is named; read attributes; insert; give; set the password
    "UserService/UpdateUser": 9,  # lock, read, find, attributes, free and take login ids, give, update, event
    "UserService/DeleteUser": 6,  # lock, read, delete, forget events and answers, event
    "UserService/SetUserStatus": 5,  # lock, read, update, event, end sessions
    "UserService/UpdateUserLoginId": 6,  # lock, read, free, take, update, event
    "UserService/ModifyUserRoles": 6,  # lock, read, find, give, update, event
    "UserService/ModifyUserTenants": 6,  # the same
    "UserService/ModifyUserApplications": 6,  # the same
    "UserService/SetUserPassword": 7,  # read before hashing; lock, read, set, update, event, end sessions
    "UserService/ExpireUserPassword": 5,  # lock, read, expire, update, event
    "UserService/ResetUserMfa": 6,  # lock, read, take secrets and codes away, update, event
    "UserService/DeleteTestUsers": 1,
    "UserService/RevokeUserSessions": 1,
    "UserService/SetUserProviderToken": 3,  # lock, put, event
    "UserService/DeleteUserPasskeys": 5,  # lock, read, delete, update, event
    # Find, is it locked; hold the count, lock, read, note, clear the count; lock, read and insert for the
    # session; record.
    "AuthService/SignIn": 11,
    "AuthService/CompleteMfa": 13,  # look at the challenge and take it, use the code
    # The session, is it locked, the password, user and former passwords for the hash; as a sign-in; the
    # session again, set the password, update, event, end sessions, email, read.
    "AuthService/ChangePassword": 20,
    "AuthService/EnrolTotp": 4,  # the session, user and project, keep the secret
    # The session, is it locked; hold the count, lock, read; read the secret, make it count, replace codes,
    # update, event.
    "AuthService/ConfirmTotp": 11,
    "AuthService/RefreshSession": 2,  # read, replace
    "AuthService/SignOut": 1,
    "AuthService/BeginPasskeyRegistration": 6,  # session, project, lock, read, those held, options
    # Session, options, project; lock, read, take the options, insert, update, event.
    "AuthService/FinishPasskeyRegistration": 9,
    "AuthService/BeginPasskeySignIn": 3,  # project, count, options
    # Options, passkey, project; note its use, take the options; lock, read, note the sign-in; of the session
    # lock, read, begin with its event; record the sign-in.
    "AuthService/FinishPasskeySignIn": 12,
    "AuthService/SignUp": 4,  # is it too soon; count twice, keep what is said
    "AuthService/VerifyEmail": 7,  # look; lock, read, take, withdraw the others, update, event
    "AuthService/SendPasswordReset": 3,  # count twice, keep what is asked for
    # Look, read; lock, read, take; verified: update, event; ACTIVE: lock, read, update, event; the
    # password: set, update, event; end sessions, unlock. The notice is a job.
    "AuthService/ResetPassword": 17,
    "AuthService/UpdateAccessToken": 3,  # lock, read the user, set
    # Of batches the first is for their turn.
    # Find what is named, attributes, default roles; insert apart, look at the size of the table, give.
    "UserService/BatchCreateUsers": 10,
    "UserService/BatchUpdateUsers": 13,  # all that is named; for each as alone, apart
    "UserService/BatchDeleteUsers": 4,  # find, lock, delete with events
    "RoleService/CreateRole": 2,  # insert, event
    "RoleService/UpdateRole": 3,  # lock, update, event
    "RoleService/DeleteRole": 5,  # lock, take back in the project and in tenants, delete, event
    "TenantService/CreateTenant": 2,  # insert, event
    "TenantService/UpdateTenant": 3,  # lock, update, event
    "TenantService/DeleteTenant": 4,  # lock, end memberships, delete, event
    "ApplicationService/CreateApplication": 2,
    "ApplicationService/UpdateApplication": 3,
    "ApplicationService/DeleteApplication": 4,
    "CustomAttributeService/CreateCustomAttribute": 3,  # count, insert, event
    "CustomAttributeService/UpdateCustomAttribute": 4,  # lock, are options in use, update, event
    "CustomAttributeService/DeleteCustomAttribute": 3,  # lock, delete, event
    "ProjectService/CreateProject": 2,  # insert, event
    "ProjectService/UpdateProject": 3,  # lock, update, event
    "ProjectService/DeleteProject": 2 + len(TABLES),  # lock, is it large, a deletion a table
    "ManagementKeyService/CreateManagementKey": 3,  # do the projects exist, insert, event
    "ManagementKeyService/UpdateManagementKey": 4,  # lock, do the projects exist, update, event
    "ManagementKeyService/RotateManagementKey": 3,  # lock, update, event
    "ManagementKeyService/RevokeManagementKey": 3,  # lock, update, event
    "UserActionService/CreateUserAction": 2,  # insert, event
    "UserActionService/UpdateUserAction": 3,  # lock, update, event
    "UserActionService/DeleteUserAction": 3,  # lock, delete, event
    "UserActionService/ReactivateUserAction": 3,  # lock, update, event
    "UserActionService/BatchCreateUserActions": 10,  # their turn; for each as alone, apart
    "UserActionService/BatchDeleteUserActions": 7,
    "UserActionService/CreateUserActionReason": 2,
    "UserActionService/UpdateUserActionReason": 3,
    "UserActionService/DeleteUserActionReason": 3,
    "UserActionService/ApplyUserAction": 2,  # what it stands on, insert with its event
    "UserActionService/BatchApplyUserActions": 7,  # find, lock, read, what is active; insert, events
    "UserActionService/ModifyAppliedAction": 2,  # lock, update with its event
    "UserActionService/CancelAppliedAction": 2,  # the same
    "UserActionService/BlockUser": 5,  # lock, read, update, event, end sessions
    "UserActionService/UnblockUser": 4,  # lock, read, update, event
    "UserActionService/SendVerificationEmail": 2,  # read, count
    "UserActionService/SendPasswordResetEmail": 2,  # the same
    "UserActionService/SendInvitationEmail": 2,  # the same
    "EmailTemplateService/CreateEmailTemplate": 2,  # insert, event
    "EmailTemplateService/UpdateEmailTemplate": 3,  # lock, update, event
    "EmailTemplateService/DeleteEmailTemplate": 4,  # lock, what names it, delete, event
    "WebhookService/CreateWebhook": 3,  # one after another in the project, insert, event
    "WebhookService/UpdateWebhook": 4,  # lock, update, event, give up what waits
    "WebhookService/DeleteWebhook": 4,  # lock, end, event, remove its deliveries
    "WebhookService/RotateWebhookSecret": 3,  # lock, update, event
    "WebhookService/RetryWebhookDelivery": 3,  # lock, update, wake the deliverer
    "WebhookService/TestWebhook": 3,  # lock, event and delivery, wake the deliverer
}

REQUEST_ID = 3
"""Statements more of a call with a `request_id`: look for it, claim it, keep the answer."""
REPEAT = 1
"""Statements of a repeat: look for it."""


class Counted:
    """A caller whose server tells the statements that it runs."""

    def __init__(self, client: Client, statements: list[str]) -> None:
        self.client = client
        self._statements = statements

    def statements(self, name: str, request: Any) -> list[str]:
        """What a call of this RPC runs on the database."""
        del self._statements[:]
        invoke(self.client, name, request)
        return list(self._statements)


def watched(server: Running) -> list[str]:
    """The statements that calls of this server run from now on; not those of its work in the background."""
    statements: list[str] = []

    def note(statement: str) -> None:
        if threading.current_thread().name.startswith(("call", "reader", "batch")):
            statements.append(statement)

    server.database.on_statement = note
    return statements


@pytest.fixture
def counted(start_server: StartServer, client: Client) -> Iterator[Counted]:
    """The caller's key is remembered, with the project's settings, and so are those that sign tokens."""
    set_settings(client, sign_up_policy={"allowed": True})
    server = start_server(key_cache_seconds=10)
    statements = watched(server)
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, client.key, database_url=client.database_url)
        caller.roles.ListRoles(role_rpc.ListRolesRequest())
        caller.auth.ListSigningKeys(auth_rpc.ListSigningKeysRequest())
        yield Counted(caller, statements)


@pytest.fixture
def on(counted: Counted) -> Ground:
    """Something to work on."""
    return ground(counted.client)


SEVERAL_READS = {"EmailTemplateService/PreviewEmailTemplate": 3}  # of the template, the user, the project


def test_read_is_one_statement(counted: Counted, on: Ground) -> None:
    """However much it answers, totals included."""
    for name in READS:
        found = counted.statements(name, requests(on)[name])
        assert len(found) == SEVERAL_READS.get(name, 1), name
        assert all(each.lstrip().startswith(("SELECT", "WITH")) for each in found), name


def test_look_at_the_key_is_one_statement(start_server: StartServer, client: Client) -> None:
    """Where keys are not remembered; the first use in a minute is noted by another."""
    server = start_server(key_cache_seconds=0)
    client.roles.ListRoles(role_rpc.ListRolesRequest())
    statements = watched(server)
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, client.key, database_url=client.database_url)
        caller.roles.ListRoles(role_rpc.ListRolesRequest())

    look, read = statements
    assert '"management_keys"' in look
    assert '"roles"' in read


@pytest.mark.parametrize("name", WRITES)
def test_write_is_as_few_statements_as_stated(counted: Counted, on: Ground, name: str) -> None:
    """One more is noticed."""
    assert 0 < len(counted.statements(name, requests(on)[name])) <= STATEMENTS[name]


def test_figures_are_stated_of_every_write() -> None:
    """And of no others."""
    assert set(STATEMENTS) == set(WRITES)


def test_repetition_is_cheap(counted: Counted, on: Ground) -> None:
    """A repeat takes less than the call itself."""
    for name in ("RoleService/UpdateRole", "UserService/CreateUser"):
        request = requests(on)[name]
        request.request_id = str(uuid4())

        assert len(counted.statements(name, request)) <= STATEMENTS[name] + REQUEST_ID
        assert len(counted.statements(name, request)) <= REPEAT


def test_writes_do_not_take_more_statements_for_more(counted: Counted, on: Ground) -> None:
    """Twenty login ids and a hundred roles go in sets."""
    roles = [role_pb2.Role(name=f"Role {n}") for n in range(100)]
    for role in roles:
        counted.client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role))
    user = user_pb2.User(
        login_ids=[f"login-{n}" for n in range(20)],
        roles=[user_pb2.RoleGrant(name=role.name) for role in roles],
    )
    create, update = user_rpc.CreateUserRequest(user=user), user_rpc.UpdateUserRequest(by=on.by_user)
    update.user.login_ids.extend(f"other-{n}" for n in range(20))
    update.user.roles.extend(user.roles)

    for name, request in (("UserService/CreateUser", create), ("UserService/UpdateUser", update)):
        assert len(counted.statements(name, request)) <= STATEMENTS[name]


def test_batches_do_not_take_more_statements_for_more(counted: Counted, on: Ground) -> None:
    """Creations, deletions and applications go in sets."""
    emails = [f"user-{n}@example.com" for n in range(200)]
    refs = [user_pb2.UserRef(email=email) for email in emails]
    people = [user_pb2.User(email=email, login_ids=[email], **on.belongings) for email in emails]
    for name, fields in (
        ("UserService/BatchCreateUsers", [{"user": user} for user in people]),
        ("UserActionService/BatchApplyUserActions", [{"by": by} for by in refs]),
        ("UserService/BatchDeleteUsers", [{"by": by} for by in refs]),
    ):
        message = requests(on)[name]
        pattern = message.items[0]
        del message.items[:]
        for values in fields:
            item = message.items.add()
            item.CopyFrom(pattern)
            for field, value in values.items():
                getattr(item, field).CopyFrom(value)

        assert len(counted.statements(name, message)) <= STATEMENTS[name]


FILTERS: dict[str, Any] = {
    "any_roles": [role_pb2.RoleRef(name="Reader"), role_pb2.RoleRef(role_id=str(uuid4()))],
    "all_roles": [role_pb2.RoleRef(name="Reader"), role_pb2.RoleRef(role_id=str(uuid4()))],
    "statuses": [user_pb2.USER_STATUS_ACTIVE, user_pb2.USER_STATUS_EXPIRED],
    "email_verified": True,
    "phone_number_verified": False,
    "created_after": Timestamp(seconds=1),
    "created_before": Timestamp(seconds=2**32),
    "updated_after": Timestamp(seconds=1),
    "updated_before": Timestamp(seconds=2**32),
    "user_ids": [str(uuid4()) for _ in range(1_000)],
    "emails": ["ada@example.com", "grace@example.com"],
    "phone_numbers": ["+4930123456"],
    "login_ids": ["ada", "grace"],
    "test_users": user_rpc.TEST_USERS_INCLUDE,
    "tenant_ids": [str(uuid4()), str(uuid4())],
    "tenant_roles": [
        user_rpc.TenantRole(tenant_id=str(uuid4()), role=role_pb2.RoleRef(name="Reader")),
        user_rpc.TenantRole(tenant_id=str(uuid4()), role=role_pb2.RoleRef(role_id=str(uuid4()))),
    ],
    "application_ids": [str(uuid4()), str(uuid4())],
    "active_user_action_ids": [str(uuid4()), str(uuid4())],
    "auth_methods": [user_pb2.AUTH_METHOD_PASSWORD],
    "last_login_after": Timestamp(seconds=1),
    "last_login_before": Timestamp(seconds=2**32),
}

# Named by the caller: to plan well, the list is told their ids, which a statement more looks up.
BY_ROLE = {name: FILTERS.pop(name) for name in ("any_roles", "all_roles", "tenant_roles")}
ATTRIBUTES = [
    user_rpc.AttributeCondition(name="level", equals=Value(number_value=7)),
    user_rpc.AttributeCondition(name="level", range=user_rpc.AttributeRange(at_least=Value(number_value=1))),
]


def test_these_filters_are_all_there_are() -> None:
    """A filter that is added is tried here too."""
    fields = {field.name for field in user_rpc.UserFilter.DESCRIPTOR.fields}

    assert {*FILTERS, *BY_ROLE, "attributes"} == fields


def test_filtered_list_is_one_statement(counted: Counted, on: Ground) -> None:
    """With each filter, with all of them at once, in every order, counted, and from a page on."""
    each = [user_rpc.UserFilter(**{name: value}) for name, value in FILTERS.items()]
    for chosen in (*each, user_rpc.UserFilter(**FILTERS)):
        for order in ("", "create_time", "update_time desc", "last_login_time", "email", "family_name desc"):
            request = user_rpc.ListUsersRequest(
                filter=chosen, order_by=order, include_total_size=True, skip=1
            )
            assert len(counted.statements("UserService/ListUsers", request)) == 1
        search = user_rpc.SearchUsersRequest(filter=chosen, query="ada lovelace")
        assert len(counted.statements("UserService/SearchUsers", search)) == 1


def test_filters_by_roles_and_by_attributes_take_one_statement_more_each(
    counted: Counted, on: Ground
) -> None:
    """However many there are."""
    for chosen, most in (
        (user_rpc.UserFilter(**BY_ROLE), 2),
        (user_rpc.UserFilter(attributes=ATTRIBUTES), 2),
        (user_rpc.UserFilter(attributes=ATTRIBUTES, **BY_ROLE, **FILTERS), 3),
    ):
        listed = user_rpc.ListUsersRequest(filter=chosen, include_total_size=True)
        found = user_rpc.SearchUsersRequest(filter=chosen, query="ada")

        assert len(counted.statements("UserService/ListUsers", listed)) <= most
        assert len(counted.statements("UserService/SearchUsers", found)) <= most


def test_later_pages_are_one_statement_too(counted: Counted, on: Ground) -> None:
    """With holders of many roles on them."""
    for n in range(5):
        counted.client.users.CreateUser(
            user_rpc.CreateUserRequest(
                user=user_pb2.User(email=f"user-{n}@example.com", roles=[user_pb2.RoleGrant(name="Reader")])
            )
        )
    listed = user_rpc.ListUsersRequest(page_size=2)
    found = user_rpc.SearchUsersRequest(query="example", page_size=2)
    listed.page_token = counted.client.users.ListUsers(listed).next_page_token
    found.page_token = counted.client.users.SearchUsers(found).next_page_token

    for name, request in (("UserService/ListUsers", listed), ("UserService/SearchUsers", found)):
        assert request.page_token
        assert len(counted.statements(name, request)) == 1
