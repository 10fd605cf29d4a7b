"""Who calls, and what the caller may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Final, NamedTuple

from server.domain.settings import ProjectSettings
from server.errors import Error, Reason

_KINDS: Final = (
    "users",
    "roles",
    "tenants",
    "applications",
    "custom_attributes",
    "projects",
    "keys",
    "user_actions",
    "applied_actions",
    "webhooks",
    "sessions",
    "provider_tokens",
    "email_templates",
)
SCOPES: Final = frozenset(f"{kind}:{access}" for kind in _KINDS for access in ("read", "write", "*")) | {
    "users:export_secrets",
    "events:read",
    "events:*",
    "*",
}
"""All that a key can hold: the scopes that methods of the contract require, what stands for several, and
those that single fields of requests take."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a management key, or the command line, is allowed to do."""

    key_id: str | None
    """None: the command line of the machine itself, or an end user."""
    scopes: frozenset[str]
    project_ids: frozenset[str]
    """Projects it may act in, its own included; without meaning if `all_projects`."""
    all_projects: bool
    expire_time: datetime | None = None
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks it may be used from; none: from everywhere."""

    def holds(self, scope: str) -> bool:
        """Whether `scope` (`users:read`) is held literally, by `users:*`, or by `*`."""
        scopes = self.scopes
        return scope in scopes or "*" in scopes or f"{scope.partition(':')[0]}:*" in scopes

    def may_act_in(self, project_id: str) -> bool:
        """Whether it may act in this project."""
        return self.all_projects or project_id in self.project_ids

    def require_at_least(
        self, scopes: frozenset[str], project_ids: frozenset[str], all_projects: bool
    ) -> None:
        """Raises SCOPE_ESCALATION unless it holds all of these itself."""
        for scope in sorted(scopes):
            if not self.holds(scope):
                raise Error(Reason.SCOPE_ESCALATION, grant=scope)
        if all_projects and not self.all_projects:
            raise Error(Reason.SCOPE_ESCALATION, grant="all_projects")
        for project_id in sorted(project_ids):
            if not self.may_act_in(project_id):
                raise Error(Reason.SCOPE_ESCALATION, grant=project_id)


class Origin(NamedTuple):
    """Where a call comes from."""

    address: str = ""
    """IP address of the connection, or the one that a trusted proxy tells."""
    user_agent: str = ""


def _no_session(*_: object) -> str:
    raise Error(Reason.ACCESS_TOKEN_INVALID)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes one call, in which project."""

    project_id: str
    call_id: str
    """The id of the call, as it stands in the log and in its events."""
    grant: Grant
    page_token_key: bytes
    """Signs the project's page tokens."""
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    """How the project behaves, as of a few seconds ago."""
    origin: Callable[[], Origin] = Origin
    """Asked for by what records it: to find it out takes time."""
    session_of: Callable[[Caller, str], str] = _no_session
    """Given the caller, verifies an access token of the project, and returns the id of its session, which may
    have ended. Raises ACCESS_TOKEN_INVALID."""


ANYBODY: Final = Grant(None, frozenset(), frozenset(), all_projects=False)
"""Who presents no key, only the project: an end user."""

COMMAND_LINE = Grant(None, frozenset("*"), frozenset(), all_projects=True)


def system(project_id: str) -> Caller:
    """The system itself, at work in the background in a project."""
    return Caller(project_id, "", COMMAND_LINE, b"")
