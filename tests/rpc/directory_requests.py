"""Requests to the services of what a project declares: tenants, applications, custom attributes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Value
from roster.v1 import (
    application_pb2,
    application_service_pb2,
    custom_attribute_pb2,
    custom_attribute_service_pb2,
    tenant_pb2,
    tenant_service_pb2,
    user_pb2,
)
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client
from tests.rpc.user_requests import Held, ask, by, grant


@dataclass(frozen=True)
class Kind:
    """One kind of declared things, and its five RPCs."""

    title: str
    word: str
    service: str
    messages: Any
    rpcs: Any

    def make(self, **fields: Any) -> Any:
        """One of them as a request carries it."""
        return getattr(self.messages, self.title)(**fields)

    def call(self, client: Client, method: str, **arguments: Any) -> Any:
        """Calls `<method><title>` and returns the whole answer; for List the plural is called."""
        name = f"{method}{self.title}{'s' if method == 'List' else ''}"
        return getattr(getattr(client, self.service), name)(getattr(self.rpcs, f"{name}Request")(**arguments))

    def create(self, client: Client, *, request_id: str = "", **fields: Any) -> Any:
        arguments = {self.word: self.make(**fields)}
        return getattr(self.call(client, "Create", request_id=request_id, **arguments), self.word)

    def get(self, client: Client, item_id: str) -> Any:
        return getattr(self.call(client, "Get", **{f"{self.word}_id": item_id}), self.word)

    def update(self, client: Client, item: Any, *paths: str, **fields: Any) -> Any:
        """Without paths there is no mask."""
        arguments = {f"{self.word}_id": self.id_of(item), self.word: self.make(**fields)}
        mask = FieldMask(paths=paths) if paths else None
        return getattr(self.call(client, "Update", update_mask=mask, **arguments), self.word)

    def delete(self, client: Client, item: Any, **options: Any) -> None:
        self.call(client, "Delete", **{f"{self.word}_id": self.id_of(item)}, **options)

    def listed(self, client: Client, **arguments: Any) -> list[Any]:
        return list(getattr(self.call(client, "List", **arguments), f"{self.word}s"))

    def id_of(self, item: Any) -> str:
        found: str = getattr(item, f"{self.word}_id")
        return found

    def reason(self, ending: str) -> str:
        """`TENANT_NOT_FOUND` and its like."""
        return f"{self.word.upper()}_{ending}"

    def modify(self, client: Client, who: user_pb2.User, mode: Any, *items: Any) -> user_pb2.User:
        """The user after a change of the tenants or applications they have; items are named by id."""
        request = getattr(user_rpc, f"ModifyUser{self.title}sRequest")
        ids = [item if isinstance(item, str) else self.id_of(item) for item in items]
        user: user_pb2.User = ask(
            client, request(by=by(user_id=who.user_id), mode=mode, **{f"{self.word}_ids": ids})
        ).user
        return user

    def held(self, user: user_pb2.User) -> list[str]:
        """The names of the tenants or applications that the user has."""
        return [item.name for item in getattr(user, f"{self.word}s")]


TENANTS = Kind("Tenant", "tenant", "tenants", tenant_pb2, tenant_service_pb2)
APPLICATIONS = Kind("Application", "application", "applications", application_pb2, application_service_pb2)
ATTRIBUTES = Kind(
    "CustomAttribute", "custom_attribute", "attributes", custom_attribute_pb2, custom_attribute_service_pb2
)

STRING = custom_attribute_pb2.ATTRIBUTE_TYPE_STRING
NUMBER = custom_attribute_pb2.ATTRIBUTE_TYPE_NUMBER
BOOLEAN = custom_attribute_pb2.ATTRIBUTE_TYPE_BOOLEAN
DATE = custom_attribute_pb2.ATTRIBUTE_TYPE_DATE
SINGLE_SELECT = custom_attribute_pb2.ATTRIBUTE_TYPE_SINGLE_SELECT
MULTI_SELECT = custom_attribute_pb2.ATTRIBUTE_TYPE_MULTI_SELECT


def tenant(client: Client, name: str) -> tenant_pb2.Tenant:
    """Creates a tenant."""
    made: tenant_pb2.Tenant = TENANTS.create(client, name=name)
    return made


def application(client: Client, name: str) -> application_pb2.Application:
    """Creates an application."""
    made: application_pb2.Application = APPLICATIONS.create(client, name=name)
    return made


def attribute(
    client: Client, name: str, kind: Any = STRING, **fields: Any
) -> custom_attribute_pb2.CustomAttribute:
    """Declares a custom attribute."""
    made: custom_attribute_pb2.CustomAttribute = ATTRIBUTES.create(client, name=name, type=kind, **fields)
    return made


def membership(of: tenant_pb2.Tenant, *roles: Held) -> user_pb2.TenantMembership:
    """A tenant to belong to, with the roles to hold in it."""
    return user_pb2.TenantMembership(tenant_id=of.tenant_id, roles=[grant(role) for role in roles])


def access(to: application_pb2.Application) -> user_pb2.ApplicationAccess:
    """An application to have access to."""
    return user_pb2.ApplicationAccess(application_id=to.application_id)


def modify_roles_in(
    who: user_pb2.User, of: tenant_pb2.Tenant, mode: Any, *roles: Held
) -> user_rpc.ModifyUserRolesRequest:
    """A change of the roles held in a tenant."""
    return user_rpc.ModifyUserRolesRequest(
        by=by(user_id=who.user_id), mode=mode, tenant_id=of.tenant_id, roles=[grant(role) for role in roles]
    )


def value(plain: object) -> Value:
    """A JSON value: None, a text, a number, a truth value or a list of texts."""
    if plain is None:
        return Value(null_value=NULL_VALUE)
    if isinstance(plain, bool):
        return Value(bool_value=plain)
    if isinstance(plain, str):
        return Value(string_value=plain)
    if isinstance(plain, int | float):
        return Value(number_value=plain)
    assert isinstance(plain, Iterable)
    return Value(list_value=ListValue(values=[value(item) for item in plain]))


def values(**plain: object) -> dict[str, Value]:
    """Custom attributes of a user: `values(level=7, size="large")`."""
    return {name: value(given) for name, given in plain.items()}
