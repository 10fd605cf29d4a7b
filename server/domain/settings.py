"""How a project behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from server.domain.passwords.policy import PasswordPolicy


@dataclass(frozen=True, slots=True)
class WebhookPolicy:
    """Where webhooks may go."""

    allow_private_addresses: bool = False


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """All that can be set. What a project leaves unset has the default of the present version."""

    password_policy: PasswordPolicy = field(default_factory=PasswordPolicy)
    webhook_policy: WebhookPolicy = field(default_factory=WebhookPolicy)


def settings_of(stored: Mapping[str, Any]) -> ProjectSettings:
    """The settings in the JSON value that the store keeps: `{"password_policy": {"min_length": 10}}`."""
    policy = {_NAMES.get(name, name): value for name, value in stored.get("password_policy", {}).items()}
    return ProjectSettings(
        PasswordPolicy(**_known(PasswordPolicy, policy)),
        WebhookPolicy(**_known(WebhookPolicy, stored.get("webhook_policy", {}))),
    )


def _known(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of these values those that the present version knows."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in values.items() if name in names}


def policy_values(policy: PasswordPolicy) -> dict[str, Any]:
    """The rules by the names that the contract and the store have for them."""
    outside = {inside: name for name, inside in _NAMES.items()}
    return {outside.get(name, name): value for name, value in asdict(policy).items() if name != "max_length"}


# The contract says the unit in the name.
_NAMES = {"max_age_days": "max_age"}
