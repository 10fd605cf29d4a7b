"""Roles, tenants, applications, custom attributes, projects and keys."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Value
from roster.v1 import (
    application_pb2,
    custom_attribute_pb2,
    management_key_pb2,
    project_pb2,
    role_pb2,
    tenant_pb2,
)

from server.convert.values import timestamp
from server.domain import custom_attributes, management_keys, projects, roles
from server.domain.named import Named
from server.domain.roles import RoleRef
from server.domain.settings import ProjectSettings, policy_values


def role_message(value: roles.Role) -> role_pb2.Role:
    """A role, as it is answered."""
    return role_pb2.Role(
        role_id=value.role_id,
        name=value.name,
        description=value.description,
        permissions=value.permissions,
        default=value.default,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


def role_ref(message: role_pb2.RoleRef) -> RoleRef:
    """The reference to a role. The contract has seen to it that one is set."""
    kind = message.WhichOneof("ref")
    value: str = getattr(message, kind)
    return RoleRef(kind, value.lower() if kind == "role_id" else value)


def project_message(value: projects.Project) -> project_pb2.Project:
    """A project, as it is answered."""
    return project_pb2.Project(
        project_id=value.project_id,
        display_name=value.display_name,
        settings=project_pb2.ProjectSettings(
            password_policy=project_pb2.PasswordPolicy(**policy_values(value.settings.password_policy)),
            **_groups(value.settings),
        ),
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


def _groups(settings: ProjectSettings) -> dict[str, Any]:
    """The groups whose fields are named as in the contract."""
    return {
        name: {key: value for key, value in group.items() if value not in ("", ())}
        for name, group in asdict(settings).items()
        if name != "password_policy"
    }


def settings_values(message: project_pb2.ProjectSettings) -> dict[str, Any]:
    """The settings that are set, as the store keeps them."""
    return {
        group.name: {
            field.name: list(value) if field.is_repeated else value for field, value in settings.ListFields()
        }
        for group, settings in message.ListFields()
    }


def management_key_message(value: management_keys.ManagementKey) -> management_key_pb2.ManagementKey:
    """A key, as it is answered."""
    return management_key_pb2.ManagementKey(
        key_id=value.key_id,
        display_name=value.display_name,
        scopes=value.scopes,
        project_ids=value.project_ids,
        all_projects=value.all_projects,
        allowed_cidrs=value.allowed_cidrs,
        expire_time=timestamp(value.expire_time),
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        last_use_time=timestamp(value.last_use_time),
        revoke_time=timestamp(value.revoke_time),
        previous_secret_expire_time=timestamp(value.previous_secret_expire_time),
        etag=value.etag,
    )


def tenant_message(value: Named) -> tenant_pb2.Tenant:
    """A tenant, as it is answered."""
    return tenant_pb2.Tenant(
        tenant_id=value.id,
        name=value.name,
        description=value.description,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


def application_message(value: Named) -> application_pb2.Application:
    """An application, as it is answered."""
    return application_pb2.Application(
        application_id=value.id,
        name=value.name,
        description=value.description,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


_TYPE_VALUES: Final[dict[str, Any]] = {
    name.removeprefix("ATTRIBUTE_TYPE_"): value for name, value in custom_attribute_pb2.AttributeType.items()
}
_TYPE_NAMES: Final = {value: name for name, value in _TYPE_VALUES.items()}


def attribute_type(value: int) -> str:
    """The domain's name of a type."""
    return _TYPE_NAMES[value]


def custom_attribute_message(
    value: custom_attributes.CustomAttribute,
) -> custom_attribute_pb2.CustomAttribute:
    """A custom attribute, as it is answered."""
    default = value.default_value
    return custom_attribute_pb2.CustomAttribute(
        custom_attribute_id=value.custom_attribute_id,
        name=value.name,
        display_name=value.display_name,
        type=_TYPE_VALUES[value.type],
        options=value.options,
        default_value=None if default is None else ParseDict(default, Value()),
        required=value.required,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )
