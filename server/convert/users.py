"""Users, what they hold, and references to them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
from roster.v1 import user_pb2, user_service_pb2

from server.convert.resources import role_ref
from server.convert.user_actions import prevention_message
from server.convert.values import (
    instant,
    json_value,
    timestamp,
    within,
    write_instant,
    write_json_members,
    write_json_object,
)
from server.domain.attribute_filters import AttributeCondition
from server.domain.caller import Caller
from server.domain.holdings import Mode, RoleRequest, TenantRequest
from server.domain.permissions import Check
from server.domain.roles import RoleRef
from server.domain.user import HeldApplication, HeldRole, HeldTenant, User, UserRef, permissions_of
from server.domain.user_lists import UserFilter

_STATUS_VALUES: Final[dict[str, Any]] = {
    name.removeprefix("USER_STATUS_"): value for name, value in user_pb2.UserStatus.items()
}
_AUTH_METHODS: Final = {
    value: name.removeprefix("AUTH_METHOD_") for name, value in user_pb2.AuthMethod.items()
}
_STATUS_NAMES: Final = {value: name for name, value in _STATUS_VALUES.items()}


def user_status(value: int) -> str:
    """The domain's name of a status."""
    return _STATUS_NAMES[value]


def user_message(value: User) -> user_pb2.User:
    """A user, as it is answered."""
    message = user_pb2.User()
    write_user(message, value)
    return message


def add_users(messages: RepeatedCompositeFieldContainer[user_pb2.User], values: Iterable[User]) -> None:
    """Adds users to those of a response, where they are written: a copy costs a quarter as much again."""
    for value in values:
        write_user(messages.add(), value)


def write_user(message: user_pb2.User, value: User) -> None:
    """Puts a user, as it is answered, into an empty message."""
    if value.roles:
        message.MergeFromString(_roles(value.roles))
    if value.tenants:
        message.MergeFromString(_tenants(value.roles, value.tenants))
    if value.applications:
        message.MergeFromString(_applications(value.applications))
    if value.login_ids:
        message.login_ids.extend(value.login_ids)
    message.user_id = value.user_id
    message.email = value.email
    message.email_verified = value.email_verified
    message.phone_number = value.phone_number
    message.phone_number_verified = value.phone_number_verified
    message.given_name = value.given_name
    message.family_name = value.family_name
    message.middle_name = value.middle_name
    message.display_name = value.display_name
    message.picture = value.picture
    message.locale = value.locale
    message.zoneinfo = value.zoneinfo
    message.status = _STATUS_VALUES[value.status]
    message.test = value.test
    message.etag = value.etag
    write_instant(message.create_time, value.create_time)
    write_instant(message.update_time, value.update_time)
    if value.expire_time is not None:
        write_instant(message.expire_time, value.expire_time)
    if value.last_login_time is not None:
        write_instant(message.last_login_time, value.last_login_time)
    if value.password_change_required is not None:
        message.auth_methods.append(user_pb2.AUTH_METHOD_PASSWORD)
        message.password_change_required = value.password_change_required
    _write_factors(message, value)
    if value.custom_attributes:
        write_json_members(message.custom_attributes, value.custom_attributes)
    if value.metadata is not None:
        write_json_object(message.metadata, value.metadata)


def _write_factors(message: user_pb2.User, value: User) -> None:
    if value.has_passkeys:
        message.auth_methods.append(user_pb2.AUTH_METHOD_PASSKEY)
    if value.mfa_enabled:
        message.auth_methods.append(user_pb2.AUTH_METHOD_TOTP)
        message.mfa_enabled = True
    if value.mfa_reset_required:
        message.mfa_reset_required = True


# Many users hold the same things, and what is encoded is read faster than it is put together.
@lru_cache(maxsize=2_048)
def _roles(roles: tuple[HeldRole, ...]) -> bytes:
    """The fields of a user who holds these roles."""
    return user_pb2.User(roles=_grants(roles), permissions=permissions_of(roles)).SerializeToString()


@lru_cache(maxsize=2_048)
def _tenants(roles: tuple[HeldRole, ...], tenants: tuple[HeldTenant, ...]) -> bytes:
    """The field of a user who belongs to these tenants, with these roles beside those held in them."""
    memberships = [
        user_pb2.TenantMembership(
            tenant_id=tenant.tenant_id,
            name=tenant.name,
            roles=_grants(tenant.roles),
            permissions=permissions_of(roles, tenant.roles),
        )
        for tenant in tenants
    ]
    return user_pb2.User(tenants=memberships).SerializeToString()


@lru_cache(maxsize=2_048)
def _applications(applications: tuple[HeldApplication, ...]) -> bytes:
    """The field of a user who has access to these applications."""
    accesses = [
        user_pb2.ApplicationAccess(application_id=held.application_id, name=held.name)
        for held in applications
    ]
    return user_pb2.User(applications=accesses).SerializeToString()


def _grants(roles: tuple[HeldRole, ...]) -> list[user_pb2.RoleGrant]:
    return [
        user_pb2.RoleGrant(
            role_id=role.role_id,
            name=role.name,
            permissions=role.permissions,
            expire_time=timestamp(role.expire_time),
        )
        for role in roles
    ]


def user_ref(message: user_pb2.UserRef, caller: Caller) -> UserRef:
    """The reference to a user. The contract has seen to it that one is set. Raises ACCESS_TOKEN_INVALID."""
    kind = message.WhichOneof("ref")
    value: str = getattr(message, kind)
    if kind == "access_token":
        return UserRef("session", caller.session_of(caller, value))
    return UserRef(kind, value.lower() if kind == "user_id" else value)


# Many users hold the same roles.
@lru_cache(maxsize=2_048)
def _role_for_good(role_id: str, name: str) -> RoleRequest:
    return RoleRequest(RoleRef("role_id", role_id.lower()) if role_id else RoleRef("name", name), None)


def role_requests(grants: Iterable[user_pb2.RoleGrant], path: str) -> tuple[RoleRequest, ...]:
    """Roles to give. `path` leads to the field in the request."""
    return tuple([_role_request(grant, f"{path}[{position}]") for position, grant in enumerate(grants)])


def _role_request(grant: user_pb2.RoleGrant, path: str) -> RoleRequest:
    asked = _role_for_good(grant.role_id, grant.name)
    if not grant.HasField("expire_time"):
        return asked
    return asked._replace(expire_time=within(path, instant, grant, "expire_time"))


def tenant_requests(memberships: Iterable[user_pb2.TenantMembership]) -> tuple[TenantRequest, ...]:
    """Tenants to belong to."""
    return tuple(
        [
            TenantRequest(
                membership.tenant_id.lower(),
                role_requests(membership.roles, f"user.tenants[{position}].roles"),
            )
            for position, membership in enumerate(memberships)
        ]
    )


def attribute_values(message: user_pb2.User, names: Iterable[str]) -> dict[str, Any]:
    """The values of these custom attributes; None for those that are not set."""
    values = message.custom_attributes
    return {
        name: json_value(values[name], f"user.custom_attributes.{name}") if name in values else None
        for name in names
    }


def check_message(value: Check) -> user_service_pb2.CheckPermissionsResponse:
    """What a user may do, as it is answered."""
    message = user_service_pb2.CheckPermissionsResponse(status=_STATUS_VALUES[value.standing.status])
    message.login_preventions.extend(map(prevention_message, value.standing.preventions))
    for permission, sources in value.asked:
        result = message.results.add(permission=permission, allowed=value.allowed(permission))
        for source in sources:
            given = result.sources.add(
                role_id=source.role_id, role_name=source.role_name, tenant_id=source.tenant_id
            )
            if source.expire_time is not None:
                write_instant(given.expire_time, source.expire_time)
    return message


MODES: Final = {
    user_service_pb2.MODIFY_MODE_ADD: Mode.ADD,
    user_service_pb2.MODIFY_MODE_SET: Mode.SET,
    user_service_pb2.MODIFY_MODE_REMOVE: Mode.REMOVE,
}

_TEST_USERS: Final = {
    user_service_pb2.TEST_USERS_UNSPECIFIED: "EXCLUDE",
    user_service_pb2.TEST_USERS_EXCLUDE: "EXCLUDE",
    user_service_pb2.TEST_USERS_INCLUDE: "INCLUDE",
    user_service_pb2.TEST_USERS_ONLY: "ONLY",
}


def search_field(value: int) -> str:
    """The domain's name of the field to search."""
    name = user_service_pb2.SearchBy.Name(value).removeprefix("SEARCH_BY_")
    return "ALL" if name == "UNSPECIFIED" else name


_NO_FILTER: Final = UserFilter()


def user_filter(message: user_service_pb2.UserFilter) -> UserFilter:
    """The filter of a list or search of users."""
    if not message.ListFields():  # as of most lists
        return _NO_FILTER
    times = (
        "created_after",
        "created_before",
        "updated_after",
        "updated_before",
        "last_login_after",
        "last_login_before",
    )
    flags = ("email_verified", "phone_number_verified")
    return UserFilter(
        any_roles=[role_ref(ref) for ref in message.any_roles],
        all_roles=[role_ref(ref) for ref in message.all_roles],
        statuses=[user_status(status) for status in message.statuses],
        user_ids=message.user_ids,
        emails=message.emails,
        phone_numbers=message.phone_numbers,
        login_ids=message.login_ids,
        test_users=_TEST_USERS[message.test_users],
        tenant_ids=[tenant_id.lower() for tenant_id in message.tenant_ids],
        tenant_roles=[(asked.tenant_id.lower(), role_ref(asked.role)) for asked in message.tenant_roles],
        application_ids=[application_id.lower() for application_id in message.application_ids],
        active_user_action_ids=[action_id.lower() for action_id in message.active_user_action_ids],
        auth_methods=[_AUTH_METHODS[method] for method in dict.fromkeys(message.auth_methods)],
        attributes=[_condition(asked, position) for position, asked in enumerate(message.attributes)],
        **{name: within("filter", instant, message, name) for name in times},
        **{name: getattr(message, name) if message.HasField(name) else None for name in flags},
    )


def _condition(message: user_service_pb2.AttributeCondition, position: int) -> AttributeCondition:
    path = f"filter.attributes[{position}]"
    if message.WhichOneof("condition") == "equals":
        return AttributeCondition(message.name, path, equals=json_value(message.equals, f"{path}.equals"))
    ends = {
        end: json_value(getattr(message.range, end), f"{path}.range.{end}")
        for end in ("at_least", "less_than")
        if message.range.HasField(end)
    }
    return AttributeCondition(message.name, path, **ends)
