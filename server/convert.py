"""Between the domain and the contract, both ways, and only here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from google.api import field_behavior_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import MessageToDict, SerializeToJsonError
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import management_key_pb2, project_pb2, role_pb2, user_pb2, user_service_pb2

from server.domain import management_keys, projects, roles
from server.domain.roles import RoleRef
from server.domain.user import HeldRole, User, UserRef
from server.domain.user_lists import UserFilter
from server.domain.users import Mode, RoleRequest
from server.errors import Error, Reason, Violation, refuse_invalid

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# -- instants ------------------------------------------------------------------------------------


def timestamp(instant: datetime | None) -> Timestamp | None:
    """The contract's form of an instant."""
    if instant is None:
        return None
    age = instant - _EPOCH
    return Timestamp(seconds=age.days * 86_400 + age.seconds, nanos=age.microseconds * 1_000)


def instant(message: Message, field: str) -> datetime | None:
    """The instant in a Timestamp field, to the microsecond; None if it is unset.

    Raises FIELDS_INVALID for what is no instant between the years 1 and 9999.
    """
    if not message.HasField(field):
        return None
    try:
        moment: datetime = getattr(message, field).ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise Error(
            Reason.FIELDS_INVALID, violations=[Violation(field, "is not an instant that exists")]
        ) from None
    return moment


# -- users ---------------------------------------------------------------------------------------

_STATUS_VALUES: Final = {
    name.removeprefix("USER_STATUS_"): value for name, value in user_pb2.UserStatus.items()
}
_STATUS_NAMES: Final = {value: name for name, value in _STATUS_VALUES.items()}


def user_status(value: int) -> str:
    """The domain's name of a status."""
    return _STATUS_NAMES[value]


def user_message(value: User) -> user_pb2.User:
    """A user, as it is answered."""
    message = user_pb2.User(
        user_id=value.user_id,
        login_ids=value.login_ids,
        email=value.email,
        email_verified=value.email_verified,
        phone_number=value.phone_number,
        phone_number_verified=value.phone_number_verified,
        given_name=value.given_name,
        family_name=value.family_name,
        middle_name=value.middle_name,
        display_name=value.display_name,
        picture=value.picture,
        locale=value.locale,
        zoneinfo=value.zoneinfo,
        status=_STATUS_VALUES[value.status],
        roles=_grants(value.roles),
        permissions=value.permissions,
        test=value.test,
        expire_time=timestamp(value.expire_time),
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )
    if value.metadata is not None:
        message.metadata.SetInParent()  # an empty object is present too
        message.metadata.update(value.metadata)
    return message


# Many users hold the same roles, and a message is copied faster than it is made.
@lru_cache(maxsize=2_048)
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


def user_ref(message: user_pb2.UserRef) -> UserRef:
    """The reference to a user. The contract has seen to it that one is set."""
    kind = message.WhichOneof("ref")
    value: str = getattr(message, kind)
    return UserRef(kind, value.lower() if kind == "user_id" else value)


def role_requests(grants: Iterable[user_pb2.RoleGrant], path: str) -> list[RoleRequest]:
    """Roles to give. `path` leads to the field in the request."""
    return [
        RoleRequest(
            RoleRef("role_id", grant.role_id.lower()) if grant.role_id else RoleRef("name", grant.name),
            _within(f"{path}[{position}]", instant, grant, "expire_time"),
        )
        for position, grant in enumerate(grants)
    ]


def _within(path: str, read: Callable[..., Any], *arguments: Any) -> Any:
    """What `read` answers; the violations it raises are told from the request on."""
    try:
        return read(*arguments)
    except Error as error:
        refuse_invalid([Violation(f"{path}.{v.field}", v.description) for v in error.violations])
        raise


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


def user_filter(message: user_service_pb2.UserFilter) -> UserFilter:
    """The filter of a list or search of users."""
    times = ("created_after", "created_before", "updated_after", "updated_before")
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
        **{name: _within("filter", instant, message, name) for name in times},
        **{name: getattr(message, name) if message.HasField(name) else None for name in flags},
    )


# -- roles, projects, keys -----------------------------------------------------------------------


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
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


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


# -- values that callers set ---------------------------------------------------------------------

Reader = Callable[[Message, str], Any]


def _plain(message: Message, field: str) -> Any:
    return getattr(message, field)


def _strings(message: Message, field: str) -> tuple[str, ...]:
    return tuple(getattr(message, field))


def _ids(message: Message, field: str) -> tuple[str, ...]:
    return tuple(value.lower() for value in getattr(message, field))


def _struct(message: Message, field: str) -> dict[str, Any] | None:
    if not message.HasField(field):
        return None
    value: Struct = getattr(message, field)
    try:
        return MessageToDict(value)
    except (SerializeToJsonError, ValueError):
        problem = Violation(field, "holds what JSON cannot express: NaN or infinity")
        raise Error(Reason.FIELDS_INVALID, violations=[problem]) from None


# How the settable fields that are no plain scalars are read.
_READERS: Final[dict[str, Reader]] = {
    "login_ids": _strings,
    "permissions": _strings,
    "scopes": _strings,
    "allowed_cidrs": _strings,
    "project_ids": _ids,
    "metadata": _struct,
    "expire_time": instant,
}


def values_of(message: Message, names: Iterable[str], path: str) -> dict[str, Any]:
    """The values of these fields, for the domain. `path` leads to the message in the request."""
    return {
        name: _within(path, _READERS.get(name, _plain), message, name) for name in names
    }


def populated(message: Message, settable: Iterable[str]) -> list[str]:
    """Those of these fields that are present or, if they cannot be absent, not their default."""
    fields = {descriptor.name for descriptor, _ in message.ListFields()}
    return [name for name in settable if name in fields]


def masked(message: Message, mask: FieldMask, settable: Sequence[str]) -> list[str]:
    """Which settable fields of `message` an update sets: those of the mask; without one those that are
    populated; with `*` all. Output-only fields in the mask are ignored.

    Raises UPDATE_MASK_INVALID for paths that are unknown, or cannot be updated, each with its place.
    """
    if not mask.paths:
        return populated(message, settable)
    if list(mask.paths) == ["*"]:
        return list(settable)
    ignored = _output_only(message)
    problems = [
        Violation(f"update_mask.paths[{position}]", f"{path!r} is not a field that can be updated")
        for position, path in enumerate(mask.paths)
        if path not in settable and path not in ignored
    ]
    if problems:
        raise Error(Reason.UPDATE_MASK_INVALID, violations=problems)
    return [name for name in settable if name in mask.paths]


def _output_only(message: Message) -> set[str]:
    extension = field_behavior_pb2.field_behavior
    return {"etag"} | {
        field.name
        for field in message.DESCRIPTOR.fields
        if field_behavior_pb2.OUTPUT_ONLY in field.GetOptions().Extensions[extension]
    }
