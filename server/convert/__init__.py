"""Between the domain and the contract, both ways, and only here."""

from server.convert.passwords import new_password
from server.convert.resources import (
    application_message,
    attribute_type,
    custom_attribute_message,
    management_key_message,
    project_message,
    role_message,
    role_ref,
    settings_values,
    tenant_message,
)
from server.convert.users import (
    MODES,
    attribute_values,
    check_message,
    role_requests,
    search_field,
    tenant_requests,
    user_filter,
    user_message,
    user_ref,
    user_status,
)
from server.convert.values import masked, named_attributes, populated, values_of

__all__ = [
    "MODES",
    "application_message",
    "attribute_type",
    "attribute_values",
    "check_message",
    "custom_attribute_message",
    "management_key_message",
    "masked",
    "named_attributes",
    "new_password",
    "populated",
    "project_message",
    "role_message",
    "role_ref",
    "role_requests",
    "search_field",
    "settings_values",
    "tenant_message",
    "tenant_requests",
    "user_filter",
    "user_message",
    "user_ref",
    "user_status",
    "values_of",
]
