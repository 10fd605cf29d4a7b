"""What the contract must say of itself, so that clients, gateways and our own interceptors can rely on it.

Style and comments are for the linter: scripts/lint."""

from __future__ import annotations

import re
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, MethodOptions
from roster.v1 import error_reason_pb2

from server.domain.caller import SCOPES
from server.handlers import SERVICES
from tests.contract.descriptions import (
    FIELD_BEHAVIOR,
    HTTP,
    PUBLIC,
    REQUIRED_SCOPE,
    RULES,
    behaviors,
    comment,
    fields,
    messages,
    methods,
    referenced,
)

RESOURCES = {
    name.removeprefix("Create")
    for name in (method.partition(".")[2] for method in methods())
    if name.startswith("Create")
}

each_method = pytest.mark.parametrize("name", methods())


def method(name: str) -> Any:
    """The descriptor of an RPC."""
    return methods()[name].descriptor


def request_of(name: str) -> str:
    """The name of an RPC's request."""
    return str(method(name).input_type.rpartition(".")[2])


def is_read(name: str) -> bool:
    """Whether the RPC is declared to change nothing."""
    return bool(method(name).options.idempotency_level == MethodOptions.NO_SIDE_EFFECTS)


def test_every_service_of_the_contract_is_served() -> None:
    """An RPC enters the contract with the change that makes it work."""
    served = {
        f"{service.descriptor.name}.{served.name}"
        for service in SERVICES
        for served in service.descriptor.methods
    }

    assert served == set(methods())


@each_method
def test_method_says_which_scope_it_takes(name: str) -> None:
    """One that keys can hold: reading or writing. A public one takes none, and is one of AuthService."""
    scope = method(name).options.Extensions[REQUIRED_SCOPE]

    if method(name).options.Extensions[PUBLIC]:
        assert not scope
        assert name.startswith("AuthService.")
        return
    assert scope in SCOPES
    assert scope.partition(":")[2] == ("read" if is_read(name) else "write")


SCOPES_OF_FIELDS = {"users:export_secrets": "ExportUsersRequest.include_password_hashes"}
"""Scopes that a field takes beside that of its method."""


def test_keys_can_hold_the_scopes_of_methods_and_fields_and_their_wildcards_and_no_others() -> None:
    """The table of scopes is the contract's."""
    scopes = {each.descriptor.options.Extensions[REQUIRED_SCOPE] for each in methods().values()} - {""}
    scopes |= set(SCOPES_OF_FIELDS)

    assert {f"{scope.partition(':')[0]}:*" for scope in scopes} | scopes | {"*"} == SCOPES
    for scope in scopes:
        assert f"`{scope}`" in comment("ManagementKey.scopes")


@pytest.mark.parametrize(("scope", "field"), SCOPES_OF_FIELDS.items())
def test_field_says_which_scope_it_takes(scope: str, field: str) -> None:
    """In words."""
    assert f"Takes the scope `{scope}` as well" in comment(field)


@each_method
def test_method_has_an_http_rule(name: str) -> None:
    """Reads are GETs, or POSTs of their own verb; what stands in a path is a field of the request. HTTP knows
    no streams of requests."""
    if method(name).client_streaming:
        assert not method(name).options.HasExtension(HTTP)
        return
    rule = method(name).options.Extensions[HTTP]
    patterns = [(each.WhichOneof("pattern"), each) for each in (rule, *rule.additional_bindings)]

    for verb, each in patterns:
        path = getattr(each, verb)
        assert path.startswith("/v1/")
        if is_read(name):
            assert verb == "get" or (verb == "post" and ":" in path)
        else:
            assert verb != "get"
        assert (each.body == "*") == (verb in ("post", "patch"))
        for variable in re.findall(r"\{([^}]+)\}", path):
            first, _, rest = variable.partition(".")
            field = fields()[f"{request_of(name)}.{first}"].descriptor
            if rest:
                assert f"{field.type_name.rpartition('.')[2]}.{rest}" in fields()


def test_no_two_methods_share_an_http_rule() -> None:
    """A gateway must know which one is meant."""
    seen: dict[tuple[str, str], str] = {}
    for name, each in methods().items():
        if each.descriptor.client_streaming:
            continue
        rule = each.descriptor.options.Extensions[HTTP]
        for binding in (rule, *rule.additional_bindings):
            verb = binding.WhichOneof("pattern")
            path = re.sub(r"\{[^}]+\}", "{}", getattr(binding, verb))
            assert seen.setdefault((verb, path), name) == name


@each_method
def test_reads_have_no_side_effects_and_writes_can_be_repeated(name: str) -> None:
    """Every other method's request has an optional `request_id`, a UUID; but not where answers are tokens,
    which are stored nowhere."""
    service, _, verb = name.partition(".")
    reading = verb.startswith(("Get", "List", "Search", "BatchGet", "Check", "Watch", "Export", "Preview"))
    assert is_read(name) == reading

    field = f"{request_of(name)}.request_id"
    repeatable = not reading and service != "AuthService"
    assert (field in fields()) == repeatable
    if repeatable:
        descriptor = fields()[field].descriptor
        assert behaviors(descriptor) == ["OPTIONAL"]
        assert descriptor.options.Extensions[RULES].string.uuid


@each_method
def test_method_has_messages_of_its_own(name: str) -> None:
    """A field can be added to one RPC without another getting it."""
    verb = name.partition(".")[2]

    assert (request_of(name), method(name).output_type) == (f"{verb}Request", f".roster.v1.{verb}Response")


@each_method
def test_every_field_of_a_request_says_whether_it_is_needed(name: str) -> None:
    """Exactly one of REQUIRED, OPTIONAL, OUTPUT_ONLY and IMMUTABLE; the members of a oneof share the one
    of its message."""
    for message in referenced(request_of(name)):
        if messages()[message].descriptor.options.map_entry:
            continue
        for field in messages()[message].descriptor.field:
            alternative = field.HasField("oneof_index") and not field.proto3_optional
            assert len(behaviors(field)) == (0 if alternative else 1), f"{message}.{field.name}"


@each_method
def test_required_field_is_required(name: str) -> None:
    """A message that is declared so must be there; a text must have a form that '' has not."""
    for field in messages()[request_of(name)].descriptor.field:
        if behaviors(field) == ["REQUIRED"]:
            rule = field.options.Extensions[RULES]
            demanding = (
                rule.required,
                rule.string.uuid,
                rule.string.min_len,
                rule.repeated.min_items,
                getattr(rule.enum, "in"),
                rule.enum.not_in,
                rule.cel,
            )
            assert any(demanding), field.name


@pytest.mark.parametrize("resource", sorted(RESOURCES))
def test_resource_has_an_etag_and_times(resource: str) -> None:
    """And every update and deletion takes the etag."""
    names = {field.name for field in messages()[resource].descriptor.field}
    assert {"etag", "create_time", "update_time"} <= names
    for time in ("create_time", "update_time"):
        assert behaviors(fields()[f"{resource}.{time}"].descriptor) == ["OUTPUT_ONLY"]

    update = {field.name for field in messages()[f"Update{resource}Request"].descriptor.field}
    assert {"update_mask", "request_id"} <= update
    if f"Delete{resource}Request" in messages():
        delete = {field.name for field in messages()[f"Delete{resource}Request"].descriptor.field}
        assert {"etag", "request_id"} <= delete


def test_resources_are_known() -> None:
    """Those that can be created."""
    assert RESOURCES == {
        "User",
        "Role",
        "Tenant",
        "Application",
        "CustomAttribute",
        "Project",
        "ManagementKey",
        "UserAction",
        "UserActionReason",
        "Webhook",
        "EmailTemplate",
    }


def test_secrets_are_marked() -> None:
    """What is marked is neither recorded nor printed; every field that could hold a secret is marked."""
    marked = {name for name, field in fields().items() if field.descriptor.options.debug_redact}
    passwords = {
        name for name, field in fields().items() if field.descriptor.type_name == ".roster.v1.Password"
    }
    secret = (
        *("secret", "plain", "hashed", "encoded", "digest", "salt", "signer_key", "key"),
        *("password", "current_password", "new_password", "totp_code", "recovery_code", "recovery_codes"),
        *("token", "access_token", "refresh_token", "challenge_token", "passkey_token", "otpauth_uri"),
    )

    assert (
        marked
        == {
            name
            for name, field in fields().items()
            if name.rpartition(".")[2] in secret and not in_map(name) and field.descriptor.type not in NUMBERS
        }
        - passwords
    )


NUMBERS = (FieldDescriptorProto.TYPE_INT32, FieldDescriptorProto.TYPE_INT64)


def in_map(field: str) -> bool:
    """Whether the field is the key or value of a map."""
    return bool(messages()[field.rpartition(".")[0]].descriptor.options.map_entry)


@each_method
def test_errors_that_a_method_documents_exist(name: str) -> None:
    """`Errors: X, Y.` names reasons of the enum."""
    known = {
        reason.removeprefix("ERROR_REASON_")
        for reason in error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name
    }
    documented = re.findall(r"Errors: ([A-Z_, ]+)\.", comment(name))
    assert len(documented) == comment(name).count("Errors:")

    assert {reason for part in documented for reason in part.split(", ")} <= known
    if {field.name for field in messages()[request_of(name)].descriptor.field} - {"request_id"}:
        assert documented or is_read(name)


def test_every_list_takes_the_fields_of_paging() -> None:
    """And answers the token of the next page."""
    for name in methods():
        if request_of(name) == "ListSigningKeysRequest":
            continue  # a handful: a JSON Web Key Set has no pages
        if request_of(name).startswith(("List", "Search")):
            asked = {field.name for field in messages()[request_of(name)].descriptor.field}
            assert {"page_size", "page_token"} <= asked
            answer = request_of(name).replace("Request", "Response")
            answered = {field.name: field for field in messages()[answer].descriptor.field}
            assert "next_page_token" in answered
            assert ("total_size" in answered) == ("include_total_size" in asked)
            repeated = FieldDescriptorProto.LABEL_REPEATED
            assert [field.label for field in answered.values()].count(repeated) == 1


def test_behaviors_are_not_contradicted() -> None:
    """A field that only the server sets has no rules for callers."""
    for name, field in fields().items():
        if "OUTPUT_ONLY" in behaviors(field.descriptor):
            assert not field.descriptor.options.HasExtension(RULES), name
    assert len(fields()["Role.role_id"].descriptor.options.Extensions[FIELD_BEHAVIOR]) == 1
