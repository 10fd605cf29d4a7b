"""The users that come and go in streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from google.protobuf.struct_pb2 import Value
from roster.v1 import custom_attribute_pb2, password_pb2, role_pb2, user_batch_pb2, user_pb2
from roster.v1 import custom_attribute_service_pb2 as attribute_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1.custom_attribute_service_pb2_grpc import CustomAttributeServiceStub
from roster.v1.role_service_pb2_grpc import RoleServiceStub

from scripts.benchmark.messages import stub
from scripts.benchmark.names import FAMILY, GIVEN
from scripts.benchmark.processes import Contestant
from server.domain.identity import new_id

MESSAGE: Final = 500
"""Users of one message."""
HASH: Final = "$2b$12$" + "R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"


def person(number: int) -> tuple[str, str, str]:
    """Email, given and family name of the person of this number."""
    given, family = GIVEN[number * 7 % len(GIVEN)], FAMILY[number * 11 % len(FAMILY)]
    return f"person{number}@example.com", given, family


def declare(service: Contestant) -> None:
    """Makes what the users hold."""
    with stub(service, RoleServiceStub) as roles:
        for name in ("Editor", "Viewer"):
            roles.CreateRole(role_rpc.CreateRoleRequest(role=role_pb2.Role(name=name)))
    level = custom_attribute_pb2.CustomAttribute(
        name="level", type=custom_attribute_pb2.ATTRIBUTE_TYPE_NUMBER
    )
    with stub(service, CustomAttributeServiceStub) as attributes:
        attributes.CreateCustomAttribute(attribute_rpc.CreateCustomAttributeRequest(custom_attribute=level))


def _item(number: int) -> user_batch_pb2.CreateUsersItem:
    email, given, family = person(number)
    hashed = password_pb2.HashedPassword(bcrypt=password_pb2.BcryptHash(encoded=HASH))
    return user_batch_pb2.CreateUsersItem(
        user=user_pb2.User(
            email=email,
            given_name=given,
            family_name=family,
            display_name=f"{given} {family}",
            status=user_pb2.USER_STATUS_ACTIVE,
            roles=[user_pb2.RoleGrant(name="Editor"), user_pb2.RoleGrant(name="Viewer")],
            custom_attributes={"level": Value(number_value=number % 10)},
        ),
        password=password_pb2.Password(hashed=hashed),
    )


def creations(count: int) -> list[bytes]:
    """The messages that create so many users; each may be the first of a stream."""
    return [
        user_batch_pb2.BatchCreateUsersRequest(
            request_id=new_id(),
            items=[_item(number) for number in range(first, min(first + MESSAGE, count))],
        ).SerializeToString()
        for first in range(0, count, MESSAGE)
    ]


def ids_in(responses: Sequence[bytes], count: int) -> list[str]:
    """The ids of those who were created."""
    answers = map(user_batch_pb2.BatchCreateUsersResponse.FromString, responses)
    user_ids = [result.user_id for answer in answers for result in answer.results]
    if not all(user_ids) or len(user_ids) != count:
        raise RuntimeError("not all users were created")
    return user_ids


def deletions(user_ids: Sequence[str]) -> list[bytes]:
    """The messages that delete these users."""
    refs = [user_pb2.UserRef(user_id=user_id) for user_id in user_ids]
    return [
        user_batch_pb2.BatchDeleteUsersRequest(
            request_id=new_id(),
            items=[user_batch_pb2.DeleteUsersItem(by=by) for by in refs[first : first + MESSAGE]],
        ).SerializeToString()
        for first in range(0, len(refs), MESSAGE)
    ]
