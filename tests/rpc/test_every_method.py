"""What every RPC of the contract has in common, read from the contract itself: nobody can add one and
forget its protection, its isolation or its safe repetition."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message_factory import GetMessageClass
from roster.v1 import project_service_pb2 as project_rpc

from tests.calling import Client, Failure, Refused, refused
from tests.conftest import MakeKey, Running, sql
from tests.requests import BATCHES, METHODS, READS, WRITES, Ground, ground, invoke, requests, required_scope
from tests.rows import contents

# Deletes the caller's own project, and with it the record of the request: the contract says so.
LEAVES_A_RECORD = [
    name
    for name in WRITES
    if "request_id" in METHODS[name].input_type.fields_by_name and name != "ProjectService/DeleteProject"
]
GUARDED = {name: method for name, method in METHODS.items() if required_scope(method)}
"""Those that take a key; to the others the project suffices."""

LISTS_NOTHING = {
    "UserService/ListUsers": "users",
    "UserService/SearchUsers": "users",
    "UserService/BatchGetUsers": "users",
    "UserService/ExportUsers": "items",
    "RoleService/ListRoles": "roles",
    "RoleService/ListPermissions": "permissions",
    "TenantService/ListTenants": "tenants",
    "ApplicationService/ListApplications": "applications",
    "CustomAttributeService/ListCustomAttributes": "custom_attributes",
    "EventService/ListEvents": "events",
    "EventService/WatchEvents": "events",
    "UserActionService/ListUserActions": "user_actions",
    "UserActionService/ListUserActionReasons": "user_action_reasons",
    "UserActionService/ListAppliedActions": "applied_actions",
    "WebhookService/ListWebhooks": "webhooks",
    "WebhookService/ListWebhookDeliveries": "webhook_deliveries",
    "EmailTemplateService/ListEmailTemplates": "email_templates",
}
# What names nothing that is there already does its work in the caller's own project.
NAMES_NOTHING = {
    "UserService/CreateUser",
    "UserService/DeleteTestUsers",
    "RoleService/CreateRole",
    "TenantService/CreateTenant",
    "ApplicationService/CreateApplication",
    "CustomAttributeService/CreateCustomAttribute",
    "ManagementKeyService/CreateManagementKey",
    "UserActionService/CreateUserAction",
    "UserActionService/CreateUserActionReason",
    "UserActionService/BatchCreateUserActions",
    "WebhookService/CreateWebhook",
    "AuthService/ListSigningKeys",
    "AuthService/SendPasswordReset",
    "EmailTemplateService/CreateEmailTemplate",
}
# What names nothing either, but is not for everybody.
REFUSED_OTHERWISE = {
    "ProjectService/CreateProject": "ALL_PROJECTS_REQUIRED",
    "AuthService/BeginPasskeySignIn": "PASSKEYS_NOT_CONFIGURED",
    "AuthService/SignUp": "SIGN_UP_NOT_ALLOWED",
}

SCOPES = {required_scope(method) for method in GUARDED.values()}


def empty(name: str) -> Any:
    """The RPC's request with nothing in it."""
    return GetMessageClass(METHODS[name].input_type)()


def outcome(client: Client, name: str, request: Any) -> tuple[str, str, dict[str, str]]:
    """How a call that must be refused is refused."""
    with pytest.raises(Refused) as caught:
        invoke(client, name, request)
    return caught.value.code, caught.value.reason, caught.value.metadata


def test_these_tests_speak_of_every_rpc(client: Client) -> None:
    """The table of requests is complete."""
    assert set(requests(ground(client))) == set(METHODS)


def test_nothing_answers_a_caller_without_a_key(client: Client) -> None:
    """Every RPC refuses the call before it looks at the request."""
    stranger = client.with_key("", "")

    outcomes = {name: outcome(stranger, name, empty(name)) for name in METHODS}

    assert {name: ("UNAUTHENTICATED", "CREDENTIALS_MISSING", {}) for name in METHODS} == outcomes


@pytest.mark.parametrize("name", [name for name in METHODS if name not in GUARDED])
def test_project_suffices_for_end_users(client: Client, name: str) -> None:
    """Of whom no scope is asked, whatever else is."""
    answer = invoke(client.public, name, requests(ground(client))[name])

    assert answer is not None


def test_key_without_the_scope_is_told_which_one_is_missing(client: Client, make_key: MakeKey) -> None:
    """All other scopes together do not open an RPC, not even to an invalid request."""
    lacking = {
        scope: client.with_key(client.project_id, make_key(*sorted(SCOPES - {scope}), all_projects=True))
        for scope in SCOPES
    }

    outcomes = {
        name: outcome(lacking[required_scope(method)], name, empty(name)) for name, method in GUARDED.items()
    }

    assert {
        name: ("PERMISSION_DENIED", "SCOPE_MISSING", {"scope": required_scope(method)})
        for name, method in GUARDED.items()
    } == outcomes


def test_wildcard_of_another_kind_does_not_open_an_rpc(client: Client, make_key: MakeKey) -> None:
    """`users:*` is every scope of users, and of nothing else."""
    kinds = {scope.partition(":")[0] for scope in SCOPES}
    lacking = {
        kind: client.with_key(
            client.project_id,
            make_key(*(f"{other}:*" for other in sorted(kinds - {kind})), all_projects=True),
        )
        for kind in kinds
    }

    for name, method in GUARDED.items():
        kind = required_scope(method).partition(":")[0]
        assert outcome(lacking[kind], name, empty(name))[1] == "SCOPE_MISSING", name


def assert_scope_suffices(client: Client, make_key: MakeKey, on: Ground, name: str) -> None:
    """A key with the required scope alone gets what it asks for."""
    scopes = [required_scope(METHODS[name])]
    if name.startswith("ManagementKeyService/") and name in WRITES:
        scopes.append("users:read")  # the key that is given away holds it

    holder = client.with_key(client.project_id, make_key(*scopes, all_projects=True))

    answer = invoke(holder, name, requests(on)[name])
    assert answer is not None
    if name in BATCHES:
        assert len(answer.results) == len(requests(on)[name].items)
        assert not any(result.HasField("status") for result in answer.results)


def test_scope_of_the_contract_suffices_to_read(client: Client, make_key: MakeKey) -> None:
    """By any RPC that leaves everything to the next one."""
    on = ground(client)
    for name in set(READS) & set(GUARDED):
        assert_scope_suffices(client, make_key, on, name)


@pytest.mark.parametrize("name", [name for name in WRITES if name in GUARDED])
def test_scope_of_the_contract_suffices_to_write(client: Client, make_key: MakeKey, name: str) -> None:
    """By each RPC that changes things."""
    assert_scope_suffices(client, make_key, ground(client), name)


def assert_nothing_is_seen(stranger: Client, on: Ground, name: str) -> None:
    """What one project holds does not exist for the key of another."""
    request = requests(on)[name]
    if name == "UserService/CreateUser":
        for field in on.belongings:
            request.user.ClearField(field)

    if name in LISTS_NOTHING:
        answer = invoke(stranger, name, request)
        assert list(getattr(answer, LISTS_NOTHING[name])) == []
        assert not getattr(answer, "total_size", 0)
    elif name == "ProjectService/ListProjects":
        answer = invoke(stranger, name, request)
        assert [stranger.project_id] == [project.project_id for project in answer.projects]
    elif name == "ManagementKeyService/ListManagementKeys":
        answer = invoke(stranger, name, request)
        assert [list(key.scopes) for key in answer.management_keys] == [["*"]]
    elif name in REFUSED_OTHERWISE:
        assert outcome(stranger, name, request)[1] == REFUSED_OTHERWISE[name]
    elif name in NAMES_NOTHING:
        invoke(stranger, name, request)
    elif name.startswith("AuthService/"):
        assert outcome(stranger, name, request)[0] == "UNAUTHENTICATED"
    elif name in BATCHES:
        answer = invoke(stranger, name, request)
        assert {Failure(result.status).code for result in answer.results} == {"NOT_FOUND"}
    else:
        assert outcome(stranger, name, request)[0] == "NOT_FOUND"


def test_nothing_is_seen_or_changed_across_projects(
    server: Running, client: Client, other_project: Client
) -> None:
    """Whatever is asked for. What does its work in the caller's own project comes last."""
    on = ground(client)
    before = contents(server.url, client.project_id)

    for name in sorted(METHODS, key=lambda name: name in NAMES_NOTHING):
        assert_nothing_is_seen(other_project, on, name)
        assert contents(server.url, client.project_id) == before, name


@pytest.mark.parametrize("name", LEAVES_A_RECORD)
def test_repeat_gets_the_first_answer_and_changes_nothing(server: Running, client: Client, name: str) -> None:
    """Only secrets are missing from the second answer: they are stored nowhere."""
    request = requests(ground(client))[name]
    request.request_id = str(uuid4())
    first = invoke(client, name, request)
    after_first = contents(server.url)

    second = invoke(client, name, request)

    if "secret" in first.DESCRIPTOR.fields_by_name:
        assert first.secret.startswith(("rk_", "whsec_"))
        first.ClearField("secret")
    assert first == second
    assert after_first == contents(server.url)


def test_request_id_cannot_be_used_for_another_request(server: Running, client: Client) -> None:
    """The same id with another body, or at another method, is an error and changes nothing."""
    on = ground(client)
    request_id = str(uuid4())
    first = requests(on)["RoleService/UpdateRole"]
    first.request_id = request_id
    first.role.permissions.append("books:lend")
    invoke(client, "RoleService/UpdateRole", first)
    before = contents(server.url)

    for name in LEAVES_A_RECORD:
        request = requests(on)[name]
        request.request_id = request_id
        refusal = ("INVALID_ARGUMENT", "REQUEST_ID_REUSED", {"request_id": request_id})
        assert outcome(client, name, request) == refusal, name
        assert contents(server.url) == before, name


def test_refused_request_does_not_use_its_id_up(client: Client) -> None:
    """Once the reason of the refusal is gone, the same request succeeds."""
    on = ground(client)
    request = requests(on)["RoleService/DeleteRole"]
    request.request_id = str(uuid4())
    holding = requests(on)["UserService/ModifyUserRoles"]
    invoke(client, "UserService/ModifyUserRoles", holding)
    with refused("FAILED_PRECONDITION", "ROLE_IN_USE"):
        invoke(client, "RoleService/DeleteRole", request)
    invoke(client, "UserService/DeleteUser", requests(on)["UserService/DeleteUser"])

    invoke(client, "RoleService/DeleteRole", request)

    with refused("NOT_FOUND", "ROLE_NOT_FOUND"):
        invoke(client, "RoleService/GetRole", requests(on)["RoleService/GetRole"])


def test_request_ids_of_two_projects_have_nothing_to_do_with_each_other(
    client: Client, other_project: Client
) -> None:
    """The same id is free in every project."""
    request_id = str(uuid4())
    for caller in (client, other_project):
        request = requests(ground(caller))["RoleService/CreateRole"]
        request.request_id = request_id

        assert invoke(caller, "RoleService/CreateRole", request).role.name == "Writer"


def test_request_id_is_free_again_after_a_day(server: Running, client: Client) -> None:
    """A repeat within 24 hours is a repeat; later it is a new request."""
    request = requests(ground(client))["RoleService/UpdateRole"]
    request.request_id = str(uuid4())
    first = invoke(client, "RoleService/UpdateRole", request)
    age = "UPDATE request_records SET create_time = now() - %s::interval WHERE request_id = %s"
    sql(server.url, age, "23 hours 59 minutes", request.request_id)
    assert first == invoke(client, "RoleService/UpdateRole", request)
    sql(server.url, age, "24 hours 1 minute", request.request_id)
    request.role.description = "Reads newspapers"

    changed = invoke(client, "RoleService/UpdateRole", request)

    assert changed.role.description == "Reads newspapers"
    assert changed == invoke(client, "RoleService/UpdateRole", request)


def test_repeat_after_the_own_project_is_gone_finds_no_door(client: Client, other_project: Client) -> None:
    """Who deletes the call's own project is not answered a second time."""
    request = project_rpc.DeleteProjectRequest(project_id=other_project.project_id, request_id=str(uuid4()))
    other_project.projects.DeleteProject(request)

    with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
        other_project.projects.DeleteProject(request)
