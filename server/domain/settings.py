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
class SignUpPolicy:
    """Who may create an account."""

    allowed: bool = False


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """How long tokens and sessions last."""

    access_token_seconds: int = 900
    session_seconds: int = 30 * 86_400
    idle_seconds: int = 14 * 86_400
    reuse_leeway_seconds: int = 10
    """For how long a refresh token that was replaced has the same answer again."""
    key_rotation_days: int = 90
    issuer: str = ""
    """'': the project's own."""


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """What failed sign-ins lead to."""

    attempts: int = 5
    """0: accounts are never locked."""
    window_seconds: int = 60
    duration_seconds: int = 180
    address_attempts: int = 100
    """0: addresses are never locked."""
    user_action_id: str = ""
    """Applied to a locked account; '': none."""
    password_reset_unlocks: bool = True


@dataclass(frozen=True, slots=True)
class MfaPolicy:
    """Who needs a second factor."""

    required: bool = False


@dataclass(frozen=True, slots=True)
class PasskeyPolicy:
    """Where passkeys are good."""

    rp_id: str = ""
    """'': nowhere."""
    rp_name: str = ""
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmailPolicy:
    """From whom emails come, how they look, and where their links lead; '' is the installation's own."""

    from_address: str = ""
    from_name: str = ""
    reply_to: str = ""
    verification_url: str = ""
    password_reset_url: str = ""
    invitation_url: str = ""
    verification_seconds: int = 86_400
    password_reset_seconds: int = 3_600
    invitation_seconds: int = 7 * 86_400
    notify_password_changed: bool = True
    notify_new_sign_in: bool = False
    verification_template_id: str = ""
    password_reset_template_id: str = ""
    invitation_template_id: str = ""
    sign_up_template_id: str = ""
    sign_up_exists_template_id: str = ""
    password_changed_template_id: str = ""
    new_sign_in_template_id: str = ""
    emails_per_hour: int = 5
    """Of one kind to one user."""
    interval_seconds: int = 30


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """All that can be set. What a project leaves unset has the default of the present version."""

    password_policy: PasswordPolicy = field(default_factory=PasswordPolicy)
    webhook_policy: WebhookPolicy = field(default_factory=WebhookPolicy)
    sign_up_policy: SignUpPolicy = field(default_factory=SignUpPolicy)
    token_policy: TokenPolicy = field(default_factory=TokenPolicy)
    lockout_policy: LockoutPolicy = field(default_factory=LockoutPolicy)
    mfa_policy: MfaPolicy = field(default_factory=MfaPolicy)
    passkey_policy: PasskeyPolicy = field(default_factory=PasskeyPolicy)
    email_policy: EmailPolicy = field(default_factory=EmailPolicy)


def settings_of(stored: Mapping[str, Any]) -> ProjectSettings:
    """The settings in the JSON value that the store keeps: `{"password_policy": {"min_length": 10}}`."""
    return ProjectSettings(**{name: _group(kind, stored.get(name, {})) for name, kind in _GROUPS.items()})


def _group(kind: Any, stored: Mapping[str, Any]) -> Any:
    """One group of the settings, of those values that the present version knows."""
    values = {_NAMES.get(name, name): value for name, value in stored.items()}
    names = {field.name for field in fields(kind)}
    return kind(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if name in names
        }
    )


_GROUPS = {field.name: field.default_factory for field in fields(ProjectSettings)}


def policy_values(policy: PasswordPolicy) -> dict[str, Any]:
    """The rules by the names that the contract and the store have for them."""
    outside = {inside: name for name, inside in _NAMES.items()}
    return {outside.get(name, name): value for name, value in asdict(policy).items() if name != "max_length"}


# The contract says the unit in the name.
_NAMES = {"max_age_days": "max_age"}
